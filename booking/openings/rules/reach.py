"""Whether the provider can get from the visit before and to the visit after in time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from booking.openings.rules.question import Question, Taken, TravelMinutes


class Reach:
    """The claims that have a place, in order, and the travel between them and a visit.

    Only the nearest placed claim on each side counts, claims without a place are looked through; from one visit to
    the next at the same place nobody travels.
    """

    def __init__(self, question: Question, travel: TravelMinutes) -> None:
        self.travel = travel
        self.visit = question.visit
        self.place_zips = question.place_zips
        placed = [claim for claim in question.taken if claim.zip is not None and _padded_begin(claim) < _padded_end(claim)]
        self.by_end = sorted(placed, key=_padded_end)
        self.ends = [_padded_end(claim) for claim in self.by_end]
        self.by_begin = sorted(placed, key=_padded_begin)
        self.begins = [_padded_begin(claim) for claim in self.by_begin]

    def within(self, starts: range, place_id: int | None) -> Sequence[int]:
        """Those of `starts` (all free of claims, none between them) from which both neighbors are near enough."""
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
        at = bisect_right(self.ends, starts[0] - self.visit.before_minutes) - 1
        if at < 0 or _same_place(self.by_end[at], at_place):
            return starts
        leaves = self.ends[at]
        arrives = leaves + self.travel(str(self.by_end[at].zip), zip_code, leaves) + self.visit.before_minutes
        late = -(-(arrives - starts[0]) // starts.step)
        return starts[max(0, late) :]

    def _in_time_for_next(self, starts: range, zip_code: str, at_place: int | None) -> Sequence[int]:
        to_end = self.visit.minutes + self.visit.after_minutes
        at = bisect_left(self.begins, starts[0] + to_end) if starts else len(self.begins)
        if at == len(self.begins) or _same_place(self.by_begin[at], at_place):
            return starts
        due, there = self.begins[at], str(self.by_begin[at].zip)
        return [start for start in starts if start + to_end + self.travel(zip_code, there, start + to_end) <= due]


def _padded_begin(claim: Taken) -> int:
    return claim.begin_minute - claim.before_minutes


def _padded_end(claim: Taken) -> int:
    return claim.end_minute + claim.after_minutes


def _same_place(claim: Taken, place_id: int | None) -> bool:
    return place_id is not None and claim.place_id == place_id
