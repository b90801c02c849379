"""Stripe's stand-in on a port of loopback, so that other processes can ask it; and it can end whoever asks at any call."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from booking.payments.stripe_port.double import StripeDouble

BEFORE, AFTER = "before", "after"


class StripeServer(ThreadingHTTPServer):
    """Speaks for a double over HTTP. With `doom` (which call from now on, before or after it is done) `victim` is killed then."""

    daemon_threads = True

    def __init__(self, double: StripeDouble) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.double = double
        self.doom: tuple[int, str] | None = None
        self.victim: int | None = None
        self.asked = 0

    @property
    def address(self) -> str:
        """For STRIPE_API_BASE."""
        return f"http://127.0.0.1:{self.server_port}"

    def condemn(self, call: int, moment: str) -> None:
        """Kill the victim at this call from now on."""
        self.asked, self.doom = 0, (call, moment)

    def strikes(self, moment: str) -> bool:
        """Whether the victim was killed now."""
        if self.doom != (self.asked, moment) or self.victim is None:
            return False
        os.kill(self.victim, signal.SIGKILL)
        return True


class _Handler(BaseHTTPRequestHandler):
    server: StripeServer

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode() if size else None
        self.server.asked += 1
        self.close_connection = True
        if self.server.strikes(BEFORE):
            return
        try:
            status, said = self.server.double.answer(self.command, self.path, dict(self.headers), body)
        except ConnectionError:
            return
        if self.server.strikes(AFTER):
            return
        told = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 (the library's names)

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""


@contextmanager
def stripe_served(double: StripeDouble) -> Iterator[StripeServer]:
    """A double at a port of its own until the end of the block."""
    server = StripeServer(double)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
