"""The minute oracle: walks every minute of a few days with zoneinfo, asks what the wall shows, and marks it.

No interval, no offset arithmetic, no line of the engine: arrays of minutes, one truth value each.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from booking.openings.rules.question import Taken
from providers.schedule.rules.hours import DateException, WeeklyRange
from providers.services.rules.holidays import PUBLIC_HOLIDAYS, surcharge_holidays
from tests.rules.openings.yardstick import Case

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WALL_EPOCH = datetime(1970, 1, 1)
EPOCH_DAY = date(1970, 1, 1).toordinal()
DAY = 1440
MARGIN = 2 * DAY


class Minutes:
    """The minutes from some days before a day to some days after it, and what the wall showed at each."""

    def __init__(self, day: date, zone: ZoneInfo, before: int = 2, after: int = 2) -> None:
        first = (day.toordinal() - EPOCH_DAY - before) * DAY
        self.zone = zone
        self.first = first
        self.count = (before + after) * DAY
        shown = [(EPOCH + timedelta(minutes=first + n)).astimezone(zone).replace(tzinfo=None) - WALL_EPOCH for n in range(self.count)]
        self.wall = np.array([wall.days * DAY + wall.seconds // 60 for wall in shown], dtype=np.int32)
        self.wall_day = self.wall // DAY
        self.minute = first + np.arange(self.count, dtype=np.int32)

    def days(self) -> Iterator[date]:
        for number in range(int(self.wall_day[0]) - 1, int(self.wall_day[-1]) + 1):
            yield date.fromordinal(number + EPOCH_DAY)


@cache
def minutes_around(day: date, zone: ZoneInfo) -> Minutes:
    return Minutes(day, zone)


def open_minutes(minutes: Minutes, case: Case, staffings: tuple[str, ...] | None = None) -> dict[int | None, np.ndarray]:
    """Per place, whether each minute is open for the case's setting (in hours with these words on their staffing)."""
    closed = {exception.on for exception in case.exceptions if exception.closed} | holidays_kept(minutes, case)
    found: dict[int | None, np.ndarray] = {}
    for day in minutes.days():
        if day in closed:
            continue
        midnight = (day.toordinal() - EPOCH_DAY) * DAY
        for hours in hours_that_open(case, day):
            if not (hours.settings if case.setting is None else case.setting in hours.settings):
                continue
            if staffings is not None and hours.staffing not in staffings:
                continue
            if hours.contact or not is_for_the_service(case, hours):
                continue
            shows = (minutes.wall >= midnight + hours.opens_minute) & (minutes.wall < midnight + hours.closes_minute)
            found[hours.place_id] = found.get(hours.place_id, False) | shows
    for day in closed if found else ():
        on_this_day = minutes.wall_day == day.toordinal() - EPOCH_DAY
        found = {place: is_open & ~on_this_day for place, is_open in found.items()}
    return found


def holidays_kept(minutes: Minutes, case: Case) -> set[date]:
    """The holidays on which the provider is away, less those for which hours were stated."""
    opened = {exception.on for exception in case.exceptions if not exception.closed}
    names = {name for code, name in PUBLIC_HOLIDAYS.items() if code in case.rules.closed_holidays}
    days = (*minutes.days(), date.fromordinal(int(minutes.wall_day[-1]) + 1 + EPOCH_DAY))
    around = (holiday for year in {day.year for day in days} for holiday in holidays_of(year))
    return {holiday.on for holiday in around if holiday.name in names} - opened


holidays_of = cache(surcharge_holidays)


def hours_that_open(case: Case, day: date) -> list[WeeklyRange] | list[DateException]:
    special = [exception for exception in case.exceptions if exception.on == day]
    return special or [hours for hours in case.weekly if hours.weekday == day.weekday() and is_its_week(case, hours, day)]


