"""A real CalDAV server (Radicale) on loopback, a hand at its other side, and a server that answers by a script."""

import base64
import http.client
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from radicale import config
from radicale.app import Application

USER, PASSWORD = "anna", "word-of-anna"
CALENDAR = "/anna/private/"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


@dataclass
class OtherSide:
    """A hand at the other side: what a calendar program of the therapist does there."""

    port: int
    password: str = PASSWORD

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        login = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        line.request(method, path, body, {"Authorization": f"Basic {login}", **headers})
        with line.getresponse() as answer:
            said = answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
        line.close()
        return said

    def make(self, path: str = CALENDAR) -> None:
        assert self.ask("MKCALENDAR", path)[0] == 201

    def put(self, name: str, content: bytes, path: str = CALENDAR) -> None:
        status, _headers, said = self.ask("PUT", path + name, content, **{"Content-Type": "text/calendar"})
        assert status in (201, 204), said

    def delete(self, name: str, path: str = CALENDAR) -> None:
        assert self.ask("DELETE", path + name)[0] in (200, 204)

    def objects(self, path: str = CALENDAR) -> dict[str, bytes]:
        """What stands there, by name."""
        status, _headers, said = self.ask("PROPFIND", path, b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>', Depth="1")
        assert status == 207
        names = [part.partition(b"</href>")[0].decode().rpartition("/")[2] for part in said.split(b"<href>")[1:]]
        return {name: self.ask("GET", path + name)[2] for name in names if name}


@contextmanager
def radicale(folder: Path) -> Iterator[OtherSide]:
    """The server, running, with one account that has one calendar."""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\nbea:word-of-bea\n")
    settings = config.load()
    settings.update(
        {
            "auth": {"type": "htpasswd", "htpasswd_filename": str(folder / "users"), "htpasswd_encryption": "plain", "delay": "0"},
            "storage": {"filesystem_folder": str(folder / "store"), "_filesystem_fsync": "False"},
            "rights": {"type": "owner_only"},
            "logging": {"level": "critical"},
        },
        "tests",
        privileged=True,
    )
    server = make_server("127.0.0.1", 0, Application(settings), server_class=_Server, handler_class=_Quiet)
    with _serving(server):
        side = OtherSide(server.server_port)
        side.make()
        yield side


Script = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


@dataclass
class Scripted:
    """A server that answers as `script` says, and remembers what it was asked."""

    script: Script
    port: int = 0
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def scripted(script: Script) -> Iterator[Scripted]:
    """The server, running."""
    held = Scripted(script)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            headers = {name.lower(): text for name, text in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            held.asked.append((self.command, self.path, headers))
            status, said, content = held.script(self.command, self.path, headers, body)
            self.send_response(status)
            for name, text in said.items():
                self.send_header(name, text)
            if "Content-Length" not in said:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            pass

    for method in ("GET", "PUT", "DELETE", "PROPFIND", "REPORT"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.port = server.server_address[1]
    with _serving(server):
        yield held


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
