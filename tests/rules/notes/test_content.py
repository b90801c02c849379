"""What a note may hold: rows that read like sentences, and the way to plain JSON and back."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notes.rules.content import (
    LONGEST_TEXT,
    MOST_TECHNIQUES,
    RESULTS,
    STEPS,
    TEST_SIDES,
    TEXTS,
    MovementTest,
    Note,
    Reading,
    Used,
    note_faults,
    note_from_dict,
    note_to_dict,
    settled,
)
from booking.notes.rules.movements import MOVEMENTS

TECHNIQUES, REGIONS = ("myofascial_release", "trigger_point"), ("neck_back", "shoulder_back_l")
TURNED = Reading("neck", "rotation", "left", 55)


@pytest.mark.parametrize(
    "note, fields",
    [
        (Note(), []),
        (Note(subjective="x" * LONGEST_TEXT), []),
        (Note(subjective="x" * (LONGEST_TEXT + 1)), ["subjective"]),
        (Note(range_of_motion=(TURNED, replace(TURNED, side="right"))), []),
        (Note(range_of_motion=(TURNED, replace(TURNED, degrees=60))), ["range_of_motion"]),
        (Note(range_of_motion=(replace(TURNED, side=None),)), ["range_of_motion[0].side"]),
        (Note(range_of_motion=(Reading("neck", "flexion", None, 50),)), []),
        (Note(range_of_motion=(Reading("neck", "flexion", "left", 50),)), ["range_of_motion[0].side"]),
        (Note(range_of_motion=(Reading("neck", "dorsiflexion", "left", 50),)), ["range_of_motion[0].movement"]),
        (Note(range_of_motion=(replace(TURNED, degrees=110),)), []),
        (Note(range_of_motion=(replace(TURNED, degrees=111),)), ["range_of_motion[0].degrees"]),
        (Note(range_of_motion=(replace(TURNED, degrees=-1),)), ["range_of_motion[0].degrees"]),
        (Note(tests=(MovementTest("Spurling", "left", "positive"),)), []),
        (
            Note(tests=(MovementTest(" ", "middle", "maybe", "x" * 301),)),
            ["tests[0].name", "tests[0].side", "tests[0].result", "tests[0].words"],
        ),
        (Note(techniques=(Used("myofascial_release", 30, REGIONS),)), []),
        (Note(techniques=(Used("magic", 0, ("wing",)),)), ["techniques[0].code", "techniques[0].minutes", "techniques[0].regions"]),
        (Note(techniques=(Used("trigger_point", 5), Used("trigger_point", 6))), ["techniques"]),
        (Note(techniques=tuple(Used("trigger_point", 1) for _ in range(MOST_TECHNIQUES + 1))), ["techniques", "techniques"]),
        (Note(regions=("wing",)), ["regions"]),
        (Note(minutes=0), ["minutes"]),
        (Note(minutes=601), ["minutes"]),
        (Note(pressure=5), []),
        (Note(pressure=6), ["pressure"]),
        (Note(step_minutes={"consultation": 0, "feedback": 600}), []),
        (Note(step_minutes={"sleep": 1}), ["step_minutes"]),
        (Note(step_minutes={"aftercare": 601}), ["step_minutes.aftercare"]),
    ],
)
def test_what_cannot_be_is_named_by_its_field(note, fields):
    assert [fault.field for fault in note_faults(note, TECHNIQUES, REGIONS)] == fields


@pytest.mark.parametrize(
    "techniques, minutes, then",
    [
        ((), None, ((), None)),
        ((Used("a", 20), Used("b", 30)), None, ((Used("a", 20), Used("b", 30)), 50)),
        ((Used("a", None),), 45, ((Used("a", 45),), 45)),
        ((Used("a", 40),), 45, ((Used("a", 40),), 45)),
        ((Used("a", None), Used("b", 30)), None, ((Used("a", None), Used("b", 30)), None)),
        ((Used("a", None), Used("b", None)), 45, ((Used("a", None), Used("b", None)), 45)),
    ],
)
def test_minutes_follow_from_others_only_where_there_is_one_answer(techniques, minutes, then):
    made = settled(Note(techniques=techniques, minutes=minutes))
    assert (made.techniques, made.minutes) == then


def test_regions_of_the_whole_and_of_each_technique_count_once():
    note = Note(regions=("neck_back",), techniques=(Used("a", 1, ("neck_back", "jaw_l")), Used("b", 1, ("jaw_l",))))
    assert note.all_regions == ("neck_back", "jaw_l")


WORDS = st.text(max_size=12)
READINGS = st.builds(Reading, st.sampled_from([one.joint for one in MOVEMENTS.values()]), WORDS, st.none() | WORDS, st.integers(0, 200))
DONE = st.builds(MovementTest, WORDS, st.none() | st.sampled_from(TEST_SIDES), st.sampled_from(RESULTS), WORDS)
USED = st.builds(Used, WORDS, st.none() | st.integers(1, 90), st.lists(WORDS, max_size=3).map(tuple))
NOTES = st.builds(
    Note,
    range_of_motion=st.lists(READINGS, max_size=3).map(tuple),
    tests=st.lists(DONE, max_size=3).map(tuple),
    techniques=st.lists(USED, max_size=3).map(tuple),
    regions=st.lists(WORDS, max_size=3).map(tuple),
    minutes=st.none() | st.integers(1, 90),
    pressure=st.none() | st.integers(1, 5),
    feedback_asked=st.booleans(),
    adverse=st.none() | st.booleans(),
    step_minutes=st.dictionaries(st.sampled_from(STEPS), st.integers(0, 90)),
    **dict.fromkeys(TEXTS, WORDS),
)


@given(NOTES)
def test_a_note_is_the_same_after_it_was_plain_json(note):
    assert note_from_dict(json.loads(json.dumps(note_to_dict(note)))) == note


@given(NOTES)
def test_what_is_settled_once_is_settled(note):
    assert settled(settled(note)) == settled(note)


def test_each_movement_has_one_code_and_a_bound():
    assert len(MOVEMENTS) == 26
    assert all(0 < one.most <= 200 for one in MOVEMENTS.values())