def is_its_week(case: Case, hours: WeeklyRange, day: date) -> bool:
    """Counts weeks from the Monday of week A, one by one, forth or back."""
    if hours.weeks is None or case.rules.week_a_from is None:
        return hours.weeks is None
    turns = weeks_between(case.rules.week_a_from, day - timedelta(days=day.weekday()))
    return hours.weeks == ("b" if turns % 2 else "a")


@cache
def weeks_between(monday: date, this_monday: date) -> int:
    turns = 0
    while monday != this_monday:
        monday += timedelta(days=7 if monday < this_monday else -7)
        turns += 1
    return turns


def is_for_the_service(case: Case, hours: WeeklyRange | DateException) -> bool:
    """Hours that name services are for those; hours for first visits are for no others. Whoever names no service gets all."""
    if case.service is None:
        return True
    if hours.first_visits and not case.first_visit:
        return False
    return len(hours.services) == 0 or any(code == case.service for code in hours.services)


def begins_of_runs(is_open: np.ndarray) -> np.ndarray:
    """For every open minute the index of the first minute of its unbroken run."""
    at = np.arange(len(is_open), dtype=np.int32)
    starts = is_open & ~np.concatenate(([False], is_open[:-1]))
    return np.maximum.accumulate(np.where(starts, at, 0))


def all_of_next(marks: np.ndarray, length: int) -> np.ndarray:
    """Whether this minute and the following ones, `length` in all, are marked."""
    total = np.concatenate((np.zeros(1, dtype=np.int32), np.cumsum(marks, dtype=np.int32), np.full(length, -1, dtype=np.int32)))
    return total[length : length + len(marks)] - total[: len(marks)] == length


def starts_by_minutes(minutes: Minutes, case: Case, by_place: dict[int | None, np.ndarray]) -> dict[int | None, list[int]]:
    """Per place, with its open minutes, every epoch minute at which the visit can begin, wherever the oracle looks."""
    fit = can_begin(minutes, case)
    fit &= is_by_the_last_start(minutes, case) & is_within_the_ways(minutes, case, by_place)
    handed_over = open_minutes(minutes, case, ("part_time", "rotating"))
    step, offset = case.rules.step_minutes, case.rules.offset_minutes
    found = {}
    for place, is_open in by_place.items():
        at = np.arange(minutes.count, dtype=np.int32)
        on_grid = (at - begins_of_runs(is_open)) % step == 0 if offset is None else minutes.wall % DAY % step == offset % step
        staffed = is_staffed(minutes, case, handed_over.get(place))
        fits_here = fit & on_grid & staffed & is_open & all_of_next(is_open, case.visit.minutes) & has_a_room(minutes, case, place)
        candidates = minutes.minute[fits_here].tolist()
        rested = [start for start in candidates if is_in_reach(case, start, place) and is_rested(case, start)]
        found[place] = [start for start in rested if is_offered(minutes, case, start, place, is_open)]
    return found


def is_staffed(minutes: Minutes, case: Case, handed_over: np.ndarray | None) -> np.ndarray:
    """By day anything goes; in the evening and at night no minute of the visit may be staffed part time or in rotation."""
    if case.late is None or handed_over is None:
        return np.ones(minutes.count, dtype=bool)
    evening_from, morning_from = case.late
    of_day = minutes.wall % DAY
    by_day = (of_day >= morning_from) & (of_day < evening_from)
    return by_day | all_of_next(~handed_over, case.visit.minutes)


def is_by_the_last_start(minutes: Minutes, case: Case) -> np.ndarray:
    """Whether the wall shows no more than the last start, and the night before is over."""
    of_day = minutes.wall % DAY
    return np.ones(minutes.count, dtype=bool) if case.last_start is None else (of_day <= case.last_start) & (of_day >= 300)


