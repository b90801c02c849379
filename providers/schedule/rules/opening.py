"""From weekly hours and exceptions to open time: which minutes, at which place, under whose staffing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from marketplace.kernel.intervals import Span, intersect, merge
from marketplace.kernel.walltime import DAY_MINUTES, NEW_YORK, day_begin, midnight_wall_minute, spans_on_wall, steady_offset, wall_spans
from providers.schedule.rules.hours import ANY_HOURS, Asked, ClinicHours, DateException, OpenSpan, WeeklyRange
from providers.services.rules.holidays import public_holidays

LOOK_BACK_DAYS = 35

_LOOKS_BACK = (1, 3, LOOK_BACK_DAYS)
_EPOCH_MINUTE = 0
_FORTNIGHT = 14
_WEAKEST_FIRST = ("rotating", "part_time", None, "full_time")

_Hours = tuple[int, int, int | None, str | None]
_Stretch = tuple[int, int, list[OpenSpan]]


def open_spans(
    weekly: Sequence[WeeklyRange],
    exceptions: Sequence[DateException],
    first_day: date,
    last_day: date,
    setting: str | None,
    zone: ZoneInfo = NEW_YORK,
    *,
    clinics: Sequence[ClinicHours] = (),
    asked_for: Asked = ANY_HOURS,
) -> list[OpenSpan]:
    """Open time of the days first_day..last_day for a setting (None: for any), sorted: of the hours that are asked for.

    Nothing before first_day, though the tail of the night before is there; open time that begins by last_day runs to
    its end, on into hours of the next day that it touches. Touching and overlapping ranges of one place are one
    stretch; where their staffing differs it is given in pieces, and where overlapping ranges disagree the weakest word
    counts: rotating, part_time, nothing said, full_time.

    At a place in a shared clinic time is open only while the clinic is; in a rostered one shifts take the place of the
    ranges there. A day that is closed closes shifts too, and so does a holiday that the provider keeps.

    A stretch is followed back at most LOOK_BACK_DAYS days to find where its starts are counted from;
    one open without a break for longer counts from the epoch, so that the answer does not depend on the days asked for.
    """
    week = _Week(weekly, exceptions, setting, zone, clinics, asked_for)
    if week.never_open:
        return []
    asked = day_begin(first_day, zone), day_begin(last_day + timedelta(days=1), zone)
    stretches: list[_Stretch] = []
    reach_back = asked[0]
    for days in _LOOKS_BACK:
        first = first_day - timedelta(days=days)
        reach_back = day_begin(first + timedelta(days=1), zone)
        pieces = week.pieces(first, last_day + timedelta(days=1))
        near = [piece for piece in pieces if piece[1] > asked[0]]
        if _lie_apart(near, asked[0]):
            return [piece for piece in near if piece[0] < asked[1]]
        stretches = [stretch for stretch in _stretches(pieces) if stretch[0] < asked[1] and asked[0] < stretch[1]]
        if all(begin > reach_back for begin, _, _ in stretches):
            break
    spans = [span for stretch in stretches for span in _shown(stretch, asked[0], reach_back)]
    spans.sort(key=itemgetter(0, 1))
    return spans


def _lie_apart(pieces: list[OpenSpan], low: int) -> bool:
    """Whether no piece touches the next, or what came before `low`, as in most weeks: then each is a stretch of its own."""
    return not pieces or (pieces[0][0] > low and all(one[1] < other[0] for one, other in pairwise(pieces)))


class _Week:
    """The hours that are asked for, day by day, exceptions applied. Weekly hours are kept for two weeks, "a" first."""

    def __init__(
        self,
        weekly: Iterable[WeeklyRange],
        exceptions: Iterable[DateException],
        setting: str | None,
        zone: ZoneInfo,
        clinics: Sequence[ClinicHours],
        asked: Asked,
    ) -> None:
        self.zone = zone
        self.anywhere = asked.anywhere
        self.monday = 1 if asked.turns.week_a_from is None else asked.turns.week_a_from.toordinal()
        self.houses = {clinic.place_id: clinic.weekly for clinic in clinics if clinic.weekly}
        rostered = {clinic.place_id for clinic in clinics if clinic.rostered}

        def counts(hours: WeeklyRange | DateException) -> bool:
            return hours.place_id not in rostered and _offered(hours.settings, setting) and asked.suits(hours)

        self.fortnight: list[list[_Hours]] = [[] for _ in range(_FORTNIGHT)]
        for hours in weekly:
            if counts(hours) and hours.opens_minute < hours.closes_minute:
                one = hours.opens_minute, hours.closes_minute, hours.place_id, hours.staffing
                if hours.weeks != "b":
                    self.fortnight[hours.weekday].append(one)
                if hours.weeks != "a":
                    self.fortnight[hours.weekday + 7].append(one)
        self.dates: dict[int, list[_Hours]] = defaultdict(list)
        self.closed: set[int] = set()
        for exception in exceptions:
            day = exception.on.toordinal()
            if exception.closed:
                self.closed.add(day)
            elif exception.opens_minute is not None and exception.closes_minute is not None:
                replacing = self.dates[day]
                if counts(exception) and exception.opens_minute < exception.closes_minute:
                    replacing.append((exception.opens_minute, exception.closes_minute, exception.place_id, exception.staffing))
        self.shifts: dict[int, list[_Hours]] = defaultdict(list)
        for clinic in clinics:
            for shift in clinic.shifts if clinic.rostered and not asked.contact else ():
                self.shifts[shift.on.toordinal()].append((shift.opens_minute, shift.closes_minute, clinic.place_id, shift.staffing))
        self.holidays = asked.turns.holidays
        self.has_exceptions = bool(self.dates or self.closed or self.shifts or self.holidays)
        self.never_open = not any(self.fortnight) and not any(self.dates.values()) and not self.shifts

    def is_closed(self, day: int) -> bool:
        """Whether a day (an ordinal) is closed as a whole: by hand, or by a holiday that was not opened by hand."""
        if day in self.closed or not self.holidays or day in self.dates:
            return day in self.closed
        on = date.fromordinal(day)
        return public_holidays(on.year).get(on) in self.holidays

    def hours_of(self, day: int) -> list[_Hours]:
        """The hours that open on a day (an ordinal), cut at midnight where the next day is closed."""
        if self.is_closed(day):
            return []
        hours = self.dates[day] if day in self.dates else self.fortnight[(day - self.monday) % _FORTNIGHT]
        if day in self.shifts:
            hours = hours + self.shifts[day]
        if self.is_closed(day + 1):
            return [(opens, min(closes, DAY_MINUTES), place, staffing) for opens, closes, place, staffing in hours]
        return hours

    def pieces(self, first: date, last: date) -> list[OpenSpan]:
        """What opens on the days first..last, sorted by begin."""
        low, high = midnight_wall_minute(first), midnight_wall_minute(last) + 2 * DAY_MINUTES
        offset = steady_offset(low, high, self.zone)
        found: list[OpenSpan] = []
        for day, midnight in enumerate(range(low, high - DAY_MINUTES, DAY_MINUTES), first.toordinal()):
            hours = self.hours_of(day) if self.has_exceptions else self.fortnight[(day - self.monday) % _FORTNIGHT]
            for opens, closes, place, staffing in hours:
                if offset is not None:
                    begins = midnight - offset
                    found.append(OpenSpan(begins + opens, begins + closes, place, staffing))
                else:
                    spans = spans_on_wall(midnight + opens, midnight + closes, self.zone)
                    found += [OpenSpan(begin, end, place, staffing) for begin, end in spans]
        if self.houses:
            found = list(self._while_open(found, first, last))
        if self.anywhere:
            found = [piece._replace(place_id=None) for piece in found]
        found.sort(key=itemgetter(0))
        return found

    def _while_open(self, pieces: Iterable[OpenSpan], first: date, last: date) -> Iterator[OpenSpan]:
        """The pieces as far as the clinic at their place is open."""
        opened = {place: self._house_open(hours, first, last) for place, hours in self.houses.items()}
        for piece in pieces:
            begin, end, place, staffing, _ = piece
            if place in opened:
                yield from (OpenSpan(low, high, place, staffing) for low, high in intersect([(begin, end)], opened[place]))
            else:
                yield piece

    def _house_open(self, hours: Iterable[WeeklyRange], first: date, last: date) -> list[Span]:
        """A clinic's open time on the days first..last, with what reaches into them and what follows them."""
        days = range(first.toordinal() - 1, last.toordinal() + 3)
        return merge(
            span
            for one in hours
            for day in days
            if (day - 1) % 7 == one.weekday
            for span in wall_spans(date.fromordinal(day), one.opens_minute, one.closes_minute, self.zone)
        )


