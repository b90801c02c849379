"""The plain way to find starts, with datetimes: lay out the candidates of each day and hold each against every claim.

It shares no line with the engine. The tests take it as an oracle and bench/openings.py as the yardstick of speed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.openings.rules.question import Taken, Visit
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange
from providers.services.rules.holidays import holiday_at, holiday_code

NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Interval = tuple[datetime, datetime]


def at(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


@dataclass
class Case:
    """A whole question from the hours up, as a person would put it. Days are asked first_day..last_day."""

    weekly: Sequence[WeeklyRange]
    exceptions: Sequence[DateException]
    rules: ScheduleRules
    taken: Sequence[Taken]
    visit: Visit
    now: datetime
    first_day: date
    last_day: date
    setting: str | None
    standing: Sequence[tuple[int, int]]
    travel: Callable[[str, str, int], int] | None = None
    place_zips: Mapping[int, str] = field(default_factory=dict)
    zone: ZoneInfo = NEW_YORK
    look_back_days: int = 1
    late: tuple[int, int] | None = None
    service: str | None = None
    first_visit: bool = False
    last_start: int | None = None
    leaves_from: Sequence[str] = ()
    returns_to: Sequence[str] = ()
    shortest: int = 0
    full: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)


def starts_by_datetimes(case: Case) -> list[int]:
    """Epoch minutes of every start on the days asked for."""
    claims = [(at(c.begin_minute) - c.before_minutes * MINUTE, at(c.end_minute) + c.after_minutes * MINUTE, c) for c in case.taken]
    standing = joined([(at(begin), at(end)) for begin, end in case.standing])
    handed_over = open_intervals(case, ("part_time", "rotating"))
    begin, end = first_moment(case.first_day, case.zone), first_moment(case.last_day + timedelta(days=1), case.zone)
    found = set()
    for place, opens, closes in open_intervals(case):
        for start in candidates(case, opens, closes):
            if begin <= start < end and is_staffed(case, start, place, handed_over) and is_bookable(case, start, place, claims, standing):
                found.add((start - EPOCH) // MINUTE)
    return sorted(found)


def candidates(case: Case, opens: datetime, closes: datetime) -> list[datetime]:
    """Starts on the grid from which the visit ends by closing time."""
    step, offset = case.rules.step_minutes, case.rules.offset_minutes
    length = case.visit.minutes * MINUTE
    found = []
    start = opens
    while start + length <= closes:
        wall = start.astimezone(case.zone) if offset is not None else start
        if offset is None or (wall.hour * 60 + wall.minute) % step == offset % step:
            found.append(start)
        start += MINUTE if offset is not None else step * MINUTE
    return found


def is_staffed(case: Case, start: datetime, place: int | None, handed_over: list[tuple[int | None, datetime, datetime]]) -> bool:
    wall = start.astimezone(case.zone)
    if case.late is None or case.late[1] <= wall.hour * 60 + wall.minute < case.late[0]:
        return True
    end = start + case.visit.minutes * MINUTE
    return not any(where == place and start < until and since < end for where, since, until in handed_over)


def is_bookable(
    case: Case, start: datetime, place: int | None, claims: list[tuple[datetime, datetime, Taken]], standing: list[Interval]
) -> bool:
    visit, rules = case.visit, case.rules
    end = start + visit.minutes * MINUTE
    padded_begin, padded_end = start - visit.before_minutes * MINUTE, end + visit.after_minutes * MINUTE
    if start < case.now + rules.notice_minutes * MINUTE:
        return False
    if any(padded_begin < claim_end and claim_begin < padded_end for claim_begin, claim_end, _ in claims):
        return False
    full = case.full.get(place, ()) if visit.zip is None else ()
    if any(padded_begin < at(until) and at(since) < padded_end for since, until in full):
        return False
    day = start.astimezone(case.zone).date()
    if day > case.now.astimezone(case.zone).date() + timedelta(days=rules.horizon_days):
        return False
    if not any(begin <= start and end <= until for begin, until in standing):
        return False
    if rules.max_per_day is not None:
        visits = [c for c in case.taken if c.is_visit and at(c.begin_minute).astimezone(case.zone).date() == day]
        if len(visits) >= rules.max_per_day:
            return False
    if not within_limits(case, start) or not has_breaks(case, start, end) or is_after_the_last_start(case, start):
        return False
    if case.travel is not None:
        within = is_within_the_day(case, padded_begin, padded_end)
        if not within or not is_reachable(case, padded_begin, padded_end, place, claims):
            return False
    return is_packed(case, start, place, claims)


def is_packed(case: Case, start: datetime, place: int | None, claims: list[tuple[datetime, datetime, Taken]]) -> bool:
    """No useless gap beside a visit, and an hour that is shown or a place right beside one."""
    rules, step = case.rules, case.rules.step_minutes * MINUTE
    if rules.fill_gaps in (None, "prefer") and rules.offer_one_in is None:
        return True
    idle = [*idle_before(case, start, place, claims), *idle_after(case, start, place, claims)]
    useless = any(step <= left < case.shortest * MINUTE for left in idle)
    if useless and rules.fill_gaps == "only":
        return False
    wall = start.astimezone(case.zone)
    if rules.offer_one_in is None or (wall.hour + wall.toordinal()) % rules.offer_one_in == 0:
        return True
    return not useless and min(idle, default=step) < step


def idle_before(case: Case, start: datetime, place: int | None, claims: list[tuple[datetime, datetime, Taken]]) -> list[timedelta]:
    begin = start - case.visit.before_minutes * MINUTE
    earlier = [claim for claim in claims if claim[1] <= begin]
    if not earlier:
        return []
    _, left, claim = max(earlier, key=lambda one: one[1])
    opens = next(opens for where, opens, closes in open_intervals(case) if where == place and opens <= start < closes)
    if not claim.is_visit or at(claim.end_minute) <= opens:
        return []
    return [begin - left - way(case, claim, place, left, claim.zip, own_zip(case, place))]


def idle_after(case: Case, start: datetime, place: int | None, claims: list[tuple[datetime, datetime, Taken]]) -> list[timedelta]:
    end = start + (case.visit.minutes + case.visit.after_minutes) * MINUTE
    later = [claim for claim in claims if claim[0] >= end]
    if not later:
        return []
    due, _, claim = min(later, key=lambda one: one[0])
    closes = next(closes for where, opens, closes in open_intervals(case) if where == place and opens <= start < closes)
    if not claim.is_visit or at(claim.begin_minute) >= closes:
        return []
    return [due - end - way(case, claim, place, end, own_zip(case, place), claim.zip)]


def own_zip(case: Case, place: int | None) -> str | None:
    return case.visit.zip if case.visit.zip is not None or place is None else case.place_zips.get(place)


def way(case: Case, claim: Taken, place: int | None, leaves: datetime, here: str | None, there: str | None) -> timedelta:
    """Nobody is on the way within one place, nor from or to a claim without one."""
    within = case.visit.zip is None and place is not None and claim.place_id == place
    if case.travel is None or here is None or there is None or within:
        return timedelta()
    return case.travel(here, there, (leaves - EPOCH) // MINUTE) * MINUTE


def is_after_the_last_start(case: Case, start: datetime) -> bool:
    """Later than the last start on the wall, or in the small hours, which belong to the evening before."""
    wall = start.astimezone(case.zone)
    minute = wall.hour * 60 + wall.minute
    return case.last_start is not None and (minute > case.last_start or minute < 5 * 60)


def is_within_the_day(case: Case, begin: datetime, end: datetime) -> bool:
    """From the farthest base that may be meant one leaves when hours begin; one is back before they end, however slow it is then."""
    here = case.visit.zip
    if here is None or case.travel is None or not case.leaves_from:
        return True
    opens, closes = next(
        one for one in joined([one[1:] for one in open_intervals(case)]) if one[0] <= begin + case.visit.before_minutes * MINUTE < one[1]
    )
    out = [case.travel(base, here, (opens - EPOCH) // MINUTE) for base in case.leaves_from]
    back = [case.travel(here, base, (closes - EPOCH) // MINUTE - half * 30) for base in case.returns_to for half in range(5)]
    return opens + max(out) * MINUTE <= begin and end + max(back) * MINUTE <= closes


def within_limits(case: Case, start: datetime) -> bool:
    """Hands-on minutes of the day, visits and minutes of the calendar week, with this visit among them."""
    rules = case.rules
    if rules.max_minutes_per_day is None and rules.max_per_week is None and rules.max_minutes_per_week is None:
        return True
    wall = start.astimezone(case.zone)
    begins = [(at(c.begin_minute).astimezone(case.zone), c.end_minute - c.begin_minute) for c in case.taken if c.is_visit]
    today = [length for begin, length in begins if begin.date() == wall.date()]
    this_week = [length for begin, length in begins if begin.isocalendar()[:2] == wall.isocalendar()[:2]]
    checks = (
        (sum(today) + case.visit.minutes, rules.max_minutes_per_day),
        (len(this_week) + 1, rules.max_per_week),
        (sum(this_week) + case.visit.minutes, rules.max_minutes_per_week),
    )
    return all(most is None or value <= most for value, most in checks)


def has_breaks(case: Case, start: datetime, end: datetime) -> bool:
    """Goes from the visit to its neighbors on both sides as long as no break lies between, and adds up."""
    if case.rules.run_minutes is None or case.rules.break_minutes is None:
        return True
    rest, total = case.rules.break_minutes * MINUTE, end - start
    others = sorted((at(c.begin_minute), at(c.end_minute)) for c in case.taken if c.is_visit)
    first, last = start, end
    for since, until in reversed(others):
        if until <= first and first - until < rest:
            first, total = since, total + (until - since)
    for since, until in others:
        if since >= last and since - last < rest:
            last, total = until, total + (until - since)
    return total == end - start or total <= case.rules.run_minutes * MINUTE


def is_reachable(case: Case, begin: datetime, end: datetime, place: int | None, claims: list[tuple[datetime, datetime, Taken]]) -> bool:
    here = case.visit.zip
    if here is None and place is not None:
        here = case.place_zips.get(place)
    if here is None or case.travel is None:
        return True
    own_place = place if case.visit.zip is None else None
    placed = [claim for claim in claims if claim[2].zip is not None]
    before = [claim for claim in placed if claim[1] <= begin]
    after = [claim for claim in placed if claim[0] >= end]
    if before:
        _, left, claim = max(before, key=lambda claim: claim[1])
        if (own_place is None or claim.place_id != own_place) and left + case.travel(
            claim.zip, here, (left - EPOCH) // MINUTE
        ) * MINUTE > begin:
            return False
    if after:
        due, _, claim = min(after, key=lambda claim: claim[0])
        if (own_place is None or claim.place_id != own_place) and end + case.travel(
            here, claim.zip, (end - EPOCH) // MINUTE
        ) * MINUTE > due:
            return False
    return True


def open_intervals(case: Case, staffings: Sequence[str] | None = None) -> list[tuple[int | None, datetime, datetime]]:
    """Open time by place (with these words on its staffing only), joined, from `look_back_days` before the first day to the end of what opens the day after the last."""
    by_place: dict[int | None, list[Interval]] = {}
    closed = {exception.on for exception in case.exceptions if exception.closed}
    day = case.first_day - timedelta(days=case.look_back_days)
    while day <= case.last_day + timedelta(days=1):
        for opens, closes, settings, place, staffing in hours_of(case, day, closed):
            if staffings is not None and staffing not in staffings:
                continue
            if settings if case.setting is None else case.setting in settings:
                by_place.setdefault(place, []).extend(moments(day, opens, closes, case.zone))
        day += timedelta(days=1)
    return [(place, *interval) for place, intervals in by_place.items() for interval in joined(intervals)]


def is_kept(case: Case, day: date) -> bool:
    """Whether the day is one of the provider's holidays and was not opened by hand."""
    holiday = holiday_at(datetime.combine(day, time()))
    return holiday is not None and holiday_code(holiday.name) in case.rules.closed_holidays and all(e.on != day for e in case.exceptions)


