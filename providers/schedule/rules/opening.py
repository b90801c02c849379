"""From weekly hours and exceptions to open time: which minutes, at which place, under whose staffing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, NEW_YORK, day_begin, midnight_wall_minute, spans_on_wall, steady_offset
from providers.schedule.rules.hours import DateException, OpenSpan, WeeklyRange

LOOK_BACK_DAYS = 35

_LOOKS_BACK = (1, 3, LOOK_BACK_DAYS)
_EPOCH_MINUTE = 0

_Hours = tuple[int, int, int | None, str | None]
_Piece = tuple[int, int, str | None]
_Stretch = tuple[int, int, int | None, list[_Piece]]


def open_spans(
    weekly: Sequence[WeeklyRange],
    exceptions: Sequence[DateException],
    first_day: date,
    last_day: date,
    setting: str | None,
    zone: ZoneInfo = NEW_YORK,
) -> list[OpenSpan]:
    """Open time of the days first_day..last_day for a setting (None: for any), sorted.

    Nothing before first_day, though the tail of the night before is there; open time that begins by last_day runs to
    its end, on into hours of the next day that it touches. Touching and overlapping ranges of one place are one
    stretch; where their staffing differs it is given in pieces, and staffing is unknown (None) where overlapping
    ranges disagree. A stretch is followed back at most LOOK_BACK_DAYS days to find where its starts are counted from;
    one open without a break for longer counts from the epoch, so that the answer does not depend on the days asked for.
    """
    week = _Week(weekly, exceptions, setting, zone)
    if week.never_open:
        return []
    asked = day_begin(first_day, zone), day_begin(last_day + timedelta(days=1), zone)
    stretches: list[_Stretch] = []
    reach_back = asked[0]
    for days in _LOOKS_BACK:
        first = first_day - timedelta(days=days)
        reach_back = day_begin(first + timedelta(days=1), zone)
        stretches = _stretches(week.pieces(first, last_day + timedelta(days=1)), asked)
        if all(stretch[0] > reach_back for stretch in stretches):
            break
    spans: list[OpenSpan] = []
    for begin, end, place, pieces in stretches:
        if len(pieces) == 1 and begin >= asked[0] and begin > reach_back:
            spans.append(OpenSpan(begin, end, place, pieces[0][2]))
            continue
        anchor = begin if begin > reach_back else _EPOCH_MINUTE
        for piece_begin, piece_end, staffing in _agreed(begin, end, pieces):
            if piece_end > asked[0]:
                shown = max(piece_begin, asked[0])
                spans.append(OpenSpan(shown, piece_end, place, staffing, None if shown == anchor else anchor))
    spans.sort(key=itemgetter(0, 1))
    return spans


class _Week:
    """The hours that are offered for one setting, day by day, exceptions applied."""

    def __init__(self, weekly: Iterable[WeeklyRange], exceptions: Iterable[DateException], setting: str | None, zone: ZoneInfo) -> None:
        self.zone = zone
        self.weekdays: list[list[_Hours]] = [[] for _ in range(7)]
        for hours in weekly:
            if _offered(hours.settings, setting):
                self.weekdays[hours.weekday].append((hours.opens_minute, hours.closes_minute, hours.place_id, hours.staffing))
        self.dates: dict[int, list[_Hours]] = defaultdict(list)
        self.closed: set[int] = set()
        for exception in exceptions:
            day = exception.on.toordinal()
            if exception.closed:
                self.closed.add(day)
            elif exception.opens_minute is not None and exception.closes_minute is not None:
                replacing = self.dates[day]
                if _offered(exception.settings, setting):
                    replacing.append((exception.opens_minute, exception.closes_minute, exception.place_id, None))
        self.never_open = not any(self.weekdays) and not any(self.dates.values())

    def hours_of(self, day: int) -> list[_Hours]:
        """The hours that open on a day (an ordinal), cut at midnight where the next day is closed."""
        if day in self.closed:
            return []
        hours = self.dates[day] if day in self.dates else self.weekdays[(day - 1) % 7]
        if day + 1 in self.closed:
            return [(opens, min(closes, DAY_MINUTES), place, staffing) for opens, closes, place, staffing in hours]
        return hours

    def pieces(self, first: date, last: date) -> dict[int | None, list[_Piece]]:
        """What opens on the days first..last, as epoch minutes with staffing, by place."""
        low, high = midnight_wall_minute(first), midnight_wall_minute(last) + 2 * DAY_MINUTES
        offset = steady_offset(low, high, self.zone)
        found: dict[int | None, list[_Piece]] = defaultdict(list)
        wall = low
        for day in range(first.toordinal(), last.toordinal() + 1):
            for opens, closes, place, staffing in self.hours_of(day):
                if offset is not None:
                    found[place].append((wall + opens - offset, wall + closes - offset, staffing))
                else:
                    found[place] += [(begin, end, staffing) for begin, end in spans_on_wall(wall + opens, wall + closes, self.zone)]
            wall += DAY_MINUTES
        return found


def _offered(settings: frozenset[str], setting: str | None) -> bool:
    return bool(settings) if setting is None else setting in settings


def _stretches(by_place: Mapping[int | None, list[_Piece]], asked: Span) -> list[_Stretch]:
    """The pieces of a place that touch or overlap, together; of these stretches, those with a part in `asked`."""
    found: list[_Stretch] = []
    for place, pieces in by_place.items():
        pieces.sort(key=itemgetter(0))
        begin = end = asked[0]
        together: list[_Piece] = []
        for piece in pieces:
            if together and piece[0] <= end:
                end = max(end, piece[1])
                together.append(piece)
                continue
            if together and end > asked[0]:
                found.append((begin, end, place, together))
            begin, end, _ = piece
            together = [piece]
            if begin >= asked[1]:
                break
        if together and end > asked[0] and begin < asked[1]:
            found.append((begin, end, place, together))
    return found


def _agreed(begin: int, end: int, pieces: list[_Piece]) -> list[_Piece]:
    """One stretch cut where its staffing changes; None where pieces that overlap disagree."""
    first = pieces[0][2]
    if len(pieces) == 1 or all(piece[2] == first for piece in pieces):
        return [(begin, end, first)]
    cuts = sorted({cut for piece in pieces for cut in piece[:2]})
    agreed: list[_Piece] = []
    for low, high in pairwise(cuts):
        here = {staffing for piece_begin, piece_end, staffing in pieces if piece_begin < high and low < piece_end}
        staffing = here.pop() if len(here) == 1 else None
        if agreed and agreed[-1][2] == staffing:
            agreed[-1] = (agreed[-1][0], high, staffing)
        else:
            agreed.append((low, high, staffing))
    return agreed
