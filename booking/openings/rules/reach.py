"""Whether the provider can get from the visit before and to the visit after in time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from booking.openings.rules.question import Question, Taken, TravelMinutes
from marketplace.kernel.intervals import Span


class Reach:
    """The claims that have a place, in order, and the travel between them and a visit.

    Only the nearest placed claim on each side counts, claims without a place are looked through; from one visit to
    the next at the same place nobody travels. A call has no place, but nobody is on the way while it lasts: the whole way
    must fit before a call, after it, or between two.
    """

    def __init__(self, question: Question, travel: TravelMinutes) -> None:
        self.travel = travel
        self.visit = question.visit
        self.place_zips = question.place_zips
        placed = [claim for claim in question.taken if claim.zip is not None and _padded_begin(claim) < _padded_end(claim)]
        self.by_end, self.ends = _in_order(placed, [claim.end_minute + claim.after_minutes for claim in placed])
        self.by_begin, self.begins = _in_order(placed, [claim.begin_minute - claim.before_minutes for claim in placed])
        self.calls = sorted((_padded_begin(claim), _padded_end(claim)) for claim in question.taken if claim.is_call)

    def within(self, starts: range, place_id: int | None) -> Sequence[int]:
        """Those of `starts` (all free of claims, none between them) from which both neighbors are near enough."""
        if self.visit.is_call:
            return self._beside_the_way(starts)
        zip_code = self._zip_at(place_id)
        if zip_code is None or not starts:
            return starts
        at_place = place_id if self.visit.zip is None else None
        return self._in_time_for_next(self._in_time_from_last(starts, zip_code, at_place), zip_code, at_place)

    def _zip_at(self, place_id: int | None) -> str | None:
        if self.visit.zip is not None or place_id is None:
            return self.visit.zip
        return self.place_zips.get(place_id)

    def _in_time_from_last(self, starts: range, zip_code: str, at_place: int | None) -> range:
        free_from = starts[0] - self.visit.before_minutes
        at = bisect_right(self.ends, free_from) - 1
        if at < 0 or _same_place(self.by_end[at], at_place):
            return starts
        here = str(self.by_end[at].zip)
        *earlier, (leaves, _) = self._gaps(self.ends[at], free_from)
        if self._some_way(here, zip_code, earlier):
            return starts
        arrives = leaves + self.travel(here, zip_code, leaves) + self.visit.before_minutes
        late = -(-(arrives - starts[0]) // starts.step)
        return starts[max(0, late) :]

    def _in_time_for_next(self, starts: range, zip_code: str, at_place: int | None) -> Sequence[int]:
        to_end = self.visit.minutes + self.visit.after_minutes
        at = bisect_left(self.begins, starts[0] + to_end) if starts else len(self.begins)
        if at == len(self.begins) or _same_place(self.by_begin[at], at_place):
            return starts
        there = str(self.by_begin[at].zip)
        (_, due), *later = self._gaps(starts[0] + to_end, self.begins[at])
        if self._some_way(zip_code, there, later):
            return starts
        return [start for start in starts if start + to_end + self.travel(zip_code, there, start + to_end) <= due]

    def _beside_the_way(self, starts: range) -> Sequence[int]:
        """The starts of a call that leave time for the whole way from the visit before it to the visit after it."""
        before, to_end = self.visit.before_minutes, self.visit.minutes + self.visit.after_minutes
        last = bisect_right(self.ends, starts[0] - before) - 1 if starts else -1
        following = bisect_left(self.begins, starts[0] + to_end) if starts else len(self.begins)
        if last < 0 or following == len(self.begins) or _same_place(self.by_begin[following], self.by_end[last].place_id):
            return starts
        way = str(self.by_end[last].zip), str(self.by_begin[following].zip)
        *earlier, (left, _) = self._gaps(self.ends[last], starts[0] - before)
        (_, due), *later = self._gaps(starts[0] + to_end, self.begins[following])
        if self._some_way(*way, [*earlier, *later]):
            return starts
        return [start for start in starts if self._some_way(*way, [(left, start - before), (start + to_end, due)])]

    def _gaps(self, low: int, high: int) -> list[Span]:
        """[low, high) without the calls in it; a call at its very edge leaves an empty piece there."""
        calls = [call for call in self.calls if low <= call[0] and call[1] <= high]
        return list(pairwise([low, *chain.from_iterable(calls), high]))[::2]

    def _some_way(self, here: str, there: str, gaps: Iterable[Span]) -> bool:
        """Whether one of these pieces of free time is long enough for the way, left for at its beginning."""
        return any(leaves + self.travel(here, there, leaves) <= until for leaves, until in gaps)


def _in_order(claims: list[Taken], minutes: list[int]) -> tuple[list[Taken], list[int]]:
    """Claims by their minutes, and these; as claims are read they mostly stand in that order, which is found out faster than made."""
    ordered = sorted(minutes)
    if ordered == minutes:
        return claims, minutes
    return [claims[at] for at in sorted(range(len(minutes)), key=minutes.__getitem__)], ordered


def _padded_begin(claim: Taken) -> int:
    return claim.begin_minute - claim.before_minutes


def _padded_end(claim: Taken) -> int:
    return claim.end_minute + claim.after_minutes


def _same_place(claim: Taken, place_id: int | None) -> bool:
    return place_id is not None and claim.place_id == place_id