def is_within_the_ways(minutes: Minutes, case: Case, by_place: dict[int | None, np.ndarray]) -> np.ndarray:
    """Marks the minutes on the way from the base and back in every run of open minutes: the visit and its pads must meet none of them."""
    fit = np.ones(minutes.count, dtype=bool)
    here, travel, visit = case.visit.zip, case.travel, case.visit
    if here is None or travel is None or not case.leaves_from:
        return fit
    is_open = np.any(list(by_place.values()), axis=0) if by_place else ~fit
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_open, [False])).astype(np.int8)))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        opens, closes = first + minutes.first, stop + minutes.first
        there = max(travel(base, here, int(opens)) for base in case.leaves_from)
        back = max(travel(here, base, int(closes) - ago) for base in case.returns_to for ago in (0, 30, 60, 90, 120))
        for start in range(first, stop):
            leaves_time = start - visit.before_minutes - first >= there and stop - start - visit.minutes - visit.after_minutes >= back
            fit[start] = leaves_time
    return fit


def can_begin(minutes: Minutes, case: Case) -> np.ndarray:
    """Everything that does not depend on hours: notice, horizon, standing, full days, claims."""
    visit, rules = case.visit, case.rules
    now_seconds = (case.now - EPOCH) / timedelta(seconds=1)
    fit = minutes.minute * 60 >= now_seconds + rules.notice_minutes * 60
    today = case.now.astimezone(case.zone).date().toordinal() - EPOCH_DAY
    fit &= minutes.wall_day <= today + rules.horizon_days
    fit &= all_of_next(marked(minutes, case.standing, 0), visit.minutes)
    fit &= is_free_of(minutes, case, [(c.begin_minute - c.before_minutes, c.end_minute + c.after_minutes) for c in case.taken])
    if rules.max_per_day is not None:
        visits = [c.begin_minute - minutes.first for c in case.taken if c.is_visit]
        on_day = np.bincount(minutes.wall_day[visits] - minutes.wall_day[0], minlength=minutes.count // DAY + 2)
        fit &= on_day[minutes.wall_day - minutes.wall_day[0]] < rules.max_per_day
    return fit & is_within_limits(minutes, case)


def is_free_of(minutes: Minutes, case: Case, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """Whether the visit that begins at this minute meets none of the spans with any minute of its own or of its pads."""
    visit = case.visit
    free = all_of_next(~marked(minutes, spans, MARGIN), visit.before_minutes + visit.minutes + visit.after_minutes)
    return free[MARGIN - visit.before_minutes :][: minutes.count]


def has_a_room(minutes: Minutes, case: Case, place: int | None) -> np.ndarray:
    """Whether the clinic of a place has a room for all of the visit; at the client's no room is needed."""
    at_place = case.visit.zip is None and place is not None
    return is_free_of(minutes, case, case.full.get(place, ()) if at_place else ())


def is_within_limits(minutes: Minutes, case: Case) -> np.ndarray:
    """Counts, for each day and each week from Monday on, the visits that begin in it and their minutes, and adds this one."""
    rules, room = case.rules, np.ones(minutes.count, dtype=bool)
    week = (minutes.wall_day + 3) // 7  # the first of January 1970 was a Thursday
    limits = ((minutes.wall_day, None, rules.max_minutes_per_day), (week, rules.max_per_week, rules.max_minutes_per_week))
    for period, most, most_minutes in limits:
        if most is None and most_minutes is None:
            continue
        for number in set(period.tolist()):
            inside = period == number
            lengths = [c.end_minute - c.begin_minute for c in case.taken if c.is_visit and inside[c.begin_minute - minutes.first]]
            if most is not None and len(lengths) + 1 > most:
                room &= ~inside
            if most_minutes is not None and sum(lengths) + case.visit.minutes > most_minutes:
                room &= ~inside
    return room


def is_rested(case: Case, start: int) -> bool:
    """Lays the visit among the others and walks through them: how long is the run without a break that it is part of?"""
    most, rest = case.rules.run_minutes, case.rules.break_minutes
    if most is None or rest is None:
        return True
    own = (start, start + case.visit.minutes)
    runs: list[list[tuple[int, int]]] = []
    for begin, end in sorted([own, *((c.begin_minute, c.end_minute) for c in case.taken if c.is_visit)]):
        if runs and begin < runs[-1][-1][1] + rest:
            runs[-1].append((begin, end))
        else:
            runs.append([(begin, end)])
    ours = next(run for run in runs if own in run)
    return len(ours) == 1 or sum(end - begin for begin, end in ours) <= most


def is_offered(minutes: Minutes, case: Case, start: int, place: int | None, is_open: np.ndarray) -> bool:
    """Leaves no gap that nobody can use, where that is asked for; and begins in an hour that is shown, or right beside a visit."""
    rules = case.rules
    if rules.fill_gaps != "only" and rules.offer_one_in is None:
        return True
    gaps = gaps_beside(minutes, case, start, place, is_open)
    wasted = [gap for gap in gaps if gap >= rules.step_minutes and gap < case.shortest]
    if rules.fill_gaps == "only" and wasted:
        return False
    shown = int(minutes.wall[start - minutes.first])
    hour, day = shown % DAY // 60, shown // DAY + EPOCH_DAY
    is_shown = rules.offer_one_in is None or (hour + day) % rules.offer_one_in == 0
    return is_shown or (not wasted and any(gap < rules.step_minutes for gap in gaps))


def gaps_beside(minutes: Minutes, case: Case, start: int, place: int | None, is_open: np.ndarray) -> list[int]:
    """Lays everything out in order and looks at what is next on either side; counts only visits from which it is open all the way."""
    visit, stop = case.visit, start + case.visit.minutes
    here = visit.zip or case.place_zips.get(place)
    row = sorted([*case.taken, Taken(start, stop, visit.before_minutes, visit.after_minutes, is_visit=True)], key=lambda one: one[:2])
    own = next(at for at, one in enumerate(row) if one[:2] == (start, stop))
    gaps = []
    for at, coming in ((own - 1, True), (own + 1, False)):
        if not 0 <= at < len(row) or not row[at].is_visit:
            continue
        other = row[at]
        between = (other.end_minute - 1, start) if coming else (stop, other.begin_minute + 1)
        if not is_open[between[0] - minutes.first : between[1] - minutes.first].all():
            continue
        one, following = (other, row[own]) if coming else (row[own], other)
        leaves = one.end_minute + one.after_minutes
        gap = following.begin_minute - following.before_minutes - leaves
        stays = visit.zip is None and place is not None and other.place_id == place
        if case.travel is not None and None not in (here, other.zip) and not stays:
            gap -= case.travel(*((other.zip, here) if coming else (here, other.zip)), leaves)
        gaps.append(gap)
    return gaps


def marked(minutes: Minutes, spans: Sequence[tuple[int, int]], margin: int) -> np.ndarray:
    marks = np.zeros(minutes.count + 2 * margin, dtype=bool)
    for begin, end in spans:
        marks[max(0, begin - minutes.first + margin) : max(0, end - minutes.first + margin)] = True
    return marks


def is_in_reach(case: Case, start: int, place: int | None) -> bool:
    """Walks outward from the visit, minute by minute in effect, to the nearest claim with a place on either side."""
    visit = case.visit
    here = visit.zip if visit.zip is not None else case.place_zips.get(place)
    if case.travel is None or here is None:
        return True
    begin, end = start - visit.before_minutes, start + visit.minutes + visit.after_minutes
    placed = [(c.begin_minute - c.before_minutes, c.end_minute + c.after_minutes, c) for c in case.taken if c.zip is not None]
    stays = {c for _, _, c in placed if visit.zip is None and place is not None and c.place_id == place}
    earlier = sorted((until, c) for _, until, c in placed if until <= begin)[-1:]
    later = sorted((since, c) for since, _, c in placed if since >= end)[:1]
    left_in_time = all(c in stays or begin - until >= case.travel(c.zip, here, until) for until, c in earlier)
    return left_in_time and all(c in stays or since - end >= case.travel(here, c.zip, end) for since, c in later)