def hours_of(case: Case, day: date, closed: set[date]) -> list[tuple[int, int, frozenset[str], int | None, str | None]]:
    if day in closed or is_kept(case, day):
        return []
    special = [e for e in case.exceptions if e.on == day]
    turn = None if case.rules.week_a_from is None else "ba"[(day - case.rules.week_a_from) % timedelta(days=14) < timedelta(days=7)]
    hours = special or [r for r in case.weekly if r.weekday == day.weekday() and r.weeks in (None, turn)]
    tomorrow = day + timedelta(days=1)
    latest = 1440 if tomorrow in closed or is_kept(case, tomorrow) else 2880
    return [(h.opens_minute, min(h.closes_minute, latest), h.settings, h.place_id, h.staffing) for h in hours if bookable_in(case, h)]


def bookable_in(case: Case, hours: WeeklyRange | DateException) -> bool:
    if hours.contact or (case.service is not None and hours.first_visits and not case.first_visit):
        return False
    return case.service is None or not hours.services or case.service in hours.services


def moments(day: date, opens: int, closes: int, zone: ZoneInfo) -> list[Interval]:
    """When the wall shows opens..closes of the day: by its ends on a plain day, minute by minute near a clock change."""
    midnight = datetime.combine(day, time(), UTC)
    around = {(midnight + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-14, 14, 38, 62)}
    if len(around) == 1:
        ahead = around.pop()
        return [(midnight + opens * MINUTE - ahead, midnight + closes * MINUTE - ahead)]
    low, high = datetime.combine(day, time()) + opens * MINUTE, datetime.combine(day, time()) + closes * MINUTE
    minutes = (midnight + n * MINUTE for n in range(-14 * 60, 62 * 60))
    return joined([(m, m + MINUTE) for m in minutes if low <= m.astimezone(zone).replace(tzinfo=None) < high])


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def joined(intervals: list[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found
