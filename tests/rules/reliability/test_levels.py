"""What follows from a record: thresholds with a twin, one step at a time, and lifting."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.reliability.catalogue import figures_on
from booking.reliability.rules.levels import LEVEL_WORDS, Record, Standing, acting_limit, check_lift, next_level, sum_up
from booking.reliability.rules.lines import Line
from booking.reliability.rules.policies import LEVELS
from marketplace.kernel.errors import Refused

NOW = datetime(2027, 6, 1, 17, 0, tzinfo=UTC)
TODAY = date(2027, 6, 1)
FIGURES = figures_on(TODAY)
HOUR = timedelta(hours=1)


def lines(*points: int) -> list[Line]:
    return [Line("cancelled", NOW, TODAY, "v", "R", "cancelled", one, TODAY) for one in points]


@pytest.mark.parametrize(
    ("points", "kept", "level"),
    [
        ([], 0, "clear"),
        ([0, 0, 0], 0, "clear"),
        ([1, 1], 10, "clear"),
        ([1, 1, 1], 10, "warned"),
        ([2, 1], 38, "warned"),
        ([2, 1], 39, "clear"),
        ([1] * 5, 45, "requests_only"),
        ([1] * 5, 46, "warned"),
        ([2] * 4, 22, "resting"),
        ([2] * 4, 23, "requests_only"),
        ([2] * 4, 500, "clear"),
    ],
)
def test_points_and_share_must_both_be_reached(points, kept, level):
    assert sum_up(lines(*points), kept, FIGURES).level == level


@given(st.lists(st.integers(0, 2), max_size=20), st.integers(0, 150))
def test_the_level_is_that_of_a_twin_that_tries_each(points, kept):
    counting = [one for one in points if one]
    expected = "clear"
    for level, least, share in (("warned", 3, 0.05), ("requests_only", 5, 0.10), ("resting", 8, 0.15)):
        if sum(counting) >= least and len(counting) >= share * (len(counting) + kept) - 1e-9:
            expected = level
    assert sum_up(lines(*points), kept, FIGURES).level == expected


def record(level: str) -> Record:
    return Record(9, 9, 9, level)


@pytest.mark.parametrize(
    ("here", "there", "newest", "lifted", "after"),
    [
        ("clear", "clear", None, False, "clear"),
        ("clear", "resting", NOW - 9 * HOUR, False, "warned"),
        ("clear", "warned", NOW, True, "clear"),
        ("warned", "resting", NOW - HOUR, False, "warned"),
        ("warned", "resting", NOW, False, "warned"),
        ("warned", "resting", NOW + HOUR, False, "requests_only"),
        ("warned", "resting", NOW + HOUR, True, "warned"),
        ("requests_only", "resting", NOW - HOUR, False, "requests_only"),
        ("requests_only", "resting", NOW + HOUR, False, "resting"),
        ("resting", "requests_only", NOW + HOUR, False, "requests_only"),
        ("resting", "warned", NOW + HOUR, True, "warned"),
        ("resting", "clear", None, False, "clear"),
    ],
)
def test_up_by_one_for_what_is_new_and_down_at_once(here, there, newest, lifted, after):
    assert next_level(Standing(here, NOW), record(there), newest, lifted=lifted) == after


def test_who_was_clear_before_is_warned_again_first():
    assert next_level(Standing("clear", NOW), record("resting"), NOW - HOUR, lifted=False) == "warned"
    assert next_level(Standing(), record("resting"), NOW, lifted=False) == "warned"


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.booleans(), st.booleans())
def test_nobody_ever_skips_a_level_upward_or_rises_above_their_record(here, there, new, lifted):
    after = next_level(Standing(here, NOW), record(there), NOW + HOUR if new else NOW - HOUR, lifted=lifted)
    assert LEVELS.index(after) <= LEVELS.index(here) + 1
    assert LEVELS.index(after) <= max(LEVELS.index(there), 0)
    assert not (lifted and LEVELS.index(after) > LEVELS.index(here))


@pytest.mark.parametrize(
    ("level", "lifted", "limit"),
    [
        ("clear", False, None),
        ("warned", False, None),
        ("requests_only", False, "requests_only"),
        ("resting", False, "resting"),
        ("resting", True, None),
    ],
)
def test_a_warning_limits_nothing_and_a_lift_all(level, lifted, limit):
    assert acting_limit(level, lifted=lifted) == limit
    assert LEVEL_WORDS[level]


@pytest.mark.parametrize(
    ("reason", "days", "field"),
    [("", 1, "reason"), ("  ", 1, "reason"), ("A flood.", -1, "until_on"), ("A flood.", 91, "until_on")],
)
def test_a_lift_needs_a_reason_and_a_day_that_is_near(reason, days, field):
    with pytest.raises(Refused) as refusal:
        check_lift(reason, TODAY + timedelta(days=days), TODAY)
    assert [fault.field for fault in refusal.value.faults] == [field]


@pytest.mark.parametrize("days", [0, 90])
def test_the_first_and_the_last_day_are_days_too(days):
    check_lift("A flood.", TODAY + timedelta(days=days), TODAY)
