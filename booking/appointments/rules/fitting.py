"""Whether coming visits still fit into what their provider keeps now: hours, area, minutes between visits, ways.

A visit was judged when it was booked. When the provider changes one of these later it stays booked, and somebody has to look at it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.openings.rules.abroad import too_late, too_near_the_edges
from booking.openings.rules.asking import days_around, open_time
from booking.openings.rules.by_hand import BUFFERS, LATE, OUTSIDE, WAY
from booking.openings.rules.grid import join_stretches
from booking.openings.rules.question import DayEnds, Question, Taken, TravelMinutes, Visit
from booking.openings.rules.reach import Reach
from marketplace.kernel.walltime import DAY_MINUTES
from providers.profiles.rules import MOBILE, ProviderFacts, comes_to, last_start, pads
from providers.schedule.rules.hours import OpenSpan

TOO_CLOSE, NOT_REACHABLE, OUTSIDE_AREA, OUTSIDE_HOURS = "too_close", "not_reachable", "outside_area", "outside_hours"
MISFITS = (TOO_CLOSE, NOT_REACHABLE, OUTSIDE_AREA, OUTSIDE_HOURS)
"""The signs on a visit that no longer fits, in the order in which they are said. Never stored; for the provider and the staff alone."""

PASSED_OVER = {BUFFERS: TOO_CLOSE, WAY: NOT_REACHABLE, OUTSIDE: OUTSIDE_HOURS, LATE: OUTSIDE_HOURS}
"""What a rule that was passed over by hand, with a reason, would be told as: nobody is told of it again."""

_AROUND = 2 * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Planned:
    """A coming visit with the minutes it has claimed. `passed_over` are the signs that somebody has decided to live with."""

    id: int
    claimed: Taken
    setting: str
    service_code: str
    met: bool = False
    passed_over: frozenset[str] = frozenset()

    def as_now(self, facts: ProviderFacts) -> Taken:
        """Its minutes with the pads that a visit like it has now; its own where the service is offered there no more."""
        service = facts.service(self.service_code)
        if service is None or self.setting not in service.settings:
            return self.claimed
        before, after = pads(facts, service, self.setting, met=self.met)
        return self.claimed._replace(before_minutes=before, after_minutes=after)


def misfits(
    visits: Iterable[Planned], others: Sequence[Taken], facts: ProviderFacts, travel: TravelMinutes, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Why each of one provider's coming visits no longer fits, by id; those that do are left out. `others` are the other live claims."""
    planned = [(visit, visit.as_now(facts)) for visit in visits]
    crowded = _crowded(planned, others)
    look = _Look(facts, travel, now)
    found: dict[int, tuple[str, ...]] = {}
    beside = sorted([*(taken for visit, taken in planned if NOT_REACHABLE not in visit.passed_over), *others], key=_begin)
    begins = [one.begin_minute for one in beside]
    for visit, taken in planned:
        near = beside[bisect_left(begins, taken.begin_minute - _AROUND) : bisect_right(begins, taken.end_minute + _AROUND)]
        question = look.question(visit, taken, [one for one in near if one is not taken])
        holds = {
            TOO_CLOSE: visit.id in crowded,
            NOT_REACHABLE: look.out_of_reach(question, taken),
            OUTSIDE_AREA: visit.setting in MOBILE and not comes_to(facts, str(taken.zip)),
            OUTSIDE_HOURS: look.outside_hours(question, visit, taken),
        }
        codes = tuple(code for code in MISFITS if holds[code] and code not in visit.passed_over)
        if codes:
            found[visit.id] = codes
    return found


def _crowded(planned: Sequence[tuple[Planned, Taken]], others: Sequence[Taken]) -> set[int]:
    """The visits between which, or between which and another claim with a place, there are fewer free minutes than are kept now."""
    whole = [(taken, visit) for visit, taken in planned if TOO_CLOSE not in visit.passed_over]
    spread: list[tuple[Taken, Planned | None]] = [*whole, *((one, None) for one in others if one.zip is not None)]
    spread.sort(key=lambda one: _busy(one[0]))
    found: set[int] = set()
    reach: int | None = None
    holder: Planned | None = None
    for taken, visit in spread:
        begin, end = _busy(taken)
        if reach is not None and begin < reach:
            found |= {one.id for one in (visit, holder) if one is not None}
        if reach is None or end > reach:
            reach, holder = end, visit
    return found


def _begin(taken: Taken) -> int:
    return taken.begin_minute


def _busy(taken: Taken) -> tuple[int, int]:
    return taken.begin_minute - taken.before_minutes, taken.end_minute + taken.after_minutes


class _Look:
    """One provider's hours and ways, asked about visit after visit."""

    def __init__(self, facts: ProviderFacts, travel: TravelMinutes, now: datetime) -> None:
        self.facts, self.travel, self.now = facts, travel, now
        self._opened: dict[tuple[str, str, date, date], list[OpenSpan]] = {}

    def question(self, visit: Planned, taken: Taken, near: Sequence[Taken]) -> Question:
        """The engine's question about a visit where it stands, itself left aside."""
        facts, area = self.facts, self.facts.area
        spans = self._hours(visit, taken)
        away = visit.setting in MOBILE or taken.place_id not in facts.place_zips
        ends = DayEnds(area.leaves_from, area.returns_to, spans) if area and area.leaves_from and visit.setting in MOBILE else None
        minutes = taken.end_minute - taken.begin_minute
        asked = Visit(minutes, taken.before_minutes, taken.after_minutes, taken.zip if away else None, is_call=taken.is_call)
        return Question(
            spans, facts.rules, near, asked, self.now, taken.begin_minute, taken.begin_minute + 1, (), self.travel, facts.place_zips,
            last_start=last_start(facts, visit.setting, met=visit.met), day_ends=ends,
        )  # fmt: skip

    def _hours(self, visit: Planned, taken: Taken) -> list[OpenSpan]:
        first, last = days_around(taken.begin_minute, taken.end_minute)
        key = visit.setting, visit.service_code, first, last
        if key not in self._opened:
            self._opened[key] = open_time(self.facts, visit.setting, first, last, self.facts.service(visit.service_code))
        return self._opened[key]

    def outside_hours(self, question: Question, visit: Planned, taken: Taken) -> bool:
        """Whether no stretch of hours, in its own room where it has one, holds the whole visit, or its start is too late now."""
        begin, end = taken.begin_minute, taken.end_minute
        own = None if visit.setting in MOBILE or taken.is_call else taken.place_id
        held = any(
            opens <= begin and end <= closes and (own is None or place == own) for opens, closes, _, place in join_stretches(question.spans)
        )
        return not held or _within(begin, too_late(question, begin, begin + 1))

    def out_of_reach(self, question: Question, taken: Taken) -> bool:
        """Whether the way to it from the visit before, from it to the visit after, or from and to the base takes longer than there is."""
        if taken.is_call or taken.zip is None:
            return False
        begin = taken.begin_minute
        reached = Reach(question, self.travel).within(range(begin, begin + 1), taken.place_id)
        return not reached or _within(begin, too_near_the_edges(question))


def _within(start: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= start < end for begin, end in spans)
