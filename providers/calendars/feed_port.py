"""Fetching a stranger's calendar: 5 seconds to connect, 10 in all, 5 MB at most, and never into a private network.

The name is resolved once and the connection goes to the address that was checked, under the name's own certificate. Each redirect is a new
address with all its checks. Errors say what happened in words of ours; nothing of the stranger's answer is repeated.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Timer
from time import monotonic
from typing import Protocol, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from providers.calendars.rules.addresses import LONGEST_ADDRESS, MOST_REDIRECTS, AddressRefused, is_allowed, is_public

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
LARGEST_BYTES = 5 * 1024 * 1024
USER_AGENT = "licensed-hands-calendar/1.0"
TOO_SLOW = "The other side is too slow."
ODDLY_PACKED = "The calendar is packed in a way that is not understood."
_CHUNK = 64 * 1024
_MOVED = (301, 302, 303, 307, 308)
# Houses that keep the calendars of one account on several hosts.
_HOUSES = (".icloud.com",)
Said = TypeVar("Said")


class Unavailable(Exception):
    """Nothing was said: no connection, too slow, too large, an error. The sentence names neither the address nor what it answered.

    `wait_seconds`: the other side asks not to be asked again so soon.
    """

    def __init__(self, sentence: str, wait_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.sentence, self.wait_seconds = sentence, wait_seconds


@dataclass(frozen=True)
class Fetched:
    """An answer: the content (None: as it was at the last look) and the marks with which to ask the next time."""

    content: bytes | None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Seen:
    """The marks of the last good answer."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Call:
    """One question of a program to a server: its method, headers (a password among them) and body; whether it may be led on."""

    method: str
    headers: Mapping[str, str]
    body: bytes = b""
    led_on: bool = True


