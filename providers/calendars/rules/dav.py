"""The language of CalDAV (RFC 4791, 4918, 5397): questions as XML, and answers read without ever following what a document defines.

A document type, and with it every entity of the writer's own, is refused at its first line, so that nothing can grow or lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat

DAV, CALDAV, SERVER = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/"
MOST_ELEMENTS, DEEPEST = 300_000, 40
MOST_COLLECTIONS = 60
_STAMP = "%Y%m%dT%H%M%SZ"
_HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n<%s xmlns:d="{DAV}" xmlns:c="{CALDAV}" xmlns:s="{SERVER}">'


class XmlRefused(Exception):
    """This is no XML that is read here."""


@dataclass
class Element:
    """One element: its name as `namespace name`, its attribute "name", its own text, what stands in it."""

    name: str
    label: str = ""
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str, namespace: str = DAV) -> Iterator[Element]:
        """The children of a name."""
        return (one for one in self.children if one.name == f"{namespace} {name}")

    def find(self, name: str, namespace: str = DAV) -> Element | None:
        """The first child of a name."""
        return next(self.all(name, namespace), None)

    def word(self, name: str, namespace: str = DAV) -> str:
        """The text of the first child of a name, without blanks around it."""
        found = self.find(name, namespace)
        return found.text.strip() if found is not None else ""


@dataclass(frozen=True)
class Entry:
    """One resource in an answer: its address as written, its status where that is not good, the properties it has."""

    href: str
    status: int
    props: Element


def read_xml(content: bytes) -> Element:
    """The outermost element. Raises XmlRefused for what is broken, has a document type, is too deep or too large."""
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = walk.refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = walk.begin, walk.end, walk.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise XmlRefused from None
    if walk.root is None:
        raise XmlRefused
    return walk.root


class _Walk:
    """The elements that are open while a document goes by."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[tuple[Element, list[str]]] = []
        self.count = 0

    def refuse(self, *_words: object) -> None:
        raise XmlRefused

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self.open) >= DEEPEST:
            raise XmlRefused
        element = Element(name, attributes.get("name", ""))
        if self.open:
            self.open[-1][0].children.append(element)
        self.root = self.root or element
        self.open.append((element, []))

    def end(self, _name: str) -> None:
        element, words = self.open.pop()
        element.text = "".join(words)

    def text(self, words: str) -> None:
        if self.open:
            self.open[-1][1].append(words)


def read_entries(content: bytes) -> list[Entry]:
    """The resources of a multistatus. Raises XmlRefused for anything else."""
    root = read_xml(content)
    if root.name != f"{DAV} multistatus":
        raise XmlRefused
    return [_entry(one) for one in root.all("response")]


def _entry(response: Element) -> Entry:
    props = Element("prop")
    for part in response.all("propstat"):
        if _status(part.word("status")) == 200:
            props.children += [prop for found in part.all("prop") for prop in found.children]
    return Entry(response.word("href"), _status(response.word("status") or "HTTP/1.1 200 OK"), props)


def _status(line: str) -> int:
    words = line.split()
    return int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdigit() and len(words[1]) == 3 else 0


def ask_props(*names: tuple[str, str]) -> bytes:
    """The body of a PROPFIND for properties, each as (prefix, name) with the prefixes d, c and s."""
    wanted = "".join(f"<{prefix}:{name}/>" for prefix, name in names)
    return f"{_HEAD % 'd:propfind'}<d:prop>{wanted}</d:prop></d:propfind>".encode()


def ask_events(since_at: datetime, until_at: datetime) -> bytes:
    """The body of a calendar-query for all events that meet a time, whole, with their marks."""
    times = f'<c:time-range start="{since_at:{_STAMP}}" end="{until_at:{_STAMP}}"/>'
    events = f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">{times}</c:comp-filter></c:comp-filter>'
    wanted = "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
    return f"{_HEAD % 'c:calendar-query'}{wanted}<c:filter>{events}</c:filter></c:calendar-query>".encode()


@dataclass(frozen=True)
class Collection:
    """A calendar at the other side: where it is, what its owner calls it, whether events may be written into it."""

    url: str
    name: str
    writable: bool


def holds_events(props: Element) -> bool:
    """Whether a resource is a calendar that takes events; one that does not say which parts it takes does."""
    kinds = props.find("resourcetype")
    parts = props.find("supported-calendar-component-set", CALDAV)
    return kinds is not None and kinds.find("calendar", CALDAV) is not None and (parts is None or _takes_events(parts))


def _takes_events(parts: Element) -> bool:
    return not parts.children or any(part.label.upper() == "VEVENT" for part in parts.children)


def may_write(props: Element) -> bool:
    """Whether the account may put events into a calendar; one that does not say so may."""
    granted = props.find("current-user-privilege-set")
    if granted is None:
        return True
    rights = {right.name for privilege in granted.all("privilege") for right in privilege.children}
    return bool(rights & {f"{DAV} all", f"{DAV} write", f"{DAV} write-content"})
