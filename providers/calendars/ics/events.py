"""Events as far as they can be understood: lines to moments, lengths, rules. What is in doubt is made larger, never smaller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from icalendar.parser import Contentline

from providers.calendars.ics.zones import UTC_ZONE, Zone, ZoneBook
from providers.calendars.rules.lines import OWN_MARK, Part
from providers.calendars.rules.recurrence import Rule, read_rule
from providers.calendars.rules.values import Length, Stamp, find_day, read_length, read_stamp

OWN_DOMAINS = ("@licensedhands", "@licensedhands.test")
LONGEST_LOCATION = 300
Lines = Mapping[str, list["Property"]]


@dataclass(frozen=True)
class Property:
    """One line taken apart: its value as written, its parameters in capitals."""

    value: str
    zone: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Moment:
    """A stamp with the zone it is meant in. `sure` is False where nobody knows that zone."""

    stamp: Stamp
    zone: Zone
    sure: bool = True

    @property
    def instant(self) -> datetime:
        """In UTC."""
        return self.zone.to_utc(self.stamp.wall)

    @property
    def is_missing(self) -> bool:
        """Whether the wall never shows it: it lies in an hour that a change of clocks leaves out."""
        return timedelta() < self.zone.to_wall(self.instant) - self.stamp.wall < timedelta(days=1)

    def on(self, zone: Zone) -> datetime:
        """What the wall of another zone shows then."""
        return self.stamp.wall if self.stamp.day_only or self.zone is zone else zone.to_wall(self.instant)


@dataclass
class Event:
    """One event as far as it is understood."""

    number: int
    uid: str
    start: Moment
    length: Length
    location: str = ""
    busy: bool = True
    cancelled: bool = False
    rules: list[Rule] = field(default_factory=list)
    added: list[tuple[Moment, Length | None]] = field(default_factory=list)
    removed: list[Moment] = field(default_factory=list)
    replaces: Moment | None = None
    onward: bool = False
    whole_days: bool = False

    @property
    def takes_time(self) -> bool:
        """Whether it keeps anybody busy."""
        return self.busy and not self.cancelled


@dataclass
class Notes:
    """What is told and counted while events are read."""

    warnings: list[str] = field(default_factory=list)
    own: int = 0
    unplaced: int = 0

    def warn(self, number: int, what: str) -> None:
        """One sentence about one event."""
        self.warnings.append(f"Event {number}: {what}.")


class EventReader:
    """Understands events one by one. `home` is the zone in which times without one are meant, `own` as in `Window`."""

    def __init__(self, home: Zone, zones: ZoneBook, notes: Notes, own: Collection[str] | None, *, all_ours: bool) -> None:
        self.home, self.zones, self.notes, self.own, self.all_ours = home, zones, notes, own, all_ours

    def read(self, part: Part) -> list[Event]:
        """An event, or several where it is damaged, or none. What nobody foresaw is salvaged like what was."""
        try:
            return self._understand(part)
        except Exception:  # noqa: BLE001 (one bad event must not cost the others)
            return self._salvage(part, "it cannot be read")

    def read_busy(self, part: Part) -> list[Event]:
        """The busy times of a free/busy part."""
        events = []
        for line in properties(part).get("FREEBUSY", []):
            for value in line.value.split(",") if ("FBTYPE", "FREE") not in line.parameters else ():
                begin_text, _slash, end_text = value.partition("/")
                begin = self._moment(Property(begin_text, line.zone))
                if begin is not None:
                    events.append(Event(part.number, "", begin, self._period_length(begin, end_text, line.zone)))
                else:
                    self._warn(part, "a busy time in it cannot be read; its day is kept busy if it can be told")
                    events += self._day(part, value)
        return events

    def _understand(self, part: Part) -> list[Event]:
        lines = properties(part)
        uid = _value(lines, "UID").strip()
        if self._is_own(uid, lines):
            self.notes.own += 1
            return []
        if part.broken:
            self._warn(part, "its bounds are damaged; what could be read is kept")
        starts = lines.get("DTSTART", [])
        if len(starts) > 1:
            self._warn(part, "it has several beginnings; each is kept busy")
            return [event for start in starts for event in self._one(part, {**lines, "DTSTART": [start]}, uid)]
        return self._one(part, lines, uid)

    def _is_own(self, uid: str, lines: Lines) -> bool:
        """Whether this house knows the time of whoever asks already. A visit with somebody else here keeps them busy like any other."""
        if self.own is None:
            return self.all_ours or uid.lower().endswith(OWN_DOMAINS)
        return uid.lower() in self.own or _value(lines, OWN_MARK).strip().lower() in self.own

    def _one(self, part: Part, lines: Lines, uid: str) -> list[Event]:
        start = self._moment(lines["DTSTART"][0]) if lines.get("DTSTART") else None
        cancelled = _value(lines, "STATUS").strip().upper() == "CANCELLED"
        if start is None and not cancelled:
            return self._salvage(part, "its beginning cannot be read")
        replaces, onward = self._replaced(part, lines)
        if start is None:
            start = replaces
        if start is None:
            return []
        if not start.sure and not cancelled:
            self._warn(part, "nobody knows its time zone; whole days are kept busy")
        event = Event(
            part.number, uid, start, self._length(part, lines, start), _location(lines), _takes_time(lines), cancelled,
            replaces=replaces, onward=onward, whole_days=not start.sure,
        )  # fmt: skip
        return [event, *([] if cancelled else self._repeats(part, lines, event))]

    def _repeats(self, part: Part, lines: Lines, event: Event) -> list[Event]:
        """Rules, further dates and dates taken out; what cannot be read of them only makes the series larger, or is a day of its own."""
        for line in lines.get("RRULE", []):
            rule = read_rule(line.value)
            if rule.doubt:
                self._warn(part, f"{rule.doubt}; it is kept busy more often rather than less")
            event.rules.append(rule)
            event.whole_days = event.whole_days or rule.whole_days
        strays = [day for line in lines.get("RDATE", []) for day in self._adds(part, line, event)]
        for line in lines.get("EXDATE", []):
            for value in line.value.split(","):
                moment = self._moment(Property(value, line.zone))
                if moment is None or not moment.sure:
                    self._warn(part, "a date taken out of it cannot be read; it stays busy then")
                else:
                    event.removed.append(moment)
        return strays

    def _adds(self, part: Part, line: Property, event: Event) -> list[Event]:
        strays: list[Event] = []
        for value in line.value.split(","):
            begin, slash, end = value.partition("/")
            moment = self._moment(Property(begin, line.zone))
            if moment is None:
                self._warn(part, "a further date of it cannot be read; that day is kept busy if it can be told")
                strays += self._day(part, value)
            else:
                event.added.append((moment, self._period_length(moment, end, line.zone) if slash else None))
                event.whole_days = event.whole_days or not moment.sure
        return strays

    def _period_length(self, begin: Moment, text: str, zone: str | None) -> Length:
        """How long a period lasts, by its second half: a length or an end."""
        length = read_length(text)
        if length is not None:
            return length
        end = self._moment(Property(text, zone))
        seconds = (end.instant - begin.instant).total_seconds() if end is not None else -1
        return Length(seconds=int(seconds)) if seconds >= 0 else Length(unsure=True)

    def _replaced(self, part: Part, lines: Lines) -> tuple[Moment | None, bool]:
        if "RECURRENCE-ID" not in lines:
            return None, False
        line = lines["RECURRENCE-ID"][0]
        moment = self._moment(line)
        if moment is None or not moment.sure:
            self._warn(part, "which date it replaces cannot be read; both stay busy")
            return None, False
        return moment, ("RANGE", "THISANDFUTURE") in line.parameters

    def _moment(self, line: Property) -> Moment | None:
        stamp = read_stamp(line.value)
        if stamp is None:
            return None
        if stamp.utc:
            return Moment(stamp, UTC_ZONE)
        if stamp.day_only or line.zone is None:
            return Moment(stamp, self.home)
        zone = self.zones.find(line.zone)
        return Moment(stamp, zone or self.home, sure=zone is not None)

    def _length(self, part: Part, lines: Lines, start: Moment) -> Length:
        """By DTEND and DURATION, the longer of both; without either a day for a date and nothing for a time."""
        found: list[Length] = []
        doubt = False
        for line in lines.get("DTEND", []):
            length = self._until(start, line)
            doubt = doubt or length is None
            found += [length] if length else []
        for line in lines.get("DURATION", []):
            length = read_length(line.value)
            doubt = doubt or length is None
            found += [length] if length else []
        longest = max(found, key=lambda length: length.days * 86_400 + length.seconds, default=Length())
        if doubt:
            self._warn(part, "its end cannot be read; the rest of its day is kept busy")
            return Length(longest.days, longest.seconds, unsure=True)
        if start.stamp.day_only and longest.days * 86_400 + longest.seconds <= 0:
            return Length(days=1)
        return longest

    def _until(self, start: Moment, line: Property) -> Length | None:
        end = self._moment(line)
        if end is None or not (end.sure or end.zone is start.zone):
            return None
        if start.stamp.day_only and end.stamp.day_only:
            days = (end.stamp.wall - start.stamp.wall).days
            return Length(days=days) if days >= 0 else None
        seconds = (end.instant - start.instant).total_seconds()
        if seconds < 0 or (seconds == 0 and end.stamp != start.stamp):
            seconds = (end.zone.to_utc(end.stamp.wall, second=True) - start.instant).total_seconds()
        if end.zone is start.zone and start.is_missing:  # where the clocks jump, what is written tells more than the clock
            seconds = max(seconds, (end.stamp.wall - start.stamp.wall).total_seconds())
        return Length(seconds=int(seconds)) if seconds >= 0 else None

    def _salvage(self, part: Part, why: str) -> list[Event]:
        """An event without a beginning that can be read: the days it names anywhere are kept busy, else it is counted."""
        lines = properties(part)
        status, shown = _value(lines, "STATUS").strip().upper(), _value(lines, "TRANSP").strip().upper()
        if status == "CANCELLED" or shown == "TRANSPARENT":
            return []
        named = [line.value for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE") for line in lines.get(name, [])]
        days = [day for day in map(find_day, named) if day is not None]
        if not days:
            self._warn(part, f"{why} and it names no day; it is left out")
            self.notes.unplaced += 1
            return []
        self._warn(part, f"{why}; the days it names are kept busy")
        first, last = (datetime(day.year, day.month, day.day) for day in (min(days), max(days)))
        start = Moment(Stamp(first, day_only=True), self.home)
        event = Event(part.number, "", start, Length(days=(last - first).days + 1))
        for line in lines.get("RRULE", []):
            event.rules.append(read_rule(line.value))
        return [event]

    def _day(self, part: Part, text: str) -> list[Event]:
        """The whole of a day named in a damaged value."""
        day = find_day(text)
        if day is None:
            return []
        begin = datetime(day.year, day.month, day.day)
        return [Event(part.number, "", Moment(Stamp(begin, day_only=True), self.home), Length(days=1))]

    def _warn(self, part: Part, what: str) -> None:
        self.notes.warn(part.number, what)


def properties(part: Part) -> dict[str, list[Property]]:
    """The telling lines of a part by their names. Rules of exclusion are left out, which only adds time."""
    found: dict[str, list[Property]] = defaultdict(list)
    for name, line in part.lines:
        prop = _property(line)
        if name == "EXRULE":
            continue
        if prop.value.startswith("FREQ=") and name not in ("RRULE", "LOCATION", "UID"):
            name = "RRULE"  # noqa: PLW2901 (its name was damaged)
        found[name].append(prop)
    return found


def _property(line: str) -> Property:
    """A line by icalendar's own parser; one it refuses is cut at its first colon outside of quotes."""
    try:
        _name, parameters, value = Contentline(line).parts()
        pairs = tuple((str(key).upper(), str(word).upper()) for key, word in parameters.items())
        zone = parameters.get("TZID")
    except (ValueError, TypeError, AttributeError):
        head, _colon, value = line.partition(":")
        words = [word.partition("=") for word in head.split(";")[1:]]
        pairs = tuple((key.upper(), word.upper()) for key, _equals, word in words)
        zone = next((word for key, _equals, word in words if key.upper() == "TZID"), None)
    value = str(value)
    if zone and value.startswith("//"):  # a zone's address in place of its name, without quotes
        rest, _colon, value = value.rpartition(":")
        zone = f"{zone}:{rest}"
    return Property(value.strip(), str(zone) if zone else None, pairs)


def _value(lines: Lines, name: str) -> str:
    found = lines.get(name)
    return found[0].value if found else ""


def _takes_time(lines: Lines) -> bool:
    if lines.get("TRANSP"):
        return any(line.value.strip().upper() != "TRANSPARENT" for line in lines["TRANSP"])
    return _value(lines, "X-MICROSOFT-CDO-BUSYSTATUS").strip().upper() != "FREE"


def _location(lines: Lines) -> str:
    text = _value(lines, "LOCATION").replace("\\n", ", ").replace("\\N", ", ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    return " ".join(text.split())[:LONGEST_LOCATION]
