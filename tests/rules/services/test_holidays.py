"""Surcharge holidays by rule, any year, on the day itself."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.services.rules.holidays import holiday_at, surcharge_holidays

NAMES = [
    "New Year's Day",
    "Martin Luther King Jr. Day",
    "Presidents' Day",
    "Memorial Day",
    "Juneteenth",
    "Independence Day",
    "Labor Day",
    "Columbus and Indigenous Peoples' Day",
    "Veterans Day",
    "Thanksgiving",
    "Christmas Eve",
    "Christmas Day",
    "New Year's Eve",
]


@pytest.mark.parametrize(
    "year, days",
    [
        (2026, ["01-01", "01-19", "02-16", "05-25", "06-19", "07-04", "09-07", "10-12", "11-11", "11-26", "12-24", "12-25", "12-31"]),
        (2027, ["01-01", "01-18", "02-15", "05-31", "06-19", "07-04", "09-06", "10-11", "11-11", "11-25", "12-24", "12-25", "12-31"]),
        (2028, ["01-01", "01-17", "02-21", "05-29", "06-19", "07-04", "09-04", "10-09", "11-11", "11-23", "12-24", "12-25", "12-31"]),
    ],
)
def test_the_calendar_of_a_year(year, days):
    assert [f"{holiday.on:%m-%d}" for holiday in surcharge_holidays(year)] == days
    assert [holiday.name for holiday in surcharge_holidays(year)] == NAMES


@given(st.integers(1990, 2200))
def test_the_rules_that_hold_in_any_year(year):
    by_name = {holiday.name: holiday.on for holiday in surcharge_holidays(year)}
    assert list(by_name.values()) == sorted(by_name.values())
    mondays = ["Martin Luther King Jr. Day", "Presidents' Day", "Memorial Day", "Labor Day", "Columbus and Indigenous Peoples' Day"]
    assert all(by_name[name].weekday() == 0 for name in mondays)
    assert by_name["Thanksgiving"].weekday() == 3
    assert 22 <= by_name["Thanksgiving"].day <= 28
    assert 15 <= by_name["Martin Luther King Jr. Day"].day <= 21
    assert 15 <= by_name["Presidents' Day"].day <= 21
    assert by_name["Labor Day"].day <= 7
    assert 8 <= by_name["Columbus and Indigenous Peoples' Day"].day <= 14
    assert (by_name["Memorial Day"] + timedelta(days=7)).month == 6


@pytest.mark.parametrize(
    "wall, name",
    [
        (datetime(2026, 12, 24, 15, 59), None),
        (datetime(2026, 12, 24, 16, 0), "Christmas Eve"),
        (datetime(2026, 12, 24, 23, 59), "Christmas Eve"),
        (datetime(2026, 12, 25, 0, 0), "Christmas Day"),
        (datetime(2026, 12, 26, 0, 0), None),
        (datetime(2026, 12, 31, 15, 59), None),
        (datetime(2026, 12, 31, 16, 0), "New Year's Eve"),
        (datetime(2027, 1, 1, 1, 0), "New Year's Day"),
        (datetime(2026, 7, 3, 12, 0), None),  # 3 July 2026 is the observed day: no surcharge
        (datetime(2026, 7, 4, 12, 0), "Independence Day"),
        (datetime(2026, 11, 26, 0, 0), "Thanksgiving"),
        (datetime(2026, 11, 27, 0, 0), None),
    ],
)
def test_which_holiday_a_wall_time_is_in(wall, name):
    holiday = holiday_at(wall)
    assert (holiday.name if holiday else None) == name


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 1439))
def test_a_holiday_is_found_exactly_where_the_year_lists_one(day, minute):
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
    listed = [one for one in surcharge_holidays(day.year) if one.on == day and minute >= one.from_minute]
    assert holiday_at(wall) == (listed[0] if listed else None)
