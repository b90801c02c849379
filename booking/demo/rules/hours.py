"""When a provider works: weekly hours by day and by night, dates that differ, and how starts are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from booking.demo.rules.chance import Chance, likely, weighted
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange
from providers.services.rules.holidays import surcharge_holidays

CLINIC, ROAD, EITHER = "clinic", "road", "either"
WEEKDAYS, WEEKEND, ALL = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)

Block = tuple[tuple[int, ...], int, int, str]
"""Weekdays, opening and closing minute (over 1440 is the next day), and where."""

AT_CLINIC: tuple[tuple[Block, ...], ...] = (
    ((WEEKDAYS, 540, 1020, CLINIC),),
    ((WEEKDAYS, 480, 1200, CLINIC), ((5,), 600, 960, CLINIC)),
    ((WEEKDAYS, 420, 660, CLINIC), ((0, 1, 2, 3, 4, 6), 960, 1260, CLINIC)),
    ((WEEKDAYS, 930, 1320, CLINIC), (WEEKEND, 660, 1200, CLINIC)),
    (((1, 2, 3, 4, 5), 1200, 1560, CLINIC),),
    (((4,), 900, 1320, CLINIC), (WEEKEND, 600, 1260, CLINIC)),
    ((ALL, 660, 1290, CLINIC),),
    (((0, 1, 2, 3, 4, 5), 900, 1470, CLINIC),),
    (((0, 1, 2, 6), 720, 1320, CLINIC),),
    (((2, 3, 4, 5, 6), 840, 1380, CLINIC),),
    ((ALL, 960, 1440, CLINIC),),
    (((6, 0, 1, 2, 3), 1080, 1500, CLINIC),),
    (((3, 4, 5, 6), 1140, 1590, CLINIC),),
)
ON_THE_ROAD: tuple[tuple[Block, ...], ...] = (
    ((WEEKDAYS, 1020, 1380, ROAD), (WEEKEND, 720, 1320, ROAD)),
    (((2, 3, 4, 5, 6), 1200, 1560, ROAD),),
    ((WEEKDAYS, 540, 1080, ROAD),),
    ((ALL, 720, 1380, ROAD),),
    ((ALL, 1080, 1500, ROAD),),
    ((ALL, 1110, 1590, ROAD),),
    ((WEEKDAYS, 600, 1200, ROAD), (WEEKEND, 1080, 1560, ROAD)),
)
BOTH: tuple[tuple[Block, ...], ...] = (
    ((WEEKDAYS, 540, 1020, CLINIC), ((0, 1, 2, 3), 1080, 1350, ROAD)),
    ((WEEKDAYS, 600, 1140, CLINIC), (WEEKEND, 660, 1260, ROAD)),
    (((1, 2, 3, 4, 5, 6), 720, 1320, EITHER),),
    (((0, 1, 2, 3, 4, 6), 960, 1260, CLINIC), ((0, 1, 2, 3, 4, 5), 1260, 1560, ROAD)),
    (((0, 2, 4, 6), 600, 1200, CLINIC), ((1, 3, 5), 840, 1380, ROAD)),
    ((ALL, 900, 1380, EITHER),),
)
FULL_WEEK: tuple[Block, ...] = ((ALL, 600, 1140, CLINIC), (ALL, 1140, 1410, ROAD))
"""The hours of the therapist whose account the demo names: every day, so that there is always something to see."""

STEPS = {(15, None): 45, (30, None): 30, (60, None): 12, (30, 0): 6, (60, 30): 4, (20, None): 3}
STAFFING = {"full_time": 70, "part_time": 20, "rotating": 10}


@dataclass(frozen=True)
class Hours:
    """Weekly ranges, exceptions and rules of one provider."""

    weekly: tuple[WeeklyRange, ...]
    exceptions: tuple[DateException, ...]
    rules: ScheduleRules


def draw_weekly(
    chance: Chance, settings: Sequence[str], place_ids: Sequence[int], blocks: tuple[Block, ...] | None = None
) -> tuple[WeeklyRange, ...]:
    """A week. With two clinics the second one has Tuesdays and Thursdays."""
    road = frozenset(settings) - {"clinic"}
    own = blocks is None
    kinds = BOTH if road and place_ids else ON_THE_ROAD if road else AT_CLINIC
    shift = chance.choice((-30, 0, 0, 0, 30)) if own else 0
    staffing = weighted(chance, STAFFING) if own else "full_time"
    found = []
    for weekdays, opens, closes, where in blocks or chance.choice(kinds):
        for weekday in weekdays:
            offered = road if where == ROAD else frozenset(settings) if where == EITHER else frozenset({"clinic"})
            place_id = None if where == ROAD else place_ids[1 if len(place_ids) > 1 and weekday in {1, 3} else 0]
            found.append(WeeklyRange(weekday, opens + shift, closes + shift, offered, place_id, staffing))
    return tuple(sorted(found, key=lambda hours: (hours.weekday, hours.opens_minute)))


def draw_exceptions(chance: Chance, weekly: Sequence[WeeklyRange], first: date, last: date) -> tuple[DateException, ...]:
    """Some days off, a day with other hours, and holidays that half of all providers keep."""
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    closed = set(chance.sample(days, min(len(days), chance.randrange(1, 4))))
    holidays = {holiday.on for year in {first.year, last.year} for holiday in surcharge_holidays(year) if holiday.from_minute == 0}
    closed |= {day for day in days if day in holidays and likely(chance, 50)}
    found = [DateException(day, closed=True) for day in closed]
    open_days = [day for day in days if day not in closed and any(hours.weekday == day.weekday() for hours in weekly)]
    if open_days and likely(chance, 60):
        day = chance.choice(open_days)
        usual = next(hours for hours in weekly if hours.weekday == day.weekday())
        opens = chance.choice((600, 720, 840))
        found.append(DateException(day, False, opens, opens + chance.choice((240, 300, 420)), usual.settings, usual.place_id))
    return tuple(sorted(found, key=lambda exception: exception.on))


def draw_schedule_rules(chance: Chance, *, clinic: bool) -> ScheduleRules:
    """How starts are laid out, how near, how far and how many."""
    step, offset = weighted(chance, STEPS)
    return ScheduleRules(
        step_minutes=step,
        offset_minutes=offset,
        buffer_before_minutes=chance.choice((0, 0, 0, 5, 10)),
        buffer_after_minutes=chance.choice((10, 15, 15, 20)),
        notice_minutes=weighted(chance, {60: 30, 90: 15, 120: 30, 180: 10, 240: 8, 720: 7}),
        horizon_days=chance.choice((30, 42, 45, 60, 60)),
        max_per_day=chance.choice((None, None, None, 4, 5, 6, 8)),
        turnover_minutes=chance.choice((0, 5, 10)) if clinic else 0,
    )
