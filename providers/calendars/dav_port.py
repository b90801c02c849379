"""A CalDAV server (RFC 4791): found by its address, read, and written to, over the guarded way of `feed_port`.

The password goes to the host it was given for and to hosts of the same house, nowhere else. Each operation has ten seconds and 5 MB.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from urllib.parse import urljoin, urlsplit

from providers.calendars.feed_port import TOTAL_SECONDS, Call, Feeds, Reply, Unavailable, joined, same_house
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.copies import OwnVisit
from providers.calendars.rules.dav import (
    CALDAV,
    MOST_COLLECTIONS,
    SERVER,
    Collection,
    Element,
    Entry,
    XmlRefused,
    ask_events,
    ask_props,
    holds_events,
    may_write,
    read_entries,
)

XML = "application/xml; charset=utf-8"
LONGEST_MARK = 300
DISCOVERY_SECONDS = 15.0
_FIND = ask_props(("d", "current-user-principal"), ("d", "resourcetype"), ("c", "calendar-home-set"))
_LIST = ask_props(
    ("d", "resourcetype"), ("d", "displayname"), ("d", "current-user-privilege-set"), ("c", "supported-calendar-component-set")
)  # fmt: skip
_MARK = ask_props(("s", "getctag"), ("d", "sync-token"))
_ETAGS = ask_props(("d", "getetag"))


class LoginRefused(Unavailable):
    """The server does not take this user name and password (any more)."""


class Clash(Unavailable):
    """What stands there is not what was said to stand there."""


class Gone(Unavailable):
    """There is nothing at this address."""


@dataclass(frozen=True)
class Login:
    """A user name and a password; neither is ever shown."""

    user_name: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """As HTTP asks for it (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.user_name}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class Look:
    """What a look at a calendar brought: its objects (None: nothing has changed), and the mark with which to ask the next time."""

    objects: list[bytes] | None
    mark: str | None


