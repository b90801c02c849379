"""Listing the starts of a visit: open time, less what is taken, on the grid, within reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter

from booking.openings.rules.abroad import too_late, too_near_the_edges
from booking.openings.rules.grid import Stretch, apart, free_runs, join_stretches
from booking.openings.rules.limits import earliest_start, full_days, full_weeks, latest_start, standing_starts, taken_starts, tiring_starts
from booking.openings.rules.packing import Packing, Run, packs
from booking.openings.rules.question import Question, TravelMinutes
from booking.openings.rules.reach import Reach
from booking.openings.rules.rooms import closed_starts
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
    batches = map(itemgetter(0), _runs(question, stretches))
    if apart(stretches):
        return batches
    return iter([sorted(set(chain.from_iterable(batches)))])


def beside_starts(question: Question) -> list[int]:
    """Those of `find_starts` that lie right beside a visit and leave no unusable gap on its other side."""
    return Packing(question).beside(_runs(question, join_stretches(question.spans)))


def _runs(question: Question, stretches: Sequence[Stretch]) -> Iterator[Run]:
    """The starts in each of these stretches with their place; starts of one run have the same claims beside them."""
    free = free_runs(question, stretches, free_spans(question), closed_starts(question, barred_starts(question)))
    runs: Iterator[Run] = _reached(question, question.travel, free) if question.travel and _travels(question) else free
    return Packing(question).kept(runs) if packs(question) else runs


def _travels(question: Question) -> bool:
    """Whether anything is elsewhere: who works in one place alone goes nowhere."""
    places = question.place_zips
    if question.visit.zip is not None or len(places) > 1:
        return True
    return any(claim.zip is not None and claim.place_id not in places for claim in question.taken)


def _reached(question: Question, travel: TravelMinutes, runs: Iterable[tuple[range, int | None]]) -> Iterator[Run]:
    """The runs less the starts that travel rules out."""
    reach = Reach(question, travel)
    return ((reach.within(run, place), place) for run, place in runs)
