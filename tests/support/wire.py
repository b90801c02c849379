"""A site that runs in processes of its own, as users start it, and a way to talk to it with the callers of the other tests."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.test import Client
from werkzeug.wsgi import get_input_stream

from tests.support.databases import ROOT

HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}
# Everything that Python's logging has to say: of the product, of the server, and each statement with what was sent along. What a developer may
# besides let SQLAlchemy print at DEBUG, rows as they come back opened, no setting of the product switches on.
TALKATIVE = """
import logging
logging.basicConfig(level=logging.DEBUG, filename={log!r})
logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
"""


class Wire:
    """A WSGI application that hands every request on to a server at a port, so that test clients talk to it over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request there and back."""
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_") and name != "HTTP_HOST"}
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-")] = environ[name]
        headers["Host"] = f"127.0.0.1:{self.port}"
        path = environ["REQUEST_URI"].partition("?")[0] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(environ["REQUEST_METHOD"], path, get_input_stream(environ).read(), headers)
            answer = connection.getresponse()
            start_response(f"{answer.status} {answer.reason}", [one for one in answer.getheaders() if one[0].lower() not in HOP])
            return [answer.read()]
        finally:
            connection.close()

    def test_client(self, *, use_cookies: bool = True) -> Client:
        """Somebody's browser or program."""
        return Client(self, use_cookies=use_cookies)


class Site:
    """The folder that a site writes into, its environment, and its processes."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        for one in (self.logs, folder / "tmp"):
            one.mkdir(exist_ok=True)
        place = {"TMPDIR": str(folder / "tmp"), "HOME": str(folder), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment = place | environment

    def flask(self, *words: str) -> None:
        """A command of the product, with everything it logs."""
        talk = TALKATIVE.format(log=str(self.logs / f"{words[0]}.log"))
        code = f"{talk}\nfrom flask.cli import main\nmain()"
        with (self.logs / f"{words[0]}.out").open("ab") as output:
            ran = subprocess.run(
                [sys.executable, "-c", code, "--app", "wsgi", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                check=False,
            )
        assert ran.returncode == 0, (self.logs / f"{words[0]}.out").read_text()[-3000:]

    @contextmanager
    def serve(self) -> Iterator[Wire]:
        """The web server, as `make run` starts it, with every log there is."""
        door = socket.create_server(("127.0.0.1", 0))
        (self.folder / "gunicorn.conf.py").write_text(TALKATIVE.format(log=str(self.logs / "application.log")))
        command = [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--config", str(self.folder / "gunicorn.conf.py"), "--bind", f"fd://{door.fileno()}",
            "--worker-class", "gthread", "--threads", "2", "--no-control-socket", "--log-level", "debug", "--capture-output",
            "--access-logfile", str(self.logs / "access.log"), "--error-logfile", str(self.logs / "error.log"),
        ]  # fmt: skip
        with (self.logs / "server.out").open("ab") as output:
            server = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, pass_fds=(door.fileno(),), start_new_session=True
            )
        try:
            yield Wire(door.getsockname()[1])
        finally:
            door.close()
            server.terminate()
            server.wait(60)
