"""What a scale takes and refuses."""

import pytest

from booking.outcomes.rules.measures import MEASURES, MOTIONS, label_faults, number, tidy_label, value_faults


@pytest.mark.parametrize(
    "code, tenths, fine",
    [
        ("nprs", 0, True),
        ("nprs", 100, True),
        ("nprs", 110, False),
        ("nprs", -10, False),
        ("nprs", 55, False),
        ("psfs", 70, True),
        ("medicine_days", 70, True),
        ("medicine_days", 80, False),
        ("global_change", -30, True),
        ("global_change", 40, False),
        ("rom", 1800, True),
        ("rom", 2010, False),
        ("rmdq", 240, True),
        ("rmdq", 250, False),
        ("peg", 63, True),
        ("promis", 545, True),
        ("promis", 199, False),
        ("odi", 1000, True),
        ("ndi", 1010, False),
    ],
)
def test_a_value_is_on_its_scale_or_refused(code, tenths, fine):
    assert (value_faults(MEASURES[code], tenths) == []) is fine


@pytest.mark.parametrize(
    "code, label, fine",
    [
        ("nprs", None, True),
        ("nprs", "worst", True),
        ("nprs", "yesterday", False),
        ("psfs", "carry my daughter upstairs", True),
        ("psfs", "   ", False),
        ("psfs", None, False),
        ("psfs", "x" * 81, False),
        ("stiffness", None, True),
        ("stiffness", "neck", False),
        ("rom", "neck_rotation_l", True),
        ("rom", "neck", False),
        ("rom", None, False),
        ("promis", "physical_function", True),
        ("promis", None, False),
        ("odi", "back", False),
    ],
)
def test_a_label_belongs_to_its_measure_or_is_refused(code, label, fine):
    assert (label_faults(MEASURES[code], label) == []) is fine


def test_pain_without_a_label_is_pain_now_and_an_activity_loses_its_spaces():
    assert tidy_label(MEASURES["nprs"], None) == "now"
    assert tidy_label(MEASURES["psfs"], "  sit \n  an hour ") == "sit an hour"
    assert tidy_label(MEASURES["stiffness"], "") is None


def test_only_totals_are_taken_of_instruments_that_others_own():
    for code in ("odi", "ndi", "rmdq", "peg", "promis"):
        assert MEASURES[code].question == ""
        assert not MEASURES[code].by_client


def test_every_scale_is_made_of_its_steps_and_says_where_it_comes_from():
    for measure in MEASURES.values():
        assert measure.low < measure.high
        assert (measure.high - measure.low) % measure.step == 0
        assert measure.source
    assert all(low <= high for low, high in (motion.usual for motion in MOTIONS))


def test_programs_read_whole_numbers_where_they_are_whole():
    assert (number(70), number(63), number(-30)) == (7, 6.3, -3)
    assert isinstance(number(70), int)
