"""Events of servers that speak JSON, as calendar objects: so that one reader and one table of truth stand for every way in.

Only what decides about time goes in. What cannot be read is handed on as it stands: the reader makes it larger, or tells and counts it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.calendars.rules.lines import OWN_MARK

LONGEST_VALUE = 300
_UNTOLD = re.compile(r"[^\x21-\x7e]+")
_ZONE = re.compile(r"[^A-Za-z0-9 /_+().&-]+")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T00:00(?::00(?:\.0+)?)?Z?)?")


@dataclass(frozen=True)
class At:
    """A moment as a server wrote it, and the zone it is meant in, if it does not say so itself."""

    text: str
    zone: str = ""


@dataclass(frozen=True)
class Told:
    """What a server told of one event. `mark` is what we wrote into it, if we did."""

    uid: str
    begin: At
    end: At
    mark: str = ""
    busy: bool = True
    cancelled: bool = False


def as_object(told: Told) -> bytes:
    """One event as one calendar object."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//told by a server//EN", "BEGIN:VEVENT", f"UID:{_line(told.uid)}"]
    lines += [f"{OWN_MARK}:{_line(told.mark)}"] if told.mark else []
    lines += ["STATUS:CANCELLED"] if told.cancelled else []
    lines += [f"TRANSP:{'OPAQUE' if told.busy else 'TRANSPARENT'}"]
    lines += [_moment("DTSTART", told.begin)] if told.begin.text else []
    # An end that was not told is one that cannot be read, not one that is not there: the rest of the day stays taken.
    lines += [_moment("DTEND", told.end) if told.end.text else "DTEND:not told"]
    return "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]).encode("ascii")


def day_at(text: object, zone: str) -> At:
    """A whole day's midnight in a zone; what names no day is handed on as it stands."""
    said = text if isinstance(text, str) else ""
    match = _DAY.fullmatch(said)
    return At(f"{match[1]}T00:00:00", zone) if match else At(said, zone)


def word(thing: object, name: str) -> str:
    """A text in an object of a stranger's; nothing where there is none."""
    said = thing.get(name) if isinstance(thing, dict) else None
    return said if isinstance(said, str) else ""


def part(thing: object, name: str) -> object:
    """A part of an object of a stranger's; None where there is none."""
    return thing.get(name) if isinstance(thing, dict) else None


def _moment(name: str, at: At) -> str:
    zone = _ZONE.sub("", at.zone)[:80].strip()
    return f"{name};TZID={zone}:{_line(at.text)}" if zone else f"{name}:{_line(at.text)}"


def _line(text: str) -> str:
    return _UNTOLD.sub("_", text)[:LONGEST_VALUE]
