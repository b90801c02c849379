"""The days of a membership, beside a calendar that counts day by day."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.memberships.rules.months import (
    END_DAYS,
    RETRY_DAYS,
    after_decline,
    changes_with,
    due_on,
    number_after_resuming,
    number_on,
    number_to_charge,
)

ANCHORS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
NUMBERS = st.integers(0, 40)


def walked(anchor, number):
    """The same by walking over each day: the n-th month after the anchor's, on its day or the last before it."""
    day, seen = anchor.replace(day=1), 0
    while seen < number:
        day += timedelta(days=1)
        seen += day.day == 1
    found = day
    while day.month == found.month:
        if day.day <= anchor.day:
            found = day
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        (date(2027, 1, 31), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]),
        (date(2027, 12, 30), [date(2027, 12, 30), date(2028, 1, 30), date(2028, 2, 29), date(2028, 3, 30)]),
        (date(2028, 2, 29), [date(2028, 2, 29), date(2028, 3, 29), date(2028, 4, 29)]),
        (date(2027, 2, 14), [date(2027, 2, 14), date(2027, 3, 14), date(2027, 4, 14)]),  # over the change of clocks
        (date(2027, 10, 7), [date(2027, 10, 7), date(2027, 11, 7), date(2027, 12, 7), date(2028, 1, 7)]),
    ],
)
def test_a_month_is_due_on_the_anchors_day_or_the_months_last(anchor, days):
    assert [due_on(anchor, number) for number in range(len(days))] == days


def test_the_twenty_ninth_of_february_comes_back_in_leap_years():
    assert [due_on(date(2028, 2, 29), 12 * years) for years in range(5)] == [
        date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29),
    ]  # fmt: skip


@given(ANCHORS, st.integers(0, 14))
def test_a_calendar_walked_day_by_day_says_the_same(anchor, number):
    assert due_on(anchor, number) == walked(anchor, number)


@given(ANCHORS, NUMBERS)
def test_months_follow_one_another_by_28_to_31_days_one_in_each_calendar_month(anchor, number):
    day, after = due_on(anchor, number), due_on(anchor, number + 1)
    assert 28 <= (after - day).days <= 31
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1
    assert day.day == min(anchor.day, monthrange(day.year, day.month)[1])


@given(ANCHORS, st.integers(-40, 1300))
def test_the_month_of_a_day_is_the_last_that_is_due(anchor, days):
    day = anchor + timedelta(days=days)
    number = number_on(anchor, day)
    assert due_on(anchor, number) <= day < due_on(anchor, number + 1)
    assert (number >= 0) == (days >= 0)


@given(ANCHORS, st.lists(st.integers(0, 60), max_size=60))
def test_however_often_the_job_runs_no_month_is_charged_twice_and_none_of_the_past(anchor, gaps):
    """A job that runs on some days, or not for weeks: what it charges rises, lies in its month, and is never more than one a run."""
    today, following, charged = anchor, 1, []
    for gap in gaps:
        today += timedelta(days=gap)
        number = number_to_charge(anchor, following, today)
        if number is not None:
            assert due_on(anchor, number) <= today < due_on(anchor, number + 1)
            charged.append(number)
            following = number + 1
    assert charged == sorted(set(charged))
    assert 0 not in charged


@given(ANCHORS, st.integers(0, 6))
def test_run_each_day_every_month_is_charged_once_on_its_day(anchor, months):
    following, charged, today = 1, [], anchor
    while today <= due_on(anchor, months):
        number = number_to_charge(anchor, following, today)
        if number is not None:
            charged.append((number, today))
            following = number + 1
        today += timedelta(days=1)
    assert charged == [(number, due_on(anchor, number)) for number in range(1, months + 1)]


@pytest.mark.parametrize(
    ("today", "number"),
    [
        (date(2027, 1, 31), 1),  # on the day of joining: the month that was paid is not charged again
        (date(2027, 2, 27), 1),
        (date(2027, 2, 28), 1),  # the month that begins today counts
        (date(2027, 3, 1), 2),
        (date(2027, 3, 31), 2),
        (date(2027, 4, 1), 3),
    ],
)
def test_whoever_goes_on_early_goes_on_with_the_month_that_begins_next(today, number):
    assert number_after_resuming(date(2027, 1, 31), 0, today) == number


@given(ANCHORS, NUMBERS, st.integers(0, 400))
def test_going_on_never_charges_what_was_charged_nor_a_month_that_is_under_way(anchor, charged, days):
    today = anchor + timedelta(days=days)
    number = number_after_resuming(anchor, charged, today)
    assert number > charged
    assert number == charged + 1 or due_on(anchor, number) >= today


@given(ANCHORS, NUMBERS, st.integers(0, 400))
def test_other_terms_count_from_the_first_month_that_is_thirty_days_away(anchor, following, days):
    told = anchor + timedelta(days=days)
    number = changes_with(anchor, following, told)
    soonest = told + timedelta(days=30)
    wanted = next(one for one in range(following, following + 60) if due_on(anchor, one) >= soonest)
    assert number == wanted


@pytest.mark.parametrize(("tries", "retry"), [(1, date(2027, 2, 3)), (2, date(2027, 2, 7)), (3, date(2027, 2, 14)), (4, None), (9, None)])
def test_a_declined_card_is_asked_again_by_the_schedule_and_then_not(tries, retry):
    after = after_decline(date(2027, 1, 31), tries, date(2027, 1, 31))
    assert (after.retry_on, after.ends_on) == (retry, date(2027, 2, 27))


def test_a_day_of_the_schedule_that_is_over_is_tomorrow():
    assert after_decline(date(2027, 1, 31), 1, date(2027, 2, 10)).retry_on == date(2027, 2, 11)


@given(ANCHORS, NUMBERS)
def test_an_unpaid_membership_ends_before_its_next_month_and_after_the_last_try(anchor, number):
    due = due_on(anchor, number)
    ends = after_decline(due, len(RETRY_DAYS) + 1, due).ends_on
    assert due + timedelta(days=max(RETRY_DAYS)) < ends < due_on(anchor, number + 1)
    assert (ends - due).days == END_DAYS
