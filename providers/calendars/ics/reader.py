"""A calendar file as busy minutes. Each event by itself: one that is broken costs the others nothing, and never opens its own time.

What cannot be read is made larger, never smaller: an end that is in doubt is the end of the day, a zone nobody knows takes the whole
day, a rule that is not understood repeats every day. Where not even a day is known the event is counted as `unplaced`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import from_minute
from providers.calendars.ics.events import Event, EventReader, Notes
from providers.calendars.ics.recurring import Purse, affordable, walk, years_end
from providers.calendars.ics.zones import NamedZone, Zone, ZoneBook
from providers.calendars.rules.lines import Scanned, decode, scan
from providers.calendars.rules.reading import Located, Reading, Unreadable, Window, clip, coarsen, shorten
from providers.calendars.rules.recurrence import Rule, covering_end
from providers.calendars.rules.values import Length, read_stamp

LARGEST_BYTES = 5 * 1024 * 1024
OWN_PRODUCT = "-//licensed hands//"
_EPOCH = datetime(1970, 1, 1)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_YEARS = timedelta(days=400_000)
Occurrence = tuple[datetime, Length | None]


def read_calendar(content: bytes, window: Window) -> Reading:
    """The busy minutes of a window. Raises Unreadable with the reason why nothing of the file can be trusted."""
    if len(content) > LARGEST_BYTES:
        raise Unreadable("too_large")
    until = from_minute(window.until_minute)
    with years_end(until.year + 2):
        reader = _Reader(window)
        if window.objects is None:
            reader.take(scan(decode(content)))
        else:
            _take_objects(reader, content, window.objects)
        return reader.reading()


def _take_objects(reader: _Reader, content: bytes, lengths: Sequence[int]) -> None:
    """The objects of a collection, each with zones of its own. One that is none is told and counted, and costs the others nothing."""
    begin = 0
    for length in lengths:
        try:
            reader.take(scan(decode(content[begin : begin + length])))
        except Unreadable:
            reader.miss()
        begin += length


class _Reader:
    """One reading: what has been found so far, in one calendar after the other."""

    def __init__(self, window: Window) -> None:
        self.window, self.count = window, 0
        self.own = None if window.own is None else frozenset(window.own)
        self.home = NamedZone(window.zone)
        self.low, self.high = (from_minute(minute).replace(tzinfo=None) for minute in (window.from_minute, window.until_minute))
        self.purse, self.notes = Purse(), Notes()
        self.spans: list[Span] = []
        self.located: list[Located] = []
        self.events = 0
        self.endless = False

    def take(self, scanned: Scanned) -> None:
        """Everything in one calendar, event by event, series with what replaces parts of them."""
        ours = scanned.product.lower().startswith(OWN_PRODUCT)
        reader = EventReader(self.home, ZoneBook(scanned.zones), self.notes, self.own, all_ours=ours)
        groups: dict[object, list[Event]] = defaultdict(list)
        before, self.count = self.count, self.count + len(scanned.events) + len(scanned.free_busy)
        for part in scanned.events:
            part.number += before
            for event in reader.read(part):
                groups[event.uid or (event.number, id(event))].append(event)
        for group in groups.values():
            self._guard(group)
        for part in scanned.free_busy:
            part.number += before
            for event in reader.read_busy(part):
                self._guard([event])

    def miss(self) -> None:
        """An object of which nothing can be read."""
        self.count += 1
        self.notes.warn(self.count, "it cannot be read and it names no day; it is left out")
        self.notes.unplaced += 1

    def reading(self) -> Reading:
        """What was found."""
        busy, notes = clip(self.spans, self.window), self.notes
        kept = coarsen(busy)
        if len(kept) < len(busy):
            notes.warnings.insert(0, "There are very many busy times; those close together are kept as one.")
        return Reading(
            tuple(kept), shorten(notes.warnings), tuple(self.located), self.events, notes.own, notes.unplaced, self.endless
        )  # fmt: skip

    def _guard(self, group: Sequence[Event]) -> None:
        """A group's time; what breaks in a way that nobody foresaw keeps all the time from its beginning on."""
        self.events += sum(event.takes_time for event in group)
        try:
            self._take_group(group)
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 (one bad event must not cost the others)
            for event in group:
                self.notes.warn(event.number, "its dates cannot be followed; all the time from its beginning on is kept busy")
                self._keep(event.start.instant - _DAY, self.high + _DAY, event)

    def _take_group(self, group: Sequence[Event]) -> None:
        """A series and what replaces parts of it, all with one UID."""
        changes = [event for event in group if event.replaces is not None]
        has_series = len(changes) < len(group)
        for event in group:
            if event.replaces is None:
                self._take_series(event, changes)
            elif event.rules:
                self._take_series(event, ())
            elif not (event.onward and has_series):
                self._take_at(event, event.start.stamp.wall, event.length)

    def _take_series(self, event: Event, changes: Sequence[Event]) -> None:
        """Each start, unless it is taken out or replaced; from a change "this and future" on, that change at the same distance."""
        zone = event.start.zone
        removed = {moment.on(zone) for moment in event.removed if not moment.stamp.day_only}
        days = {moment.stamp.wall.date() for moment in event.removed if moment.stamp.day_only}
        for change in changes:
            if change.replaces is not None and not change.onward:
                (days.add(change.replaces.stamp.wall.date()) if change.replaces.stamp.day_only else removed.add(change.replaces.on(zone)))
        onward = sorted(
            ((change.replaces.on(zone), change) for change in changes if change.replaces and change.onward), key=lambda one: one[0]
        )
        margin = max((abs(change.start.on(zone) - at) for at, change in onward), default=timedelta(0))
        for start, length in self._starts(event, margin):
            if start in removed or start.date() in days:
                continue
            past = [(at, change) for at, change in onward if at <= start]
            if past:
                at, change = past[-1]
                self._take_at(change, change.start.stamp.wall + (start - at), change.length)
            else:
                self._take_at(event, start, length or event.length)

    def _starts(self, event: Event, margin: timedelta) -> Iterable[Occurrence]:
        """Every start that may matter, on the wall of the event, in no order, each once."""
        zone, begin = event.start.zone, event.start.stamp.wall
        longest = max([event.length, *(length for _moment, length in event.added if length)], key=_about)
        low, high = _wall_window(self.low, self.high, _about(longest), margin)
        seen = {begin}
        yield begin, None
        for moment, length in event.added:
            start = moment.on(zone)
            if start not in seen or length is not None:
                seen.add(start)
                yield start, length
        for rule in event.rules:
            for start in self._walk(event, rule, high):
                if start >= low and start not in seen:
                    seen.add(start)
                    yield start, None

    def _walk(self, event: Event, rule: Rule, high: datetime) -> Iterable[datetime]:
        begin, until = event.start.stamp.wall, _end_of(rule, event.start.zone)
        last = high if until is None else min(high, until)
        if begin <= last and not affordable(rule, begin, last, self.purse):
            self._cover(event, rule, until)
            return
        self.endless = self.endless or (begin > high and until is None)
        for start in walk(rule, begin, until, high) if begin <= last else ():
            if start > high:
                self.endless = True
                return
            yield start

    def _cover(self, event: Event, rule: Rule, until: datetime | None) -> None:
        """A rule too dense to expand: all the time from its beginning to its end."""
        begin, zone = event.start.instant, event.start.zone
        end = until or covering_end(rule, event.start.stamp.wall)
        if event.takes_time:
            self.notes.warn(event.number, "it repeats too often to follow; all the time it spans is kept busy")
            self._keep(begin, self.high + _DAY if end is None else max(zone.to_utc(end), begin) + max(_about(event.length), _HOUR), event)
        self.endless = self.endless or end is None or end > self.high

    def _take_at(self, event: Event, wall: datetime, length: Length) -> None:
        """One occurrence."""
        if not event.takes_time:
            return
        begin, end = _bounds(event.start.zone, wall, length)
        self._keep(*(self._whole_days(begin, end) if event.whole_days else (begin, end)), event)

    def _whole_days(self, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
        first = _midnight(self.home.to_wall(begin))
        last = _midnight(self.home.to_wall(max(end, begin + _HOUR) - timedelta(seconds=1)))
        return self.home.to_utc(first), self.home.to_utc(last + _DAY)

    def _keep(self, begin: datetime, end: datetime, event: Event) -> None:
        low, high = (begin - _EPOCH) // _MINUTE, -((_EPOCH - end) // _MINUTE)
        self.endless = self.endless or high > self.window.until_minute
        low, high = max(low, self.window.from_minute), min(high, self.window.until_minute)
        if low < high:
            self.spans.append((low, high))
            if event.location:
                self.located.append(Located(low, high, event.location))


def _end_of(rule: Rule, zone: Zone) -> datetime | None:
    """A rule's last moment on the wall of its series; a day means all of it."""
    stamp = read_stamp(rule.until) if rule.until else None
    if stamp is None:
        return None
    if stamp.day_only:
        return stamp.wall + timedelta(hours=23, minutes=59, seconds=59)
    return zone.to_wall(stamp.wall) if stamp.utc else stamp.wall


def _bounds(zone: Zone, wall: datetime, length: Length) -> tuple[datetime, datetime]:
    """An occurrence in UTC: days count on the wall, the rest exactly."""
    begin = zone.to_utc(wall)
    try:
        days = timedelta(days=length.days)
        end = (zone.to_utc(wall + days) if days else begin) + timedelta(seconds=length.seconds)
        return begin, max(zone.to_utc(_midnight(wall + days) + _DAY), begin + _HOUR, end) if length.unsure else end
    except OverflowError:
        return begin, datetime.max


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _about(length: Length) -> timedelta:
    """How long something lasts at most, clock changes left aside."""
    return min(timedelta(days=min(length.days, 400_000) + 2 * length.unsure, seconds=length.seconds), _YEARS)


def _wall_window(low: datetime, high: datetime, longest: timedelta, margin: timedelta) -> tuple[datetime, datetime]:
    """On any wall: zones are less than a day away from UTC, clocks change by hours."""
    try:
        return low - longest - margin - 2 * _DAY, high + min(margin, timedelta(days=366)) + 2 * _DAY
    except OverflowError:
        return datetime.min, high + 2 * _DAY
