"""Every minute of every day on which the clocks change, 2026-2037, in five zones, whatever zone the process itself lives in."""

import os
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Question, Visit
from booking.openings.rules.starts import find_starts
from marketplace.kernel.walltime import day_span
from providers.schedule.rules.hours import ScheduleRules, WeeklyRange
from providers.schedule.rules.opening import open_spans
from tests.rules.openings.cases import NEW_YORK, YEARS, change_days
from tests.rules.openings.minutes import EPOCH, EPOCH_DAY, Minutes, minutes_around

CHANGING = (NEW_YORK, *(ZoneInfo(key) for key in ("Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Auckland")))
PROCESS_ZONES = ("UTC", "Asia/Kathmandu", "America/New_York")
DAY = 1440
HOME = frozenset({"home"})
EVERY_MINUTE = ScheduleRules(
    step_minutes=1, offset_minutes=None, buffer_before_minutes=0, buffer_after_minutes=0, notice_minutes=0, horizon_days=9, max_per_day=None,
    turnover_minutes=0,
)  # fmt: skip
SCHEDULES = {"day": (9 * 60, 17 * 60), "evening": (18 * 60, 22 * 60), "into the night": (20 * 60, 26 * 60), "always": (0, DAY)}
LENGTHS = (1, 30, 90)
FOREVER = [(-(10**9), 10**9)]


@pytest.fixture(params=PROCESS_ZONES)
def process_zone(request, monkeypatch):
    """The zone that the process believes it is in."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", CHANGING, ids=str)
def test_two_days_change_in_each_year(zone):
    days = change_days(zone)
    assert [sum(day.year == year for day in days) for year in YEARS] == [2] * len(YEARS)


@pytest.mark.parametrize("zone", CHANGING, ids=str)
def test_hours_from_any_minute_of_a_change_day_are_open_while_the_wall_shows_them(zone):
    for day in change_days(zone):
        minutes = minutes_around(day, zone)
        midnight = (day.toordinal() - EPOCH_DAY) * DAY
        of_day = minutes.wall - midnight
        for opens in range(DAY):
            length = LENGTHS[opens % len(LENGTHS)]
            truth = minutes.minute[(of_day >= opens) & (of_day < opens + length)].tolist()
            weekly = [WeeklyRange(day.weekday(), opens, opens + length, HOME)]
            spans = open_spans(weekly, (), day, day, "home", zone)
            assert [minute for span in spans for minute in range(span.begin_minute, span.end_minute)] == truth, (day, opens)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("zone", CHANGING, ids=str)
def test_every_minute_of_a_change_day_is_listed_and_judged_as_the_wall_shows(zone, name):
    for day in change_days(zone):
        check_day(day, zone, SCHEDULES[name])


def test_the_zone_of_the_process_plays_no_part(process_zone):
    assert os.environ["TZ"] == process_zone  # noqa: TID251 - the process's own zone is what this is about
    assert datetime.fromtimestamp(0).astimezone().utcoffset() == datetime.fromtimestamp(0, ZoneInfo(process_zone)).utcoffset()
    for day in change_days(NEW_YORK):
        for hours in SCHEDULES.values():
            check_day(day, NEW_YORK, hours)


def check_day(day: date, zone: ZoneInfo, hours: tuple[int, int]) -> None:
    """Each start of an hour's visit on the day, listed and judged, is one from which the wall shows open hours for an hour."""
    minutes = minutes_around(day, zone)
    truth = starts_as_the_wall_shows(minutes, day, hours, 60)
    begin, end = day_span(day, zone)
    weekly = [WeeklyRange(weekday, *hours, HOME) for weekday in range(7)]
    question = Question(
        spans=open_spans(weekly, (), day, day, "home", zone), rules=EVERY_MINUTE, taken=(), visit=Visit(60),
        now=EPOCH + timedelta(minutes=begin - 2 * DAY), from_minute=begin, until_minute=end, standing=FOREVER, zone=zone,
    )  # fmt: skip
    listed = [start for start in truth if begin <= start < end]
    assert find_starts(question) == listed
    assert [start for start in range(begin, end) if judge_start(question, start).ok] == listed


def starts_as_the_wall_shows(minutes: Minutes, day: date, hours: tuple[int, int], length: int) -> list[int]:
    """Epoch minutes from which the wall shows open hours of one night or another for `length` minutes on end."""
    is_open = np.zeros(minutes.count, dtype=bool)
    for beside in (-1, 0, 1):
        midnight = (day.toordinal() + beside - EPOCH_DAY) * DAY
        is_open |= (minutes.wall >= midnight + hours[0]) & (minutes.wall < midnight + hours[1])
    stays = np.array([is_open[at : at + length].all() and at + length <= minutes.count for at in range(minutes.count)])
    return minutes.minute[stays].tolist()
