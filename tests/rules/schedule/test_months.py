"""A month to choose dates from, and chosen dates as runs of days."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.schedule.rules.months import MONTHS_AHEAD, month_for, runs_of_days

TODAY = date(2027, 1, 12)
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", "2027-01"),
        ("2027-02", "2027-02"),
        ("2026-12", "2027-01"),
        ("2029-01", "2029-01"),
        ("2029-02", "2029-01"),
        ("2027-13", "2027-01"),
        ("9999-12", "2029-01"),
        ("soon", "2027-01"),
    ],
)
def test_the_month_shown_is_the_one_asked_for_or_the_nearest_there_is(asked, shown):
    assert month_for(asked, TODAY).code == shown


def test_there_is_a_month_before_and_one_after_but_not_at_the_ends():
    assert (month_for("", TODAY).previous, month_for("", TODAY).following) == (None, "2027-02")
    last = month_for("2029-01", TODAY)
    assert (last.previous, last.following) == ("2028-12", None)


@given(st.integers(0, MONTHS_AHEAD))
def test_every_day_stands_once_under_its_weekday(ahead):
    month = month_for(f"{2027 + ahead // 12}-{ahead % 12 + 1:02d}", TODAY)
    days = [day for week in month.weeks for day in week if day]
    assert days == [month.first + timedelta(days=number) for number in range(len(days))]
    assert (days[-1] + timedelta(days=1)).day == 1
    assert all(len(week) == 7 and any(week) for week in month.weeks)
    assert all(day.weekday() == at for week in month.weeks for at, day in enumerate(week) if day)


@given(st.lists(DAYS, max_size=60))
def test_runs_hold_each_day_once_and_never_touch(days):
    runs = runs_of_days(days)
    assert [first + timedelta(days=number) for first, last in runs for number in range((last - first).days + 1)] == sorted(set(days))
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(runs))