def _offered(settings: frozenset[str], setting: str | None) -> bool:
    return bool(settings) if setting is None else setting in settings


def _stretches(pieces: list[OpenSpan]) -> Iterator[_Stretch]:
    """The pieces of one place that touch or overlap, together: where they begin and end, and the pieces."""
    latest: dict[int | None, _Stretch] = {}
    for piece in pieces:
        begin, end, place, _, _ = piece
        stretch = latest.get(place)
        if stretch is not None and begin <= stretch[1]:
            stretch[2].append(piece)
            latest[place] = (stretch[0], max(end, stretch[1]), stretch[2])
            continue
        if stretch is not None:
            yield stretch
        latest[place] = (begin, end, [piece])
    yield from latest.values()


def _shown(stretch: _Stretch, low: int, reach_back: int) -> Iterator[OpenSpan]:
    """What a stretch shows from `low` on: cut where its staffing changes, its starts counted from where it began."""
    anchor = stretch[0] if stretch[0] > reach_back else _EPOCH_MINUTE
    for begin, end, place, staffing in _agreed(stretch):
        if end > low:
            shown = max(begin, low)
            yield OpenSpan(shown, end, place, staffing, None if shown == anchor else anchor)


def _agreed(stretch: _Stretch) -> list[tuple[int, int, int | None, str | None]]:
    """One stretch cut where its staffing changes; where pieces that overlap disagree the weakest word counts."""
    begin, end, pieces = stretch
    place, first = pieces[0].place_id, pieces[0].staffing
    if all(piece.staffing == first for piece in pieces):
        return [(begin, end, place, first)]
    cuts = sorted({cut for piece in pieces for cut in piece[:2]})
    agreed: list[tuple[int, int, int | None, str | None]] = []
    for low, high in pairwise(cuts):
        here = {piece.staffing for piece in pieces if piece.begin_minute < high and low < piece.end_minute}
        staffing = min(here, key=_WEAKEST_FIRST.index)
        joins = agreed and agreed[-1][3] == staffing
        agreed.append((agreed.pop()[0] if joins else low, high, place, staffing))
    return agreed
