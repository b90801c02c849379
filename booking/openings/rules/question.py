"""What is asked about a provider's time, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import NEW_YORK
from providers.schedule.rules.hours import OpenSpan, ScheduleRules

TravelMinutes = Callable[[str, str, int], int]
LateHours = Callable[[date], tuple[int, int]]
"""For a day the wall minute from which its starts are evening starts, and the one before which they still are night starts."""


class Taken(NamedTuple):
    """One live claim: hands-on time [begin, end) in epoch minutes and its pads before and after.

    A tuple because a provider has hundreds. `zip` is where it takes place (a clinic's own ZIP too), None for a claim
    without a place; `is_visit` counts towards the day's most; `place_id` is the clinic or office it takes place in.
    `is_call` is a phone call: it has no place, and nobody is on the way while it lasts.
    """

    begin_minute: int
    end_minute: int
    before_minutes: int = 0
    after_minutes: int = 0
    zip: str | None = None
    is_visit: bool = False
    place_id: int | None = None
    is_call: bool = False


def meets(taken: Iterable[Taken], begin: int, end: int) -> bool:
    """Whether epoch minutes [begin, end), their own pads left aside, meet a claim with its pads."""
    return any(one.begin_minute - one.before_minutes < end and begin < one.end_minute + one.after_minutes for one in taken)


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit that is wanted: minutes hands-on, the pads it needs, and the ZIP the provider would travel to.

    `zip` is None for a visit at the provider's own place: it then takes place where the open time is. A call takes place nowhere.
    """

    minutes: int
    before_minutes: int = 0
    after_minutes: int = 0
    zip: str | None = None
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class DayEnds:
    """Where the day's ways begin and end, when they count as time worked: ZIP codes any of which may be the right one.

    `hours` is the whole open time of the setting, however much of it is asked for.
    """

    leaves_from: Sequence[str]
    returns_to: Sequence[str]
    hours: Sequence[OpenSpan]


@dataclass(frozen=True, slots=True)
class Question:
    """When can this visit begin? Everything the rules need to know, in epoch minutes.

    `spans` is open time for the visit's setting. `standing` is when the provider's credentials are in force. The
    window [from_minute, until_minute) limits which starts are listed, never whether one is right. `travel` gives the
    minutes on the road from ZIP to ZIP when leaving at an epoch minute; None asks for no travel. `place_zips` says
    where the provider's own places are. `late` says which starts are evening or night starts, which full-time staff alone
    give; None calls none so. `last_start` is the last minute of a day at which the visit may begin, None where hours alone decide.
    `full` says by place when its clinic has no treatment room left.
    `shortest_minutes` is what the provider's shortest visit takes with its pads. `hours` is the whole open time of the setting where
    `spans` is only a part of it.
    """

    spans: Sequence[OpenSpan]
    rules: ScheduleRules
    taken: Sequence[Taken]
    visit: Visit
    now: datetime
    from_minute: int
    until_minute: int
    standing: Sequence[Span]
    travel: TravelMinutes | None = None
    place_zips: Mapping[int, str] = field(default_factory=dict)
    zone: ZoneInfo = NEW_YORK
    late: LateHours | None = None
    last_start: int | None = None
    day_ends: DayEnds | None = None
    shortest_minutes: int = 0
    hours: Sequence[OpenSpan] | None = None
    full: Mapping[int, Sequence[Span]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a visit can begin at a start, and if not why: a code for programs, a sentence for people.

    `place_id` is the provider's place at which an accepted start would be, None when open time has no place.
    """

    ok: bool
    code: str
    sentence: str
    place_id: int | None = None
