"""What became of a measure over time: its points, the way from the first to the last, and whether that is more than chance.

Nothing here compares people. Like is compared with like: of several activities those count for the change that were asked at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from booking.outcomes.rules.measures import EACH_VISIT, FREE_LABEL, HIGHER, MEASURES, Measure, better_of
from marketplace.kernel.walltime import NEW_YORK

BETTER, WORSE, SAME = "better", "worse", "same"
SIZES = ((27, "large"), (23, "medium"), (13, "small"))
WHOLE_AFTER_VISITS = 4
WHOLE_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Taken:
    """One value as it was taken, in tenths."""

    measure: str
    label: str | None
    tenths: int
    at: datetime


@dataclass(frozen=True)
class Point:
    """What a measure was on a New York day: the last value of that day, or the mean of the activities' last values."""

    on: date
    tenths: Fraction


@dataclass(frozen=True)
class Trend:
    """A measure's points in order of time, and the change in tenths from the first to the last.

    `change` is None with fewer than two points, or where nothing was asked at both ends. `way` is better, worse or same. `matters` is None
    where no figure says which change is real for a person. `size` is for activities alone.
    """

    points: tuple[Point, ...]
    change: Fraction | None = None
    way: str | None = None
    matters: bool | None = None
    size: str | None = None

    @property
    def first(self) -> Point | None:
        """Where it began."""
        return self.points[0] if self.points else None

    @property
    def last(self) -> Point | None:
        """Where it stands."""
        return self.points[-1] if self.points else None


def _day(at: datetime) -> date:
    return at.astimezone(NEW_YORK).date()


def last_of_each_day(taken: Iterable[Taken]) -> dict[date, dict[str | None, int]]:
    """By day and label the value that was taken last, days in order: whoever corrects a slip simply says it again."""
    days: dict[date, dict[str | None, int]] = {}
    for one in sorted(taken, key=lambda one: one.at):
        days.setdefault(_day(one.at), {})[one.label] = one.tenths
    return days


def trend(measure: Measure, taken: Sequence[Taken], label: str | None = None) -> Trend:
    """The trend of one measure; of one label where one is named, of pain now or the mean of all activities where none is."""
    wanted = "now" if measure.code == "nprs" and label is None else label
    together = measure.labels is FREE_LABEL and wanted is None
    days = last_of_each_day(one for one in taken if one.measure == measure.code and (together or one.label == wanted))
    points = tuple(Point(day, Fraction(sum(values.values()), len(values))) for day, values in days.items())
    if len(points) < 2 or measure.code == "global_change":
        return _of_one_answer(measure, points)
    begin, end = next(iter(days.values())), next(reversed(days.values()))
    both = begin.keys() & end.keys()
    if not both:
        return Trend(points)
    first = Fraction(sum(begin[key] for key in both), len(both))
    change = Fraction(sum(end[key] for key in both), len(both)) - first
    least = None if measure.labels is FREE_LABEL and not together else _least(measure, first)
    return Trend(
        points,
        change,
        _way(measure, label, change),
        None if least is None else abs(change) >= least,
        next((name for least_of, name in SIZES if abs(change) >= least_of), None) if together else None,
    )


def _of_one_answer(measure: Measure, points: tuple[Point, ...]) -> Trend:
    """The overall change is an answer about change by itself; everything else needs two days."""
    if measure.code != "global_change" or not points:
        return Trend(points)
    said = points[-1].tenths
    return Trend(points, None, _way(measure, None, said), abs(said) >= (measure.matters or 0))


def _least(measure: Measure, first: Fraction) -> Fraction | None:
    """The least change that counts, in tenths: the fixed figure or the share of the first value, whichever is reached sooner."""
    figures = [Fraction(measure.matters)] if measure.matters is not None else []
    if measure.matters_percent is not None and first > 0:
        figures.append(first * measure.matters_percent / 100)
    return min(figures) if figures else None


def _way(measure: Measure, label: str | None, change: Fraction) -> str:
    if change == 0:
        return SAME
    return BETTER if (change > 0) == (better_of(measure, label) == HIGHER) else WORSE


def rounded(tenths: Fraction) -> int:
    """Tenths as an integer for showing, halves away from zero."""
    sign = -1 if tenths < 0 else 1
    return sign * int(abs(tenths) + Fraction(1, 2))


def activities(taken: Sequence[Taken]) -> tuple[str, ...]:
    """The activities a person named, in the order in which they were named first."""
    named = [one for one in sorted(taken, key=lambda one: one.at) if MEASURES[one.measure].labels is FREE_LABEL]
    return tuple(dict.fromkeys(one.label for one in named if one.label))


def asked_now(taken: Sequence[Taken], visits: Sequence[datetime], now: datetime) -> tuple[str, ...]:
    """The measures to ask for: some after each visit, everything a client can answer at the first time, every fourth visit or 30 days.

    `visits` are the ends of visits that took place. Nothing is asked twice between two visits, and nothing before there was one.
    """
    done = sorted(end for end in visits if end <= now)
    if not done:
        return ()
    everything = tuple(code for code, measure in MEASURES.items() if measure.by_client and code not in EACH_VISIT)
    whole = max((one.at for one in taken if one.measure in everything), default=None)
    newest = max((one.at for one in taken if one.measure in EACH_VISIT), default=None)
    since = [end for end in done if whole is None or end > whole]
    due_whole = bool(since) and (whole is None or len(since) >= WHOLE_AFTER_VISITS or now - whole >= WHOLE_AFTER)
    due_each = newest is None or newest < done[-1]
    return (EACH_VISIT if due_each else ()) + (everything if due_whole else ())
