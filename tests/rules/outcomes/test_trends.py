"""Trends worked by hand, and by a slow twin."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.outcomes.rules.measures import EACH_VISIT, MEASURES, better_of
from booking.outcomes.rules.trends import BETTER, SAME, WORSE, Taken, activities, asked_now, rounded, trend

START = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def taken(code, *values, label=None):
    """One value a week, in the units of people."""
    return [Taken(code, label, round(value * 10), START + 7 * number * DAY) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    "code, label, values, change, way, matters",
    [
        ("nprs", "now", (7, 5), -20, BETTER, True),
        ("nprs", "now", (7, 6), -10, BETTER, False),
        ("nprs", "now", (3, 5), 20, WORSE, True),
        ("nprs", "now", (5, 9, 5), 0, SAME, False),
        ("nprs", "worst", (9, 4), -50, BETTER, True),
        ("stiffness", None, (8, 2), -60, BETTER, None),
        ("sleep", None, (3, 6), 30, BETTER, None),
        ("medicine_days", None, (5, 6), 10, WORSE, None),
        ("rom", "neck_rotation_l", (45, 54), 90, BETTER, False),
        ("rom", "neck_rotation_l", (45, 55), 100, BETTER, True),
        ("odi", None, (40, 29), -110, BETTER, False),
        ("odi", None, (40, 28), -120, BETTER, True),
        ("ndi", None, (50, 36), -140, BETTER, True),
        ("rmdq", None, (20, 15), -50, BETTER, True),
        ("rmdq", None, (20, 16), -40, BETTER, False),
        ("rmdq", None, (10, 7), -30, BETTER, True),
        ("peg", None, (6.0, 4.2), -18, BETTER, True),
        ("peg", None, (6.0, 4.3), -17, BETTER, False),
        ("peg", None, (0, 3), 30, WORSE, None),
        ("promis", "pain_interference", (62.0, 56.0), -60, BETTER, True),
        ("promis", "physical_function", (40.0, 45.9), 59, BETTER, False),
        ("promis", "physical_function", (46.0, 40.0), -60, WORSE, True),
    ],
)
def test_the_way_from_the_first_to_the_last(code, label, values, change, way, matters):
    found = trend(MEASURES[code], taken(code, *values, label=label), label)
    assert (found.change, found.way, found.matters) == (change, way, matters)
    assert [point.tenths for point in found.points] == [round(value * 10) for value in values]
    assert found.size is None


def test_one_point_is_no_trend():
    found = trend(MEASURES["nprs"], taken("nprs", 7, label="now"))
    assert (len(found.points), found.change, found.way, found.matters) == (1, None, None, None)
    assert trend(MEASURES["nprs"], []).first is None


@pytest.mark.parametrize(
    "first, last, change, size, matters",
    [
        ({"walk": 3, "sit": 4, "lift": 2}, {"walk": 5, "sit": 5, "lift": 3}, Fraction(40, 3), "small", True),  # 1.33
        ({"walk": 3, "sit": 4, "lift": 2}, {"walk": 4, "sit": 5, "lift": 3}, 10, None, False),
        ({"walk": 3, "sit": 4, "lift": 2}, {"walk": 6, "sit": 6, "lift": 4}, Fraction(70, 3), "medium", True),  # 2.33
        ({"walk": 3, "sit": 4, "lift": 2}, {"walk": 6, "sit": 7, "lift": 4}, Fraction(80, 3), "medium", True),  # 2.67 is not yet 2.7
        ({"walk": 3, "sit": 4}, {"walk": 6, "sit": 7}, 30, "large", True),
        ({"walk": 6, "sit": 7}, {"walk": 3, "sit": 4}, -30, "large", True),
        ({"walk": 3, "sit": 9}, {"walk": 5, "swim": 1}, 20, "small", True),  # only what was asked at both ends
        ({"sit": 9}, {"swim": 1}, None, None, None),
    ],
)
def test_activities_are_a_mean_of_those_asked_at_both_ends(first, last, change, size, matters):
    values = [
        Taken("psfs", name, value * 10, at) for at, said in ((START, first), (START + 30 * DAY, last)) for name, value in said.items()
    ]
    found = trend(MEASURES["psfs"], values)
    assert (found.change, found.size, found.matters) == (change, size, matters)
    assert found.points[0].tenths == Fraction(sum(first.values()) * 10, len(first))
    alone = trend(MEASURES["psfs"], values, "walk")
    assert alone.matters is None, "the figures are for the mean, not for one activity"


@pytest.mark.parametrize(
    "said, way, matters", [(3, BETTER, True), (2, BETTER, True), (1, BETTER, False), (0, SAME, False), (-2, WORSE, True)]
)
def test_the_overall_answer_is_a_change_by_itself(said, way, matters):
    found = trend(MEASURES["global_change"], taken("global_change", 1, said))
    assert (found.change, found.way, found.matters) == (None, way, matters)


def test_the_last_word_of_a_new_york_day_counts():
    late = datetime(2027, 3, 14, 3, 30, tzinfo=UTC)  # still the 13th in New York
    values = [
        Taken("nprs", "now", 70, late - timedelta(hours=5)),
        Taken("nprs", "now", 40, late),
        Taken("nprs", "now", 30, late + timedelta(hours=2)),
    ]
    found = trend(MEASURES["nprs"], list(reversed(values)))
    assert [(point.on.isoformat(), point.tenths) for point in found.points] == [("2027-03-13", 40), ("2027-03-14", 30)]


VALUES = st.lists(
    st.builds(
        Taken,
        st.sampled_from(["nprs", "psfs"]),
        st.sampled_from(["now", "worst", "walk"]),
        st.integers(0, 10).map(lambda value: value * 10),
        st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes)),
    ),
    max_size=12,
    unique_by=lambda one: one.at,
)


@given(VALUES)
def test_a_twin_that_walks_the_days_says_the_same(values):
    wanted = [one for one in values if one.measure == "nprs" and one.label == "now"]
    found = trend(MEASURES["nprs"], values)
    days = [(START.date() + number * DAY).isoformat() for number in range(-1, 45)]
    slow = []
    for day in days:
        there = [
            one
            for one in wanted
            if (one.at - timedelta(hours=5 if one.at < datetime(2027, 3, 14, 7, tzinfo=UTC) else 4)).date().isoformat() == day
        ]
        if there:
            slow.append((day, max(there, key=lambda one: one.at).tenths))
    assert [(point.on.isoformat(), point.tenths) for point in found.points] == slow
    if len(slow) > 1:
        change = slow[-1][1] - slow[0][1]
        assert found.change == change
        assert found.matters == (abs(change) >= 20)
        assert found.way == (SAME if change == 0 else BETTER if change < 0 else WORSE)


def test_what_is_good_depends_on_the_measure():
    assert better_of(MEASURES["nprs"], "now") == "lower"
    assert better_of(MEASURES["promis"], "physical_function") == "higher"


def test_activities_stand_in_the_order_they_were_named():
    values = [*taken("psfs", 3, label="sit"), Taken("psfs", "walk", 30, START - DAY), *taken("nprs", 3, label="now")]
    assert activities(values) == ("walk", "sit")


EVERYTHING = ("psfs", "lost_work_days", "global_change")


@pytest.mark.parametrize(
    "visits, each, whole, now, asked",
    [
        ((), None, None, 1, ()),
        ((0,), None, None, 1, EACH_VISIT + EVERYTHING),
        ((0,), 1, 1, 2, ()),
        ((0, 7), 1, 1, 8, EACH_VISIT),
        ((0, 7, 8, 9), 10, 1, 10, ()),
        ((0, 7, 8, 9, 10), 9.5, 1, 11, EACH_VISIT + EVERYTHING),
        ((0, 31), 1, 1, 30.5, ()),  # thirty days alone ask nothing: a visit must have come between
        ((0, 7), 8, 1, 31, EVERYTHING),
        ((5,), None, None, 4, ()),
    ],
)
def test_what_is_asked_when(visits, each, whole, now, asked):
    values = [Taken("nprs", "now", 30, START + each * DAY)] if each is not None else []
    values += [Taken("psfs", "walk", 30, START + whole * DAY)] if whole is not None else []
    assert asked_now(values, [START + day * DAY for day in visits], START + now * DAY) == asked


@pytest.mark.parametrize("tenths, shown", [(Fraction(40, 3), 13), (Fraction(27, 2), 14), (Fraction(-27, 2), -14), (Fraction(0), 0)])
def test_means_are_shown_to_the_tenth_halves_away_from_zero(tenths, shown):
    assert rounded(tenths) == shown
