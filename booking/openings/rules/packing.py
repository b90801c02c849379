"""Keeping a provider's days together: no start that leaves a gap too short for anybody beside a visit, and hours that are not shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from booking.openings.rules.grid import join_stretches
from booking.openings.rules.question import Question, Taken
from marketplace.kernel.walltime import local_day, wall_minute_of_day
from providers.schedule.rules.hours import ONLY

Run = tuple[Sequence[int], int | None]

_HOUR = 60


def packs(question: Question) -> bool:
    """Whether the provider asks for any of it. A call takes so little that it is left alone."""
    return (question.rules.fill_gaps == ONLY or question.rules.offer_one_in is not None) and not question.visit.is_call


class Packing:
    """The visits beside which a start may lie, and what it would leave free between.

    Idle time is what is left between a visit with its pads and the next claim with its own, less the way from one to the other. It is
    unusable where it is a step or longer and yet too short for the shortest visit that can be booked; less than a step is as near as
    starts come. Only a visit counts that is the nearest claim on its side and reaches into the same unbroken hours at the same place.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.stretches = join_stretches(question.spans if question.hours is None else question.hours)
        ends = sorted((claim.end_minute + claim.after_minutes, at) for at, claim in enumerate(question.taken))
        begins = sorted((claim.begin_minute - claim.before_minutes, at) for at, claim in enumerate(question.taken))
        self.ends, self.by_end = [end for end, _ in ends], [question.taken[at] for _, at in ends]
        self.begins, self.by_begin = [begin for begin, _ in begins], [question.taken[at] for _, at in begins]

    def kept(self, runs: Iterable[Run]) -> Iterator[Run]:
        """The runs (all starts of one with the same claims beside them) less what the provider does not offer."""
        for starts, place in runs:
            yield [start for start in starts if self.refused(start, place) is None], place

    def refused(self, start: int, place: int | None) -> str | None:
        """The code for which a start at a place is not offered, None where it is."""
        rules, idle = self.question.rules, self._idle(start, place)
        if rules.fill_gaps == ONLY and any(map(self._unusable, idle)):
            return "leaves_gap"
        if rules.offer_one_in is not None and not self._shown(start, rules.offer_one_in) and not self._beside(idle):
            return "not_offered"
        return None

    def beside(self, runs: Iterable[Run]) -> list[int]:
        """The starts right beside a visit that leave no unusable gap on the other side, sorted, each once."""
        return sorted({start for starts, place in runs for start in starts if self._beside(self._idle(start, place))})

    def _shown(self, start: int, one_in: int) -> bool:
        """One hour of the wall clock in so many, others from day to day."""
        zone = self.question.zone
        return (wall_minute_of_day(start, zone) // _HOUR + local_day(start, zone).toordinal()) % one_in == 0

    def _beside(self, idle: Sequence[int]) -> bool:
        return any(left < self.question.rules.step_minutes for left in idle) and not any(map(self._unusable, idle))

    def _unusable(self, idle: int) -> bool:
        return self.question.rules.step_minutes <= idle < self.question.shortest_minutes

    def _idle(self, start: int, place: int | None) -> list[int]:
        """The idle minutes between a start's visit and each visit beside it: none, one or two of them."""
        visit = self.question.visit
        begin, end = start - visit.before_minutes, start + visit.minutes + visit.after_minutes
        opens, closes = self._hours_around(start, place)
        found = []
        at = bisect_right(self.ends, begin) - 1
        if at >= 0 and self.by_end[at].is_visit and self.by_end[at].end_minute > opens:
            left = self.ends[at]
            found.append(begin - left - self._way(self.by_end[at], place, left, coming=True))
        at = bisect_left(self.begins, end)
        if at < len(self.begins) and self.by_begin[at].is_visit and self.by_begin[at].begin_minute < closes:
            found.append(self.begins[at] - end - self._way(self.by_begin[at], place, end, coming=False))
        return found

    def _hours_around(self, start: int, place: int | None) -> tuple[int, int]:
        """The unbroken hours at a place that a start lies in, however much of them was asked for."""
        around = ((min(begin, anchor), end) for begin, end, anchor, where in self.stretches if where == place and begin <= start < end)
        return next(around, (start, start))

    def _way(self, claim: Taken, place: int | None, leaves: int, *, coming: bool) -> int:
        question = self.question
        here = question.visit.zip
        if here is None and place is not None:
            here = question.place_zips.get(place)
        stays = question.visit.zip is None and place is not None and claim.place_id == place
        if question.travel is None or here is None or claim.zip is None or stays:
            return 0
        return question.travel(claim.zip, here, leaves) if coming else question.travel(here, claim.zip, leaves)
