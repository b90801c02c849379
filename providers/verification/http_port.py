"""Asking a stranger over HTTP: 5 seconds in all, bounded in size, no redirects, nothing but a JSON object counts as an answer."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Timer
from urllib.parse import urlencode, urlsplit

from providers.verification.rules.sources import Rubbish

TIMEOUT_SECONDS = 5.0
LARGEST_BYTES = 512 * 1024
USER_AGENT = "licensed-hands/1.0"


class Unavailable(Exception):
    """The stranger cannot be reached, is too slow, refuses us or is broken: nothing was said about anybody."""


@dataclass(frozen=True)
class Said:
    """An answer: its status (200 or 404) and its JSON object."""

    status: int
    body: dict[str, object]


def ask_json(url: str, query: Mapping[str, str], headers: Mapping[str, str], seconds: float = TIMEOUT_SECONDS) -> Said:
    """GET `url` with a query. Raises Unavailable (no connection, too slow, any status but 200 and 404) or Rubbish (no JSON object)."""
    try:
        with _opened(url, seconds) as (connection, late):
            path = f"{urlsplit(url).path or '/'}?{urlencode([*_kept(url), *query.items()])}"
            connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": USER_AGENT, **headers})
            response = connection.getresponse()
            content = response.read(LARGEST_BYTES + 1)
            complete = response.length in (0, None)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable(type(error).__name__) from error
    if late.is_set():
        raise Unavailable("too slow")
    if response.status not in (200, 404):
        raise Unavailable(f"status {response.status}")
    if len(content) > LARGEST_BYTES or not complete:
        raise Rubbish("size")
    return Said(response.status, _json(content))


def _kept(url: str) -> list[tuple[str, str]]:
    """What the operator's address asks already."""
    return [(name, value) for name, _, value in (part.partition("=") for part in urlsplit(url).query.split("&")) if name]


@contextmanager
def _opened(url: str, seconds: float) -> Iterator[tuple[http.client.HTTPConnection, Event]]:
    """A connection that ends after `seconds` whatever the stranger does: one that drips a byte at a time too."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
    lines: list[socket.socket] = []
    late = Event()
    watch = Timer(seconds, _cut, (lines, late))
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        lines.append(connection.sock)  # the connection forgets it while the answer is still being read
        yield connection, late
    finally:
        watch.cancel()
        connection.close()


def _cut(lines: list[socket.socket], late: Event) -> None:
    late.set()
    for line in lines:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def _json(content: bytes) -> dict[str, object]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Rubbish("json") from None
    if not isinstance(body, dict):
        raise Rubbish("object")
    return body
