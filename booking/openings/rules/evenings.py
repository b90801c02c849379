"""Who works a provider's evenings and nights, and since when: what the mark says, by the same hours as the rule for late starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from booking.openings.rules.asking import HouseRules, open_time
from booking.openings.rules.staffing import late_spans
from marketplace.kernel.intervals import Span, intersect
from marketplace.kernel.walltime import NEW_YORK, local_day, to_minute
from providers.profiles.rules import ProviderFacts
from providers.schedule.rules.hours import Shift, WeeklyRange

EVENING_STAFFING = "evening_staffing"
FULL_TIME, MIXED = "full_time", "mixed"


@dataclass(frozen=True, slots=True)
class Evenings:
    """How a provider's late hours are staffed: full_time, part_time, rotating, mixed; None where there are none or nothing is said.

    Late is what the wall clock shows from `from_minute` on or before `morning_minute`, by the policy of the day that was asked about.
    `since` is the day from which on all of it was full-time without a break; None where it is not, or nobody knows.
    """

    staffing: str | None
    from_minute: int
    morning_minute: int
    since: date | None = None

    @property
    def full_time(self) -> bool:
        """Whether every late hour that can be booked is stated as full-time."""
        return self.staffing == FULL_TIME


def evenings_of(facts: ProviderFacts, house: HouseRules, today: date) -> Evenings:
    """The late hours in everything that can be booked today: exceptions, closed days, clinics and rosters count, as they do for starts.

    Who begins before the morning hour and never works an evening has no evenings to speak of.
    """
    late = house.late_hours(today)
    words = _words_met(facts, house, today)
    staffing = MIXED if len(words) > 1 else next(iter(words), None)
    return Evenings(staffing, *late, since=_since(facts, late, today) if staffing == FULL_TIME else None)


def _words_met(facts: ProviderFacts, house: HouseRules, today: date) -> set[str | None]:
    """The words on open time that lies late, in the settings that are offered, from today to the last day that can be booked."""
    days = today, today + timedelta(days=facts.rules.horizon_days)
    by_word: dict[str | None, set[Span]] = defaultdict(set)
    for setting in facts.settings:
        for span in open_time(facts, setting, *days):
            by_word[span.staffing].add((span.begin_minute, span.end_minute))
    every = set().union(*by_word.values())
    if not every:
        return set()
    reach = min(begin for begin, _ in every), max(end for _, end in every)
    if not intersect(every, late_spans(*reach, lambda day: (house.late_hours(day)[0], 0), NEW_YORK)):
        return set()
    late = late_spans(*reach, house.late_hours, NEW_YORK)
    return {word for word, spans in by_word.items() if intersect(spans, late)}


def _since(facts: ProviderFacts, late: tuple[int, int], today: date) -> date | None:
    """The later of the two days since which all late weekly hours and all late shifts are full-time."""
    rostered = {clinic.place_id for clinic in facts.clinic_hours if clinic.rostered}
    shifts = [shift for clinic in facts.clinic_hours if clinic.rostered for shift in clinic.shifts if _is_late(shift, late)]
    stated = _stated_since(facts, late, rostered)
    worked = _worked_since(shifts, today)
    if any(hours.closes_minute > late[0] and hours.settings and hours.place_id not in rostered for hours in facts.weekly):
        return stated if stated is None or worked is None else max(stated, worked)
    return worked


def _stated_since(facts: ProviderFacts, late: tuple[int, int], rostered: set[int]) -> date | None:
    """The day of the earliest statement of hours since which every one had late hours, all of them full-time."""
    since = None
    for statement in reversed(facts.statements):
        late_ones = [hours for hours in statement.weekly if _is_late(hours, late) and hours.place_id not in rostered]
        if {hours.staffing for hours in late_ones} != {FULL_TIME} or all(hours.closes_minute <= late[0] for hours in late_ones):
            break
        since = local_day(to_minute(statement.stated_at))
    return since


def _worked_since(shifts: Iterable[Shift], today: date) -> date | None:
    """The day of the first of those late shifts after which none was other than full-time; None where that day has not come."""
    since = None
    for shift in sorted(shifts, key=lambda one: one.on, reverse=True):
        if shift.staffing != FULL_TIME:
            break
        since = shift.on
    return since if since is not None and since <= today else None


def _is_late(hours: WeeklyRange | Shift, late: tuple[int, int]) -> bool:
    return hours.opens_minute < late[1] or hours.closes_minute > late[0]
