"""Two people side by side: what each half waits for, until when, and how long somebody has for the health questions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.couples import beside, both_wait, called_off_by_house, due_at, own_waits
from booking.appointments.rules.requests import ANSWER_DUE, CLEARANCE_DUE, HEALTH_DUE, OTHER_DUE, health_due_at

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


def after(**elapsed):
    return NOW + timedelta(**elapsed)


@pytest.mark.parametrize(
    ("waits", "other", "then"),
    [
        ([], [], []),
        ([], [HEALTH_DUE], [OTHER_DUE]),
        ([OTHER_DUE], [HEALTH_DUE], [OTHER_DUE]),
        ([OTHER_DUE], [OTHER_DUE], []),
        ([ANSWER_DUE], [HEALTH_DUE], [ANSWER_DUE, OTHER_DUE]),
        ([ANSWER_DUE, OTHER_DUE], [], [ANSWER_DUE]),
        ([CLEARANCE_DUE], [ANSWER_DUE, OTHER_DUE], [CLEARANCE_DUE, OTHER_DUE]),
    ],
)
def test_a_half_waits_for_its_own_and_for_the_other_while_that_waits(waits, other, then):
    assert beside(waits, other) == then


SIGNS = st.lists(st.sampled_from([CLEARANCE_DUE, ANSWER_DUE, HEALTH_DUE, OTHER_DUE]), unique=True)


@given(SIGNS, SIGNS)
def test_neither_is_free_of_waiting_while_one_waits_for_anything(one, other):
    mine, theirs = beside(one, other), beside(other, one)
    waiting = bool(own_waits(one) or own_waits(other))
    assert bool(mine) is waiting
    assert bool(theirs) is waiting
    assert (beside(mine, theirs), beside(theirs, mine)) == (mine, theirs)


@pytest.mark.parametrize(
    ("one", "other", "due"),
    [(None, None, None), (after(hours=3), None, after(hours=3)), (after(hours=3), after(hours=2), after(hours=2))],
)
def test_both_are_kept_until_the_first_deadline(one, other, due):
    assert due_at(one, other) == due_at(other, one) == due


def test_when_they_are_booked_both_wait_until_one_second():
    waits = both_wait({7: ([], None), 9: ([HEALTH_DUE], after(hours=24))})
    assert waits == {7: ([OTHER_DUE], after(hours=24)), 9: ([HEALTH_DUE], after(hours=24))}


@pytest.mark.parametrize(
    ("hours_ahead", "hours_left"),
    [(1, 0.5), (3, 1.5), (4, 2), (5, 3), (10, 8), (26, 24), (30, 24), (24 * 40, 24)],
)
def test_the_health_questions_have_a_day_and_end_two_hours_before_or_halfway(hours_ahead, hours_left):
    assert health_due_at(NOW, after(hours=hours_ahead)) == after(hours=hours_left)


@given(st.integers(1, 60 * 24 * 60))
def test_there_is_always_some_time_and_never_none_before_the_visit(minutes):
    start = after(minutes=minutes)
    assert NOW < health_due_at(NOW, start) < start


@pytest.mark.parametrize(
    ("status", "by", "free"),
    [("cancelled", "provider", True), ("cancelled", "admin", True), ("cancelled", "client", False), ("confirmed", None, False)],
)
def test_who_is_left_alone_by_the_house_may_leave_free_of_charge(status, by, free):
    assert called_off_by_house(status, by) is free
