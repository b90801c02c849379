"""Time zones as calendar files name them: by their own VTIMEZONE, the IANA name, a Windows name, or an offset in the name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from providers.calendars.rules.recurrence import MOST_STEPS, cost, read_rule
from providers.calendars.rules.values import read_stamp

MOST_CHANGES = 100
EARLIEST, LATEST = datetime(1902, 1, 1), datetime(2200, 1, 1)
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
_DISPLAYED = re.compile(r"\((?:utc|gmt)[^)]*\)\s*(.+)", re.IGNORECASE)
_LONG_AGO = re.compile(r"^(DTSTART:)(1601)(?=\d{4}T)", re.IGNORECASE)
_TZID = re.compile(r"TZID[^:]*:(.*)", re.IGNORECASE)
# Zones that Outlook shows by their cities.
_CITIES = {"eastern time (us & canada)": "America/New_York", "central time (us & canada)": "America/Chicago",
           "mountain time (us & canada)": "America/Denver", "pacific time (us & canada)": "America/Los_Angeles"}  # fmt: skip


class Zone(Protocol):
    """Between a wall and UTC; both without tzinfo."""

    def to_utc(self, wall: datetime, *, second: bool = False) -> datetime:
        """The instant of a wall time: of a repeated one the first (or `second`) pass; a missing one counts on from before the gap."""

    def to_wall(self, instant: datetime) -> datetime:
        """What the wall shows at an instant."""


class NamedZone:
    """A zone of the IANA database."""

    def __init__(self, key: str) -> None:
        self._zone = ZoneInfo(key)

    def to_utc(self, wall: datetime, *, second: bool = False) -> datetime:
        """The instant of a wall time."""
        return _bounded(wall).replace(tzinfo=self._zone, fold=int(second)).astimezone(UTC).replace(tzinfo=None)

    def to_wall(self, instant: datetime) -> datetime:
        """What the wall shows."""
        return _bounded(instant).replace(tzinfo=UTC).astimezone(self._zone).replace(tzinfo=None, fold=0)


class ListedZone:
    """A zone by its changes: (instant, offset before, offset after), sorted; it has one at least."""

    def __init__(self, changes: Sequence[tuple[datetime, timedelta, timedelta]]) -> None:
        self._offsets = [changes[0][1], *(after for _at, _before, after in changes)]
        self._instants = [at for at, _before, _after in changes]
        before = [self._offsets[number] for number in range(len(changes))]
        pairs = list(zip(self._instants, before, self._offsets[1:], strict=True))
        self._first = [at + max(old, new) for at, old, new in pairs]
        self._second = [at + min(old, new) for at, old, new in pairs]

    def to_utc(self, wall: datetime, *, second: bool = False) -> datetime:
        """The instant of a wall time."""
        bounds = self._second if second else self._first
        return _bounded(wall) - self._offsets[bisect_right(bounds, wall)]

    def to_wall(self, instant: datetime) -> datetime:
        """What the wall shows."""
        return _bounded(instant) + self._offsets[bisect_right(self._instants, instant)]


class _Utc:
    """UTC itself."""

    def to_utc(self, wall: datetime, *, second: bool = False) -> datetime:  # noqa: ARG002 (the protocol's)
        """The same."""
        return wall

    def to_wall(self, instant: datetime) -> datetime:
        """The same."""
        return instant


UTC_ZONE: Zone = _Utc()


def _bounded(moment: datetime) -> datetime:
    """Times beyond what zones can say are moved to the edge: nothing asked about lies there."""
    return min(max(moment, EARLIEST), LATEST)


class ZoneBook:
    """The zones that one file may name."""

    def __init__(self, parts: Iterable[Sequence[str]]) -> None:
        self._own: dict[str, Sequence[str]] = {}
        for lines in parts:
            name = next((match[1] for line in lines if (match := _TZID.fullmatch(line))), "")
            self._own.setdefault(_plain(name), lines)
        self._known: dict[str, Zone | None] = {}

    def find(self, name: str) -> Zone | None:
        """The zone of a TZID, or None where nobody can tell which it is."""
        if name not in self._known:
            key = _plain(name)
            self._known[name] = _named(key) or self._defined(key) or _by_other_names(key)
        return self._known[name]

    def _defined(self, key: str) -> Zone | None:
        lines = self._own.get(key)
        if lines is None or len(lines) > MOST_CHANGES * 10 or not _cheap(lines):
            return None
        text = "\r\n".join(["BEGIN:VTIMEZONE", *map(_since_1970, lines[1:-1]), "END:VTIMEZONE", ""])
        try:
            zone: Any = Timezone.from_ical(text)
            times, infos = zone.get_transitions()
            before = [part.TZOFFSETFROM for part in zone.subcomponents]
            starts = [part.DTSTART for part in zone.subcomponents]
        except Exception:  # noqa: BLE001 (whatever a stranger's definition breaks, the zone is then unknown)
            return None
        if not times or any(at.tzinfo is not None for at in times):
            return None
        first = before[starts.index(min(starts))]
        offsets = [first, *(info[0] for info in infos)]
        return ListedZone(list(zip(times, offsets, offsets[1:], strict=False)))


def _cheap(lines: Sequence[str]) -> bool:
    """Whether a definition's rules are such as zones have: once a year."""
    rules = [line.partition(":")[2] for line in lines if line[:6].upper() in ("RRULE:", "RRULE;")]
    starts = [line.partition(":")[2] for line in lines if line[:7].upper() in ("DTSTART", "DTSTART;")]
    if len(rules) > MOST_CHANGES or any(read_stamp(start) is None for start in starts):
        return False
    read = [read_rule(rule) for rule in rules]
    end = datetime(2100, 1, 1)
    return all(rule.frequency == "YEARLY" and not rule.doubt and cost(rule, datetime(1601, 1, 1), end) < MOST_STEPS for rule in read)


def _since_1970(line: str) -> str:
    """A rule that begins in 1601, as some programs write, gives the same changes from 1970 on when it begins there."""
    return _LONG_AGO.sub(r"\g<1>1970", line)


def _plain(name: str) -> str:
    return name.strip().strip('"').strip().strip("/")


def _named(key: str) -> Zone | None:
    found = _iana().get(key.lower())
    return NamedZone(found) if found else None


def _by_other_names(key: str) -> Zone | None:
    """Windows names, names behind a vendor's prefix, offsets, names as menus show them."""
    tail = key.lower().removeprefix("tzone://microsoft/")
    if tail in ("utc", "z", "zulu", "gmt"):
        return NamedZone("UTC")
    windows = _windows().get(tail)
    if windows:
        return NamedZone(windows)
    parts = key.split("/")
    for begin in range(1, len(parts)):
        found = _named("/".join(parts[begin:]))
        if found:
            return found
    shown = _DISPLAYED.fullmatch(key)
    if shown and shown[1].lower() in _CITIES:
        return NamedZone(_CITIES[shown[1].lower()])
    return _by_offset(key)


def _by_offset(key: str) -> Zone | None:
    match = _OFFSET.fullmatch(key)
    if match is None or int(match[2]) > 14 or int(match[3] or 0) > 59:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3] or 0)) * (1 if match[1] == "+" else -1)
    return ListedZone([(datetime(1970, 1, 1), ahead, ahead)])


@lru_cache(maxsize=1)
def _iana() -> dict[str, str]:
    """Names by their small letters; what means "this machine's own" is none."""
    return {name.lower(): name for name in available_timezones() if name.lower() not in ("localtime", "factory", "posixrules")}


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    return {name.lower(): olson for name, olson in WINDOWS_TO_OLSON.items()}
