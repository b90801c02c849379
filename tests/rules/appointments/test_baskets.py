"""Which visits go into one checkout, and how long they are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.baskets import (
    LONGEST_TOGETHER,
    MOST_TOGETHER,
    Kept,
    basket_ends_at,
    basket_fault,
    joins_others,
)
from booking.appointments.rules.holding import HOLD_MINUTES

NOON = 30_000_000
AT_THE_CLINIC = Kept(1, (NOON, NOON + 60), "clinic", "10024")
AT_HOME = Kept(2, (NOON + 1440, NOON + 1500), "home", "10024")
AT = datetime(2027, 1, 12, 17, tzinfo=UTC)


def after(minutes, **change):
    return replace(AT_THE_CLINIC, span=(NOON + minutes, NOON + minutes + 60), **change)


@pytest.mark.parametrize(
    ("wished", "code"),
    [
        (after(60), None),
        (after(-60), None),
        (after(59), "overlaps_own"),
        (after(-59, provider_id=3), "overlaps_own"),
        (after(0), "overlaps_own"),
        (after(3000, provider_id=2, setting="home"), None),
        (after(3000, provider_id=3, setting="home", zip="10025"), "one_address"),
        (after(3000, provider_id=3, setting="office"), "one_address"),
        (after(3000, provider_id=3, zip="10003"), None),
        (after(3000, setting="phone"), "not_bookable"),
        (after(3000, first_visit_only=True), None),
    ],
)
def test_what_goes_with_a_visit_at_the_clinic_and_one_at_home(wished, code):
    fault = basket_fault([AT_THE_CLINIC, AT_HOME], wished)
    assert (fault.code if fault else None) == code


def test_there_is_one_first_visit_with_each_therapist():
    first = replace(AT_THE_CLINIC, first_visit_only=True)
    assert basket_fault([first], after(1440, first_visit_only=True)).code == "not_bookable"
    assert basket_fault([first], after(1440, provider_id=9, first_visit_only=True)) is None
    assert basket_fault([first], after(1440)) is None


def test_eight_visits_and_no_more():
    kept = [after(1440 * day) for day in range(MOST_TOGETHER - 1)]
    assert basket_fault(kept, after(1440 * 20)) is None
    assert basket_fault([*kept, after(1440 * 19)], after(1440 * 20)).code == "basket_full"


@given(st.lists(st.integers(0, 40), max_size=6), st.integers(0, 40), st.integers(1, 5))
def test_no_two_visits_of_a_basket_share_a_minute(starts, wished, minutes):
    def lasting(start):
        return replace(AT_THE_CLINIC, span=(start, start + minutes))

    kept = [lasting(start) for start in starts]
    shared = set(range(wished, wished + minutes)) & {minute for one in kept for minute in range(*one.span)}
    fault = basket_fault(kept, lasting(wished))
    assert (fault is not None and fault.code == "overlaps_own") == bool(shared)


@pytest.mark.parametrize(("added", "ends"), [(0, 10), (5, 15), (19, 29), (20, 30), (25, 30), (29, 30)])
def test_each_visit_that_is_added_keeps_all_for_ten_minutes_more_up_to_thirty(added, ends):
    assert basket_ends_at(AT, AT + timedelta(minutes=added)) == AT + timedelta(minutes=ends)


def test_an_offer_of_the_waitlist_stays_alone():
    assert joins_others(AT, AT + timedelta(minutes=HOLD_MINUTES))
    assert joins_others(AT, AT + LONGEST_TOGETHER)
    assert not joins_others(AT, AT + LONGEST_TOGETHER + timedelta(seconds=1))