@dataclass(frozen=True)
class Dav:
    """One account at one server. Every method raises AddressRefused, LoginRefused and Unavailable."""

    feeds: Feeds
    login: Login

    def discover(self, server: str) -> list[Collection]:
        """The calendars of the account, from the address of a server, of a principal or of a calendar (RFC 6764)."""
        deadline = monotonic() + DISCOVERY_SECONDS
        home = self._home(server, deadline)
        entries = self._entries("PROPFIND", home, _LIST, deadline, depth="1")
        calendars = {at: entry.props for at, entry in _within(home, entries) if holds_events(entry.props)}
        found = [Collection(at, _name(props, at), may_write(props)) for at, props in calendars.items()]
        if not found:
            raise Unavailable("There is no calendar in this account.")
        return found[:MOST_COLLECTIONS]

    def look(self, url: str, mark: str | None, since_at: datetime, until_at: datetime) -> Look:
        """Every object of a time, unless the calendar has still this mark."""
        fresh = self.mark(url)
        return Look(None if fresh is not None and fresh == mark else self.read(url, since_at, until_at), fresh)

    def place(self, url: str, visit: OwnVisit, etag: str | None) -> str | None:
        """Write one visit, as `put` does an object."""
        return self.put(url, visit.content or b"", etag)

    def make_own(self) -> str:
        """Visits are written into one of the calendars that are there."""
        raise Unavailable("There is no calendar to write into.")

    def mark(self, url: str) -> str | None:
        """A mark that differs when anything in a calendar differs; None where the server has none."""
        for entry in self._entries("PROPFIND", url, _MARK, monotonic() + TOTAL_SECONDS):
            words = (entry.props.word("getctag", SERVER), entry.props.word("sync-token"))
            if any(words):
                return hashlib.sha256("\n".join(words).encode()).hexdigest()
        return None

    def read(self, url: str, since_at: datetime, until_at: datetime) -> list[bytes]:
        """Every object with an event that meets a time, whole. What a server holds back makes the whole unknown."""
        entries = self._entries("REPORT", url, ask_events(since_at, until_at), monotonic() + TOTAL_SECONDS, depth="1")
        return [_content(entry) for entry in entries]

    def etags(self, url: str) -> dict[str, str]:
        """The mark of every object in a calendar, by the last part of its address."""
        entries = self._entries("PROPFIND", url, _ETAGS, monotonic() + TOTAL_SECONDS, depth="1")
        return {urlsplit(at).path.rpartition("/")[2]: entry.props.word("getetag")[:LONGEST_MARK] for at, entry in _within(url, entries)}

    def etag(self, url: str) -> str | None:
        """The mark of one object; None where there is no such object."""
        try:
            entries = self._entries("PROPFIND", url, _ETAGS, monotonic() + TOTAL_SECONDS)
        except Gone:
            return None
        return next((entry.props.word("getetag")[:LONGEST_MARK] for entry in entries), None)

    def put(self, url: str, content: bytes, etag: str | None) -> str | None:
        """Write one object: a new one, or in place of the one with this mark. Gives its new mark, if the server says one. Raises Clash."""
        condition = {} if _is_weak(etag) else {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        reply = self._call("PUT", url, headers, content, monotonic() + TOTAL_SECONDS)
        mark = reply.headers.get("etag", "")
        return mark if mark and len(mark) <= LONGEST_MARK else None

    def delete(self, url: str, etag: str | None) -> None:
        """Take one object away, if it has this mark; one that is away already is well. Raises Clash."""
        try:
            self._call("DELETE", url, {"If-Match": etag} if etag and not _is_weak(etag) else {}, b"", monotonic() + TOTAL_SECONDS)
        except Gone:
            return

    def _home(self, server: str, deadline: float) -> str:
        """Where the account's calendars are."""
        for start in _starts(server):
            try:
                at, props = self._first(start, deadline)
            except (Gone, NotDav):
                continue
            if holds_events(props):
                return at
            principal = _href(props.find("current-user-principal"))
            if principal and not _href(props.find("calendar-home-set", CALDAV)):
                at, props = self._first(self._onward(at, principal), deadline)
            home = _href(props.find("calendar-home-set", CALDAV))
            if home:
                return self._onward(at, home)
        raise Unavailable("There is no CalDAV server at this address.")

    def _first(self, url: str, deadline: float) -> tuple[str, Element]:
        reply = self._ask("PROPFIND", url, _FIND, deadline, depth="0")
        return reply.url, next((entry.props for entry in _read(reply)), Element("prop"))

    def _onward(self, url: str, href: str) -> str:
        onward = joined(url, href)
        if not same_house(url, onward):
            raise AddressRefused("The server leads to another one, which does not get your password.")
        return onward

    def _entries(self, method: str, url: str, body: bytes, deadline: float, depth: str = "0") -> Sequence[Entry]:
        entries = _read(self._ask(method, url, body, deadline, depth))
        if any(entry.status != 200 for entry in entries):
            raise Unavailable("The server holds back a part of the calendar.")
        return entries

    def _ask(self, method: str, url: str, body: bytes, deadline: float, depth: str) -> Reply:
        return self._call(method, url, {"Depth": depth, "Content-Type": XML}, body, deadline)

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply:
        reply = self.feeds.call(url, Call(method, {**headers, "Authorization": self.login.header}, body), deadline)
        if 200 <= reply.status < 300:
            return reply
        raise _fault(reply.status)


def _is_weak(etag: str | None) -> bool:
    """Whether a mark can be no condition (RFC 9110, 13.1.1)."""
    return etag is not None and etag.startswith("W/")


class NotDav(Unavailable):
    """What answers is no CalDAV server."""


def _fault(status: int) -> Unavailable:
    if status == 401:
        return LoginRefused("The server does not take this user name and password.")
    if status in (404, 410):
        return Gone("The server does not know this calendar.")
    if status in (405, 501):
        return NotDav("There is no CalDAV server at this address.")
    if status == 412:
        return Clash("The event was changed at the other side.")
    if status == 403:
        return Unavailable("The server does not allow this.")
    if status == 507:
        return Unavailable("There is no room left in the calendar at the other side.")
    return Unavailable(f"The other side answers with the error {status}.")


def _read(reply: Reply) -> list[Entry]:
    if reply.status != 207:
        raise NotDav("There is no CalDAV server at this address.")
    try:
        return read_entries(reply.content)
    except XmlRefused:
        raise Unavailable("The server's answer cannot be read.") from None


def _within(base: str, entries: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
    """The resources with their whole addresses, those of other servers left out."""
    for entry in entries:
        at = joined(base, entry.href)
        if same_house(base, at):
            yield at, entry


def _content(entry: Entry) -> bytes:
    found = entry.props.find("calendar-data", CALDAV)
    if found is None:
        raise Unavailable("The server holds back a part of the calendar.")
    return found.text.encode()


def _name(props: Element, url: str) -> str:
    said = "".join(char if char.isprintable() else " " for char in props.word("displayname"))
    return (" ".join(said.split()) or urlsplit(url).path.strip("/").rpartition("/")[2] or "Calendar")[:80]


def _href(element: Element | None) -> str:
    return element.word("href") if element is not None else ""


def _starts(server: str) -> list[str]:
    """Where to look: the address itself where it names more than a host, then the well-known place, then the root."""
    root = urljoin(server, "/")
    own = [server] if urlsplit(server).path.strip("/") else []
    return [*own, urljoin(root, ".well-known/caldav"), root]
