"""Whether a plan helps: the stop rule in rows, and the values it looks at beside a twin."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.outcomes.rules.trends import Taken
from booking.plans.rules.course import Progress
from booking.plans.rules.judging import judge, must_say_why, since, verdict
from booking.plans.rules.referring import LetterFacts, draft_letter
from booking.plans.rules.written import Goal

BEGUN = date(2027, 1, 12)
NOON = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
PAIN = Goal("sit through a film", "nprs", "now", 20)
SLEEP = Goal("sleep through", "sleep")
LIFT = Goal("lift my child", "psfs", "lifting")


def taken(days: int, tenths: int, goal: Goal = PAIN) -> Taken:
    return Taken(goal.measure, goal.label, tenths, NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("values", "improved", "found"),
    [
        ([], None, "unmeasured"),
        ([(0, 70)], None, "unmeasured"),
        ([(0, 70), (14, 70)], False, "no_change"),
        ([(0, 70), (14, 60)], False, "no_change"),
        ([(0, 70), (14, 50)], True, "helps"),
        ([(0, 70), (14, 90)], False, "no_change"),
        ([(-3, 70), (14, 50)], True, "helps"),
        ([(-30, 90), (-3, 60), (14, 50)], False, "no_change"),
        ([(-3, 90), (0, 60), (14, 50)], False, "no_change"),
        ([(-30, 90), (-3, 40)], None, "unmeasured"),
    ],
)
def test_pain_counts_from_two_points_on_since_the_plan_began(values, improved, found):
    (seen,) = judge([PAIN], [taken(days, tenths) for days, tenths in values], BEGUN)
    assert (seen.improved, verdict([seen])) == (improved, found)


def test_where_no_figure_says_what_matters_the_way_alone_tells():
    (seen,) = judge([SLEEP], [taken(0, 40, SLEEP), taken(14, 50, SLEEP)], BEGUN)
    assert (seen.improved, seen.trend.matters) == (True, None)
    (seen,) = judge([LIFT], [taken(0, 40, LIFT), taken(14, 40, LIFT)], BEGUN)
    assert seen.improved is False


def test_one_goal_that_improved_is_enough_and_what_was_not_measured_hides_no_standstill():
    values = [taken(0, 70), taken(14, 70), taken(0, 40, SLEEP), taken(14, 60, SLEEP)]
    assert verdict(judge([PAIN, SLEEP], values, BEGUN)) == "helps"
    assert verdict(judge([PAIN, LIFT], values, BEGUN)) == "no_change"


@pytest.mark.parametrize(("found", "needed"), [("helps", False), ("no_change", True), ("unmeasured", True)])
def test_going_on_without_a_change_takes_a_reason(found, needed):
    assert must_say_why(found) is needed


@pytest.mark.parametrize(("last", "reached"), [(30, False), (20, True), (10, True)])
def test_a_target_is_reached_or_not(last, reached):
    (seen,) = judge([PAIN], [taken(0, 70), taken(14, last)], BEGUN)
    assert seen.reached is reached


@given(st.lists(st.tuples(st.integers(-6, 6), st.integers(0, 10)), max_size=10))
def test_what_is_looked_at_begins_with_the_plan_or_the_last_day_before(rows):
    values = [taken(days, tenths * 10) for days, tenths in rows]
    first = 0
    if not any(days == 0 for days, _ in rows):
        first = next((day for day in range(-1, -7, -1) if any(days == day for days, _ in rows)), 0)
    assert since(values, PAIN, BEGUN) == [one for one, (days, _) in zip(values, rows, strict=True) if days >= first]
    assert since(values, SLEEP, BEGUN) == []


def test_the_letter_says_what_was_measured_and_gives_no_diagnosis():
    goals = judge([PAIN, SLEEP, LIFT], [taken(0, 70), taken(14, 65), taken(1, 40, SLEEP)], BEGUN)
    letter = draft_letter(LetterFacts("Ann Doe", "Anna Ruiz, LMT", BEGUN, Progress(3, 2, 8), goals))
    assert "since January 12, 2027: 3 visits of 8 that were planned." in letter
    assert "sit through a film (Pain: 7 of 10 on January 12, 2027, 6.5 of 10 on January 26, 2027)" in letter
    assert "sleep through (Sleep: 4 of 10, measured once)" in letter
    assert ": not measured)" in letter
