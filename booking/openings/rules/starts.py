"""Listing the starts of a visit: open time, less what is taken, on the grid, within reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter

from booking.openings.rules.abroad import too_late, too_near_the_edges
from booking.openings.rules.grid import apart, free_runs, join_stretches
from booking.openings.rules.limits import earliest_start, full_days, full_weeks, latest_start, standing_starts, taken_starts, tiring_starts
from booking.openings.rules.question import Question, TravelMinutes
from booking.openings.rules.reach import Reach
from booking.openings.rules.staffing import barred_starts
from marketplace.kernel.intervals import Span, gaps


def find_starts(question: Question, limit: int | None = None) -> list[int]:
    """Every epoch minute at which the visit can begin, sorted, each once; with `limit` only the first so many."""
    if limit is not None:
        return list(islice(iter_starts(question), limit))
    starts: list[int] = []
    for batch in _batches(question):
        starts += batch
    return starts


def iter_starts(question: Question) -> Iterator[int]:
    """The starts of `find_starts` one by one: who needs a few pays for little more than a few."""
    return chain.from_iterable(_batches(question))


def free_spans(question: Question) -> list[Span]:
    """Starts in the window that every limit but open time and its staffing allows."""
    low = max(question.from_minute, earliest_start(question))
    high = min(question.until_minute, latest_start(question))
    without_standing = gaps((low, high), standing_starts(question.standing, question.visit.minutes))
    full = (*full_days(question), *full_weeks(question), *tiring_starts(question))
    abroad = chain(too_late(question, low, high), too_near_the_edges(question))
    return gaps((low, high), chain(taken_starts(question.taken, question.visit), full, without_standing, abroad))


def _batches(question: Question) -> Iterator[Sequence[int]]:
    """The starts in order, a sorted batch at a time."""
    stretches = join_stretches(question.spans)
    runs = free_runs(question, stretches, free_spans(question), barred_starts(question))
    batches = _reached(question, question.travel, runs) if question.travel and _travels(question) else map(itemgetter(0), runs)
    if apart(stretches):
        return batches
    return iter([sorted(set(chain.from_iterable(batches)))])


def _travels(question: Question) -> bool:
    """Whether anything is elsewhere: who works in one place alone goes nowhere."""
    places = question.place_zips
    if question.visit.zip is not None or len(places) > 1:
        return True
    return any(claim.zip is not None and claim.place_id not in places for claim in question.taken)


def _reached(question: Question, travel: TravelMinutes, runs: Iterable[tuple[range, int | None]]) -> Iterator[Sequence[int]]:
    """The runs less the starts that travel rules out."""
    reach = Reach(question, travel)
    return (reach.within(run, place) for run, place in runs)
