"""Where things stand on the week's sheet: days across, quarter hours down. Pure geometry in wall time, for a page without inline styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, day_span, wall_minute_of_day

ROW_MINUTES = 15
STEP_MINUTES = 5
USUAL_HOURS = (9, 18)


@dataclass(frozen=True)
class Thing:
    """Something with a beginning and an end, in epoch minutes. `kind` is what it looks like, `key` whose it is."""

    kind: str
    begin_minute: int
    end_minute: int
    key: int | None = None


@dataclass(frozen=True)
class Cell:
    """A thing on one day: it begins `plus` minutes (0, 5, 10) into row `row` (from 1), takes `span` rows and stops `less` minutes early."""

    kind: str
    row: int
    span: int
    plus: int
    less: int
    key: int | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class DayColumn:
    """One day of the sheet."""

    on: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class WeekSheet:
    """Seven days (or one) from `first_hour` to `last_hour`, whole hours of the wall clock."""

    first_hour: int
    last_hour: int
    days: tuple[DayColumn, ...]

    @property
    def hours(self) -> range:
        """The hours that have a label."""
        return range(self.first_hour, self.last_hour)

    def row_of(self, minute_of_day: int) -> int:
        """The row in which a wall minute lies."""
        return (minute_of_day - self.first_hour * 60) // ROW_MINUTES + 1


@dataclass(frozen=True)
class _Piece:
    """A thing's part on one day, in wall minutes of that day."""

    thing: Thing
    begin: int
    end: int
    goes_on: bool


def evening_of(open_time: Iterable[Span], days: Sequence[date], evening_minute: int) -> list[Thing]:
    """The part of open time from a wall minute of each day on, for the tint."""
    found = []
    for day in days:
        begin, end = day_span(day)
        evening = end - (DAY_MINUTES - evening_minute)
        found += [Thing("evening", max(low, evening, begin), min(high, end)) for low, high in open_time if low < end and high > evening]
    return found


def lay_out(things: Iterable[Thing], first_day: date, days: int = 7, usual: tuple[int, int] = USUAL_HOURS) -> WeekSheet:
    """The sheet of some days: from the earliest to the latest thing, but at least the usual hours.

    What runs past midnight stands on both days. In the hour that repeats in autumn both passes stand in the same rows: the list tells
    them apart.
    """
    dates = [first_day + timedelta(days=number) for number in range(days)]
    pieces = {day: _pieces(things_of, day) for things_of in [list(things)] for day in dates}
    every = [piece for day in dates for piece in pieces[day]]
    first = min([usual[0], *(piece.begin // 60 for piece in every)])
    last = max([usual[1], *(-(-piece.end // 60) for piece in every)])
    columns = tuple(DayColumn(day, tuple(_cell(piece, first * 60) for piece in pieces[day])) for day in dates)
    return WeekSheet(first, last, columns)


def _pieces(things: Sequence[Thing], day: date) -> list[_Piece]:
    low, high = day_span(day)
    found = []
    for thing in things:
        begin, end = max(thing.begin_minute, low), min(thing.end_minute, high)
        if begin < end:
            wall_begin = wall_minute_of_day(begin)
            wall_end = DAY_MINUTES if end == high else wall_minute_of_day(end)
            if wall_end <= wall_begin:  # it ends in the second pass of the hour in which it began
                wall_end = min(wall_begin + end - begin, DAY_MINUTES)
            found.append(_Piece(thing, wall_begin, wall_end, thing.begin_minute < low))
    return found


def _cell(piece: _Piece, top: int) -> Cell:
    begin, end = piece.begin - top, piece.end - top
    row, last = begin // ROW_MINUTES, -(-end // ROW_MINUTES)
    plus = begin % ROW_MINUTES // STEP_MINUTES * STEP_MINUTES
    less = -end % ROW_MINUTES // STEP_MINUTES * STEP_MINUTES
    return Cell(piece.thing.kind, row + 1, last - row, plus, less, piece.thing.key, piece.goes_on)
