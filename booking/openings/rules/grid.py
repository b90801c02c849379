"""Where open time lets a visit begin: stretches of open time and the starts laid out in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from booking.openings.rules.question import Question
from booking.openings.rules.staffing import Barred
from marketplace.kernel.intervals import Span, gaps
from marketplace.kernel.walltime import DAY_MINUTES, eras
from providers.schedule.rules.hours import OpenSpan

# Open time at one place without a break: begin, end, the minute its starts are counted from, place.
Stretch = tuple[int, int, int, int | None]


def join_stretches(spans: Sequence[OpenSpan]) -> list[Stretch]:
    """Touching and overlapping spans of one place as one stretch, whatever their staffing; sorted by begin."""
    ordered = sorted(spans, key=itemgetter(0))
    stretches: list[Stretch] = [(begin, end, begin if anchor is None else anchor, place) for begin, end, place, _, anchor in ordered]
    return stretches if apart(stretches) else _joined(stretches)


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    latest: dict[int | None, int] = {}
    joined: list[Stretch] = []
    for begin, end, anchor, place in stretches:
        at = latest.get(place)
        if at is not None and begin <= joined[at][1]:
            joined[at] = (joined[at][0], max(joined[at][1], end), joined[at][2], place)
        else:
            latest[place] = len(joined)
            joined.append((begin, end, anchor, place))
    return joined


def apart(stretches: Sequence[Stretch]) -> bool:
    """Whether no two of them (sorted) touch, so that their starts come in order and none belongs to two."""
    return all(one[1] < other[0] for one, other in pairwise(stretches))


def free_runs(question: Question, stretches: Sequence[Stretch], free: Sequence[Span], barred: Barred) -> Iterator[tuple[range, int | None]]:
    """The grid's starts in each stretch (sorted) that lie in `free` (sorted, disjoint) and not in its place's `barred`, with the place.

    Each run of starts lies within one free span, so that no claim lies between its first and its last.
    """
    minutes, step, by_wall = question.visit.minutes, question.rules.step_minutes, question.rules.offset_minutes
    passed, count = 0, len(free)
    for begin, end, anchor, place in stretches:
        stop = end - minutes + 1
        while passed < count and free[passed][1] <= begin:
            passed += 1
        for at in range(passed, count):
            free_begin, free_end = free[at]
            if free_begin >= stop:
                break
            low = begin if free_begin < begin else free_begin  # noqa: FURB136 - a call to max() costs more than the rest of the line
            high = stop if free_end > stop else free_end  # noqa: FURB136
            for left in gaps((low, high), barred[place]) if place in barred else ((low, high),):
                if by_wall is not None:
                    for run in _wall_runs(*left, step, by_wall, question.zone):
                        yield run, place
                    continue
                first = left[0] + (anchor - left[0]) % step
                if first < left[1]:
                    yield range(first, left[1], step), place


def _wall_runs(low: int, high: int, step: int, offset: int, zone: ZoneInfo) -> Iterator[range]:
    """Starts in [low, high) at which the wall clock's minute of the day leaves the rest `offset` when divided by `step`."""
    for begin, end, ahead in eras(low, high, zone):
        days = [(begin, end)] if DAY_MINUTES % step == 0 else _wall_days(begin, end, ahead)
        for day_low, day_high in days:
            shown = (day_low + ahead) % DAY_MINUTES
            run = range(day_low + (offset - shown) % step, day_high, step)
            if run:
                yield run


def _wall_days(low: int, high: int, ahead: int) -> list[Span]:
    """[low, high) cut at the wall's midnights while the wall is `ahead` minutes of UTC."""
    cuts = range(low - (low + ahead) % DAY_MINUTES + DAY_MINUTES, high, DAY_MINUTES)
    return list(zip([low, *cuts], [*cuts, high], strict=True))
