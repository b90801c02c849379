"""How far a plan has come: rows, and a twin that counts on its fingers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.states import STATUSES
from booking.plans.rules.course import PlanVisit, Progress, next_review, numbers, progress, review_due, state_of

BEGUN = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def visit(number: int, hours: int, status: str = "completed") -> PlanVisit:
    return PlanVisit(number, BEGUN + hours * HOUR, status)


def test_visits_are_counted_by_their_start_from_the_one_after_the_plan_was_written():
    visits = [visit(1, 0), visit(3, 48, "confirmed"), visit(2, 24), visit(4, -24)]
    found = numbers(visits, BEGUN, None)
    assert found == {2: 1, 3: 2}
    assert progress(visits, found.keys(), 8) == Progress(done=1, booked=1, of=8)


@pytest.mark.parametrize("status", ["cancelled", "no_show", "expired"])
def test_what_did_not_take_place_is_no_visit_of_it(status):
    assert numbers([visit(1, 24, status), visit(2, 48)], BEGUN, None) == {2: 1}


def test_what_comes_after_the_end_is_none_of_it():
    assert numbers([visit(1, 24), visit(2, 48)], BEGUN, BEGUN + 48 * HOUR) == {1: 1}


@pytest.mark.parametrize(
    ("ended", "paused", "accepted", "newest", "state"),
    [
        (False, False, set(), 1, "offered"),
        (False, False, {1}, 1, "accepted"),
        (False, False, {1}, 2, "changed"),
        (False, False, {1, 3}, 3, "accepted"),
        (False, True, {1}, 1, "paused"),
        (True, True, {1}, 1, "ended"),
        (True, False, set(), 1, "ended"),
    ],
)
def test_where_a_plan_stands(ended, paused, accepted, newest, state):
    assert state_of(ended=ended, paused=paused, accepted=accepted, newest=newest) == state


@pytest.mark.parametrize(
    ("done", "seen", "after", "of", "due", "following"),
    [
        (0, 0, 3, 8, False, 3),
        (2, 0, 3, 8, False, 3),
        (3, 0, 3, 8, True, 3),
        (4, 0, 3, 8, True, 3),
        (4, 3, 3, 8, False, 6),
        (6, 3, 3, 8, True, 6),
        (7, 6, 3, 8, False, 8),
        (8, 6, 3, 8, True, 8),
        (8, 8, 3, 8, False, 9),
        (9, 8, 3, 8, True, 9),
        (1, 0, 4, 1, True, 1),
    ],
)
def test_when_one_has_to_look(done, seen, after, of, due, following):
    assert review_due(done, seen, review_after=after, of=of) is due
    assert next_review(seen, review_after=after, of=of) == following


@given(st.integers(0, 30), st.integers(1, 24), st.integers(1, 24))
def test_one_looks_exactly_from_the_named_visit_on(seen, after, of):
    named = next_review(seen, review_after=after, of=of)
    due = [done for done in range(60) if review_due(done, seen, review_after=after, of=of)]
    assert due == list(range(named, 60))


@given(
    st.lists(st.tuples(st.integers(-5, 20), st.sampled_from(STATUSES)), max_size=12),
    st.none() | st.integers(-5, 20),
)
def test_the_numbers_are_those_one_counts_on_ones_fingers(rows, end):
    visits = [visit(number, hours, status) for number, (hours, status) in enumerate(rows)]
    ended = None if end is None else BEGUN + end * HOUR
    place, counted = 0, {}
    for hour in range(1, 21):
        for one in visits:
            alive = one.status not in ("cancelled", "no_show", "expired")
            if one.starts_at == BEGUN + hour * HOUR and alive and (ended is None or one.starts_at < ended):
                place += 1
                counted[one.id] = place
    assert numbers(visits, BEGUN, ended) == counted
