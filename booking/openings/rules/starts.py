"""Listing the starts of a visit: open time, less what is taken, on the grid, within reach."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from booking.openings.rules.grid import Stretch, grid_starts, join_stretches
from booking.openings.rules.limits import earliest_start, full_days, latest_start, standing_starts, taken_starts
from booking.openings.rules.question import Question
from booking.openings.rules.reach import Reach
from marketplace.kernel.intervals import Span, intersect, subtract


def find_starts(question: Question, limit: int | None = None) -> list[int]:
    """Every epoch minute at which the visit can begin, sorted, each once; with `limit` only the first so many."""
    if limit is not None:
        return list(islice(iter_starts(question), limit))
    return list(chain.from_iterable(_batches(question)))


def iter_starts(question: Question) -> Iterator[int]:
    """The starts of `find_starts` one by one: who needs a few pays for little more than a few."""
    return chain.from_iterable(_batches(question))


def free_spans(question: Question) -> list[Span]:
    """Starts in the window that notice, horizon, standing, full days and claims allow; open time is not asked."""
    low = max(question.from_minute, earliest_start(question))
    high = min(question.until_minute, latest_start(question))
    allowed = intersect([(low, high)], standing_starts(question.standing, question.visit.minutes))
    return subtract(allowed, taken_starts(question.taken, question.visit) + full_days(question))


def _batches(question: Question) -> Iterator[Sequence[int]]:
    """The starts in order, a sorted batch at a time."""
    free = free_spans(question)
    ends = [end for _, end in free]
    reach = Reach(question, question.travel) if question.travel else None
    for together in _clusters(join_stretches(question.spans)):
        found = [batch for stretch in together for batch in _starts_in(question, stretch, free, ends, reach)]
        if len(together) == 1:
            yield from found
        else:
            yield sorted(set(chain.from_iterable(found)))


def _clusters(stretches: list[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches that overlap (at different places) together, so that their starts can be sorted together."""
    cluster: list[Stretch] = []
    end = 0
    for stretch in stretches:
        if cluster and stretch.begin_minute >= end:
            yield cluster
            cluster = []
        end = max(end, stretch.end_minute) if cluster else stretch.end_minute
        cluster.append(stretch)
    if cluster:
        yield cluster


def _starts_in(question: Question, stretch: Stretch, free: list[Span], ends: list[int], reach: Reach | None) -> Iterator[Sequence[int]]:
    """The starts of one stretch, one batch for each free span they lie in."""
    begin, end, _, place = stretch
    stop = end - question.visit.minutes + 1
    for at in range(bisect_right(ends, begin), len(free)):
        free_begin, free_end = free[at]
        if free_begin >= stop:
            break
        for starts in grid_starts(question, stretch, max(begin, free_begin), min(stop, free_end)):
            if starts:
                yield reach.within(starts, place) if reach else starts
