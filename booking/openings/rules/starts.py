"""Listing the starts of a visit: open time, less what is taken, on the grid, within reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise

from booking.openings.rules.grid import free_runs, join_stretches
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
    stretches = join_stretches(question.spans)
    runs = _reached(question, free_runs(question, stretches, free_spans(question)))
    if all(one[1] <= other[0] for one, other in pairwise(stretches)):
        return runs
    return iter([sorted(set(chain.from_iterable(runs)))])


def _reached(question: Question, runs: Iterator[tuple[range, int | None]]) -> Iterator[Sequence[int]]:
    """The runs less the starts that travel rules out."""
    if question.travel is None:
        return (run for run, _ in runs)
    reach = Reach(question, question.travel)
    return (reach.within(run, place) for run, place in runs)
