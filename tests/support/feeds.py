"""A server of calendars on loopback, and a network in which every name leads to it."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC = "93.184.215.14"


@dataclass
class Shelf:
    """What the server answers by path, and what it was asked."""

    pages: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    zipped: bool = False
    cut: int = 0
    etags: bool = True
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0


@contextmanager
def shelf() -> Iterator[Shelf]:
    """The server, running."""
    held = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.asked.append((self.path, dict(self.headers)))
            content = held.pages.get(self.path, b"")
            etag = f'"{hash(content)}"'
            if held.etags and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.end_headers()
                return
            body = gzip.compress(content) if held.zipped else content
            self.send_response(held.status)
            for name, value in held.headers.items():
                self.send_header(name, value)
            if held.zipped:
                self.send_header("Content-Encoding", "gzip")
            if held.etags:
                self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - held.cut])

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class SmallNet:
    """Names as written here, all others public; every public address is the server. TLS is believed."""

    port: int
    names: dict[str, list[str]] = field(default_factory=dict)
    connected: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> list[str]:
        return self.names.get(host, [PUBLIC])

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def secure(self, line: socket.socket, host: str) -> socket.socket:
        return line
