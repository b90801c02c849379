"""By when an estimate is due: the days of the rule's examples, and a calendar walked day by day beside it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.papers.rules.deadlines import (
    asked_estimate_due_on,
    business_day_after,
    business_days,
    estimate_due_on,
    federal_holidays,
    is_business_day,
)

A_DAY = st.dates(date(2024, 1, 1), date(2040, 12, 31))
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("scheduled", "service", "ahead", "due"),
    [
        ("2026-11-23", "2026-11-24", 1, None),
        ("2026-11-23", "2026-11-27", 3, "2026-11-24"),
        ("2026-11-23", "2026-12-07", 9, "2026-11-24"),
        ("2026-11-23", "2026-12-08", 10, "2026-11-27"),
        ("2026-12-24", "2026-12-30", 3, "2026-12-28"),
        ("2026-12-24", "2027-01-11", 10, "2026-12-30"),
        ("2026-07-01", "2026-07-07", 3, "2026-07-02"),
        ("2026-11-23", "2026-11-23", 0, None),
        ("2026-11-23", "2026-11-20", 0, None),
    ],
)
def test_an_estimate_is_due_by_how_far_ahead_the_visit_was_scheduled(scheduled, service, ahead, due):
    scheduled, service = date.fromisoformat(scheduled), date.fromisoformat(service)
    assert business_days(scheduled, service) == ahead
    assert estimate_due_on(scheduled, service) == (due and date.fromisoformat(due))


def test_one_that_was_asked_for_is_due_three_business_days_later():
    assert asked_estimate_due_on(date(2026, 11, 25)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("year", "observed", "instead_of"),
    [
        (2026, date(2026, 7, 3), date(2026, 7, 4)),
        (2027, date(2027, 7, 5), date(2027, 7, 4)),
        (2027, date(2027, 12, 31), date(2028, 1, 1)),
        (2027, date(2027, 12, 24), date(2027, 12, 25)),
        (2023, date(2023, 1, 2), date(2023, 1, 1)),
    ],
)
def test_a_holiday_on_a_weekend_is_observed_on_the_weekday_beside_it(year, observed, instead_of):
    assert observed in federal_holidays(year)
    assert instead_of not in federal_holidays(year)
    assert not is_business_day(observed)


def test_a_year_has_eleven_holidays_and_twelve_when_the_next_new_year_is_observed_in_it():
    assert {year: len(federal_holidays(year)) for year in (2026, 2027, 2028)} == {2026: 11, 2027: 12, 2028: 10}


@given(A_DAY, st.integers(0, 60))
def test_counting_to_the_nth_business_day_gives_n(day, number):
    reached = business_day_after(day, number)
    assert business_days(day, reached) == number
    assert number == 0 or is_business_day(reached)


@given(A_DAY, st.integers(0, 60))
def test_an_estimate_is_never_due_after_the_visit_or_before_the_next_business_day(scheduled, days):
    service = scheduled + DAY * days
    due = estimate_due_on(scheduled, service)
    walked = [day for day in (scheduled + DAY * step for step in range(1, days + 1)) if day.weekday() < 5 and is_business_day(day)]
    assert (due is None) == (len(walked) < 3)
    if due is not None:
        assert due == walked[2 if len(walked) >= 10 else 0] <= service
