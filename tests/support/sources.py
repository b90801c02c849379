"""Strangers on loopback who answer as told: registers that know, do not know, lie, drip, or talk garbage."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

STATE_ANSWER = {
    "name": "EXAMPLE ALEX MORGAN",
    "profession_code": "027",
    "license_number": "012345",
    "status": "Registered",
    "date_of_licensure": "June 15, 2016",
    "registered_through": "May 31, 2028",
    "enforcement_actions": [],
}
NPPES_ANSWER = {
    "result_count": 1,
    "results": [
        {
            "number": "1234567893",
            "enumeration_type": "NPI-1",
            "basic": {"first_name": "MEI", "last_name": "OSTRANDER", "credential": "MD", "status": "A", "enumeration_date": "2008-02-01"},
            "addresses": [{"address_purpose": "LOCATION", "city": "NEW YORK", "state": "NY", "postal_code": "100240000"}],
            "taxonomies": [{"code": "208100000X", "desc": "Physical Medicine & Rehabilitation", "primary": True, "state": "NY"}],
        }
    ],
}
NOBODY = {"result_count": 0, "results": []}
Asked = dict[str, str]


@dataclass
class Stranger:
    """An HTTP server that keeps what it was asked. `answer` is the body (a dict goes as JSON), `drip` never ends an answer."""

    port: int = 0
    status: int = 200
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    shorten: bool = False
    drip: bool = False
    asked: list[Asked] = field(default_factory=list)
    sent_headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/lookup"

    def content(self) -> bytes:
        """What it sends."""
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()


def _handler(stranger: Stranger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stranger.asked.append(dict(parse_qsl(urlsplit(self.path).query)))
            stranger.sent_headers.append(dict(self.headers))
            content = stranger.content()
            self.send_response(stranger.status)
            self.send_header("Content-Length", str(len(content) + 100_000 * (stranger.shorten or stranger.drip)))
            for name, value in stranger.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)
                while stranger.drip and not stranger.over.wait(0.02):
                    self.wfile.write(b" ")
                    self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def stranger() -> Iterator[Callable[..., Stranger]]:
    """`stranger(answer={...}, status=200)` listens on loopback until the test is over."""
    made: list[tuple[Stranger, ThreadingHTTPServer]] = []

    def start(**wishes: Any) -> Stranger:
        one = Stranger(**wishes)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(one))
        server.daemon_threads = True
        one.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        made.append((one, server))
        return one

    yield start
    for one, server in made:
        one.over.set()
        server.shutdown()
        server.server_close()
