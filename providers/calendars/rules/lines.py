"""Calendar text taken apart: bytes to text, folded lines to whole ones, lines to parts (RFC 5545 section 3.1), as the wild writes them.

A part that is broken costs its neighbors nothing: a missing END is closed where the next part begins, a part that has lost its BEGIN is
begun by its first telling line. What cannot be whole (no END:VCALENDAR, a second calendar) raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from providers.calendars.rules.reading import Unreadable

EVENT, ZONE, FREE_BUSY, CALENDAR = "VEVENT", "VTIMEZONE", "VFREEBUSY", "VCALENDAR"
TELLING = frozenset({"DTSTART", "DTEND", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "DURATION", "TRANSP"})
# What we write into a visit that we put into a calendar: its UID once more, for servers that give every event a UID of their own.
OWN_MARK = "X-LICENSED-HANDS-VISIT"
KEPT = TELLING | {"UID", "STATUS", "LOCATION", "X-MICROSOFT-CDO-BUSYSTATUS", "EXRULE", "FREEBUSY", OWN_MARK}
# Parts that take no time of their own.
SILENT = frozenset({
    "VTODO", "VJOURNAL", "VALARM", "STANDARD", "DAYLIGHT", "VAVAILABILITY", "AVAILABLE", "PARTICIPANT", "VLOCATION", "VRESOURCE", "VPOLL",
})  # fmt: skip
MOST_EVENTS = 50_000
_BREAKS = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?=[;:])")
_WORD = re.compile(r"[^A-Z0-9-]")
_MARKUP = re.compile(r"\s*<(!doctype|html|head|body|\?xml|script|!--)", re.IGNORECASE)


@dataclass
class Part:
    """One event (or free/busy part): its telling lines as (NAME, whole line), its number in the file, whether its bounds are broken."""

    number: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False


@dataclass
class Scanned:
    """A calendar's parts. `zones` are the whole lines of each VTIMEZONE."""

    product: str = ""
    events: list[Part] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    free_busy: list[Part] = field(default_factory=list)


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 or UTF-32 by its mark, else Windows-1252; times are plain ASCII in all of them."""
    for mark, name in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, name)
    if content[:1] == b"\0" or content[1:2] == b"\0":
        return _decoded(content, "utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.removeprefix(b"\xef\xbb\xbf").decode("cp1252", "replace")


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode(name).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Unreadable("undecodable") from None


def unfold(text: str) -> Iterator[str]:
    """Whole lines: continuations begin with a blank; a line that names nothing is one too, since some programs forget the blank."""
    whole = ""
    for line in _BREAKS.split(text):
        if line[:1] in (" ", "\t"):
            whole += line[1:]
        elif line and not _NAME.match(line) and whole:
            whole += line
        elif line:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def scan(text: str) -> Scanned:
    """A calendar's parts. Raises Unreadable: empty, html, no_calendar, truncated, two_calendars, too_many_events."""
    if not text.strip("\0 \t\r\n\ufeff"):
        raise Unreadable("empty")
    if _MARKUP.match(text):
        raise Unreadable("html")
    walk = _Walk()
    for line in unfold(text):
        walk.take(line.replace("\0", ""))
    return walk.finish()


class _Walk:
    """The parts that are open while lines go by."""

    def __init__(self) -> None:
        self.found = Scanned()
        self.open: list[str] = []
        self.part: Part | None = None
        self.began = self.ended = False
        self.count = 0

    def take(self, line: str) -> None:
        """One whole line."""
        match = _NAME.match(line)
        name = match.group().upper() if match else ""
        if name in ("BEGIN", "END"):
            word = _WORD.split(line.partition(":")[2].strip().upper(), maxsplit=1)[0]
            (self._begin if name == "BEGIN" else self._end)(word, line)
        elif not self.began:
            raise Unreadable("no_calendar")
        elif not self.ended:
            self._property(name, line)

    def finish(self) -> Scanned:
        """What was found, if it is whole."""
        if not self.began:
            raise Unreadable("no_calendar")
        if not self.ended:
            raise Unreadable("truncated")
        return self.found

    def _begin(self, word: str, line: str) -> None:
        if word == CALENDAR:
            if self.began:
                raise Unreadable("two_calendars")
            self.began = True
            return
        if not self.began:
            raise Unreadable("no_calendar")
        if self.ended:
            return
        if word in (EVENT, ZONE, FREE_BUSY, "VTODO", "VJOURNAL"):
            self._close_all()
        if word == ZONE:
            self.found.zones.append([])
        elif not self.open and word not in SILENT:
            self._new_part(word)
        self.open.append(word)
        self._keep_zone_line(line)

    def _end(self, word: str, line: str) -> None:
        if word == CALENDAR and self.began:
            self._close_all()
            self.ended = True
        elif word in self.open:
            self._keep_zone_line(line)
            while self.open.pop() != word:
                self._mark_broken()
            if not self.open:
                self.part = None
        else:
            self._mark_broken()

    def _property(self, name: str, line: str) -> None:
        if not self.open:
            if name == "PRODID":
                self.found.product = line.partition(":")[2].strip()
            if name in TELLING or _hides_rule(name, line):
                self._new_part(EVENT)
                self.open.append(EVENT)
                self._mark_broken()
                self._keep(name, line)
        elif self.open[0] == ZONE:
            self._keep_zone_line(line)
        elif len(self.open) == 1 and self.part is not None:
            self._keep(name, line)

    def _keep(self, name: str, line: str) -> None:
        if self.part is not None and (name in KEPT or _hides_rule(name, line)):
            self.part.lines.append((name, line))

    def _new_part(self, word: str) -> None:
        self.count += 1
        if self.count > MOST_EVENTS:
            raise Unreadable("too_many_events")
        self.part = Part(self.count, broken=word not in (EVENT, FREE_BUSY) and not word.startswith("X-"))
        (self.found.free_busy if word == FREE_BUSY else self.found.events).append(self.part)

    def _keep_zone_line(self, line: str) -> None:
        if self.open and self.open[0] == ZONE:
            self.found.zones[-1].append(line)

    def _mark_broken(self) -> None:
        if self.part is not None:
            self.part.broken = True

    def _close_all(self) -> None:
        if self.open:
            self._mark_broken()
        self.open.clear()
        self.part = None


def _hides_rule(name: str, line: str) -> bool:
    """Whether a line with a name nobody knows carries a rule of recurrence: its name was damaged."""
    return name not in KEPT and "FREQ=" in line[:60] and line.partition(":")[2].startswith("FREQ=")


def first(lines: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first line of a name."""
    return next((line for own, line in lines if own == name), None)