@dataclass(frozen=True)
class Reply:
    """What a server said to a call, whatever its status; `url` is where it was said, `headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class Transport(Protocol):
    """The way to the network."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every IP address of a name. Raises OSError."""

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to one IP address. Raises OSError."""

    def secure(self, line: socket.socket, host: str) -> socket.socket:
        """The connection under TLS, the other side proven to be `host`. Raises OSError."""


class Internet:
    """The network as it is."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every IP address of a name."""
        return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to one IP address."""
        return socket.create_connection((address, port), timeout=seconds)

    def secure(self, line: socket.socket, host: str) -> socket.socket:
        """The connection under TLS."""
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)


@dataclass(frozen=True)
class Target:
    """Where one request goes: a checked IP address and everything the request needs."""

    address: str
    host: str
    port: int
    secure: bool
    path: str


@dataclass(frozen=True)
class Feeds:
    """How calendars are fetched: the hosts that the operator exempts from the ban of private addresses, and the network."""

    allowed: tuple[str, ...] = ()
    transport: Transport = field(default_factory=Internet)

    def fetch(self, url: str, seen: Seen = Seen()) -> Fetched:
        """The calendar behind an address, following at most three redirects. Raises AddressRefused, Unavailable."""
        deadline = monotonic() + TOTAL_SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            target = self.check(url, deadline)
            answer = self._ask(target, deadline, lambda line, at: _answer(line, at, seen))
            if isinstance(answer, Fetched):
                return answer
            url = joined(url.replace("webcal:", "https:", 1), answer)
        raise Unavailable("The address leads on and on to others.")

    def call(self, url: str, call: Call, deadline: float) -> Reply:
        """Ask a server, which is trusted with the headers, and led on by it within its own house only. Raises as `fetch`.

        `deadline` is one of `monotonic`. Whoever writes is never led on.
        """
        for _ in range(MOST_REDIRECTS + 1):
            reply = self._ask(self.check(url, deadline), deadline, lambda line, at: _reply(line, at, call))
            if reply.status not in _MOVED or reply.status == 303:
                return replace(reply, url=url)
            if not call.led_on:
                raise Unavailable("The other side leads to another address, where nobody is asked.")
            if call.method in ("PUT", "DELETE"):
                raise Unavailable("The calendar has moved to another address. Connect the account anew.")
            onward = joined(url, reply.headers.get("location", ""))
            if not same_house(url, onward):
                raise AddressRefused("The server leads to another one, which does not get your password.")
            url = onward
        raise Unavailable("The address leads on and on to others.")

    def check(self, url: str, deadline: float | None = None) -> Target:
        """Where a request for `url` goes. Raises AddressRefused where nothing may be asked, Unavailable where the name is unknown.

        A name is waited for until `deadline` (one of `monotonic`), never longer than a connection.
        """
        parts, host = _parts(url)
        try:
            port = parts.port
        except ValueError:
            raise AddressRefused("The port in this address is none.") from None
        exempt = is_allowed(host, port or (80 if parts.scheme == "http" else 443), self.allowed)
        if parts.scheme not in ("https", "webcal") and not (exempt and parts.scheme == "http"):
            raise AddressRefused("The address must begin with https:// or webcal://.")
        plain = parts.scheme == "http" or (parts.scheme == "webcal" and (port == 80 or (exempt and port not in (None, 443))))
        port = port or (80 if plain else 443)
        if not exempt and port not in (80, 443):
            raise AddressRefused("Calendars are fetched from the ports 80 and 443 only.")
        if not exempt and parts.scheme == "https" and port == 80:
            raise AddressRefused("Port 80 does not go with https.")
        seconds = CONNECT_SECONDS if deadline is None else min(CONNECT_SECONDS, deadline - monotonic())
        address = self._resolve(host, port, exempt=exempt, seconds=seconds)
        path = parts.path or "/"
        return Target(address, host, port, not plain, f"{path}?{parts.query}" if parts.query else path)

    def _resolve(self, host: str, port: int, *, exempt: bool, seconds: float) -> str:
        """One address of the name, all of which must be public: a name that leads inside as well is not asked at all."""
        if seconds <= 0:
            raise Unavailable(TOO_SLOW)
        pool = ThreadPoolExecutor(1)
        try:
            found = pool.submit(self.transport.resolve, host, port).result(seconds)
        except (OSError, UnicodeError, TooLate):
            raise Unavailable("The name in this address is not known.") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        if not found:
            raise Unavailable("The name in this address is not known.")
        if not exempt and not all(map(is_public, found)):
            raise AddressRefused("This address leads into a private network.")
        return found[0]

    def _ask(self, target: Target, deadline: float, talk: Callable[[http.client.HTTPConnection, Target], Said]) -> Said:
        """What comes of talking to one server, within the time that is left."""
        left = deadline - monotonic()
        if left <= 0:
            raise Unavailable(TOO_SLOW)
        lines: list[socket.socket] = []
        late: list[bool] = []
        watch = Timer(left, _cut, (lines, late))
        watch.daemon = True
        watch.start()
        connection = http.client.HTTPConnection(target.host, target.port, timeout=left)
        try:
            line = self.transport.connect(target.address, target.port, min(CONNECT_SECONDS, left))
            lines.append(line)
            line.settimeout(min(CONNECT_SECONDS, left))
            connection.sock = self.transport.secure(line, target.host) if target.secure else line
            lines.append(connection.sock)
            connection.sock.settimeout(left)
            answer = talk(connection, target)
        except Unavailable as reason:
            raise Unavailable(TOO_SLOW if late else reason.sentence) from None
        except (OSError, http.client.HTTPException, ValueError, zlib.error):
            raise Unavailable(TOO_SLOW if late or monotonic() >= deadline else "The other side cannot be reached.") from None
        finally:
            watch.cancel()
            connection.close()
            for line in lines:
                line.close()
        if late:  # what was read of one that drips looks whole
            raise Unavailable(TOO_SLOW)
        return answer


def joined(url: str, onward: str) -> str:
    """Where an address leads that was found at another; nowhere, where it is none."""
    try:
        return urljoin(url, onward)
    except ValueError:
        return ""


def same_house(url: str, other: str) -> bool:
    """Whether `other` may be asked with the password that was given for `url`: the same host and port, or TLS hosts of one known house."""
    try:
        (one, host), (two, onward) = _parts(url), _parts(other)
        ports = [parts.port or (80 if parts.scheme == "http" else 443) for parts in (one, two)]
    except (AddressRefused, ValueError):
        return False
    if one.scheme != two.scheme or ports[0] != ports[1]:
        return False
    return host == onward or (one.scheme == "https" and any(host.endswith(house) and onward.endswith(house) for house in _HOUSES))


def _parts(url: str) -> tuple[SplitResult, str]:
    if len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused("This is not an address that can be asked.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise AddressRefused("This is not an address that can be asked.") from None
    if not host or "%" in host:
        raise AddressRefused("This is not an address that can be asked.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("Leave name and password out of the address: calendars have addresses of their own to share.")
    return parts, host


def _answer(connection: http.client.HTTPConnection, target: Target, seen: Seen) -> Fetched | str:
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT, "Connection": "close"}
    if seen.etag:
        headers["If-None-Match"] = seen.etag
    if seen.last_modified:
        headers["If-Modified-Since"] = seen.last_modified
    connection.request("GET", target.path, headers=headers)
    with connection.getresponse() as response:
        if response.status in _MOVED:
            return response.getheader("Location") or ""
        if response.status == 304 and (seen.etag or seen.last_modified):
            return Fetched(None, seen.etag, seen.last_modified)
        if response.status != 200:
            raise Unavailable(f"The other side answers with the error {response.status}.")
        return Fetched(_body(response), _mark(response, "ETag", 300), _mark(response, "Last-Modified", 100))


def _reply(connection: http.client.HTTPConnection, target: Target, call: Call) -> Reply:
    always = {"Accept-Encoding": "gzip", "User-Agent": USER_AGENT, "Connection": "close"}
    connection.request(call.method, target.path, call.body or None, {**call.headers, **always})
    with connection.getresponse() as response:
        headers = {name.lower(): text for name, text in response.getheaders()}
        return Reply(response.status, headers, _body(response), "")


def _mark(response: http.client.HTTPResponse, name: str, longest: int) -> str | None:
    text = response.getheader(name)
    return text if text and len(text) <= longest and text.isascii() and text.isprintable() else None


def _body(response: http.client.HTTPResponse) -> bytes:
    """The whole content, unpacked, within the bounds on the wire and after it; one that breaks off is none."""
    coding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise Unavailable(ODDLY_PACKED)
    opener = zlib.decompressobj(31) if coding != "identity" else None
    content, taken = bytearray(), 0
    while chunk := response.read(_CHUNK):
        taken += len(chunk)
        content += opener.decompress(chunk, LARGEST_BYTES + 1 - len(content)) if opener else chunk
        if taken > LARGEST_BYTES or len(content) > LARGEST_BYTES or (opener and opener.unconsumed_tail):
            raise Unavailable("The calendar is larger than 5 MB.")
    if response.length not in (0, None) or (opener and not opener.eof):
        raise Unavailable("The calendar breaks off before its end.")
    if opener and opener.unused_data:
        raise Unavailable(ODDLY_PACKED)
    return bytes(content)


def _cut(lines: list[socket.socket], late: list[bool]) -> None:
    late.append(True)
    for line in list(lines):
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
