"""What is carried over from the note before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notes.rules.carrying import CARRIED, carry_over, still_carried
from booking.notes.rules.content import Note, Used

BEFORE = Note(subjective="stiff", plan="weekly", feedback="more pressure", techniques=(Used("a", 5),), minutes=5, pressure=3)


def test_words_fill_what_is_empty_and_what_was_done_that_day_stays_there():
    note, filled = carry_over(BEFORE, Note(plan="every two weeks"))
    assert note == Note(subjective="stiff", plan="every two weeks")
    assert filled == ("subjective",)


@pytest.mark.parametrize(
    "written, confirmed, left",
    [
        ({}, (), ("subjective", "plan")),
        ({}, ("plan",), ("subjective",)),
        ({"subjective": "stiff, less so"}, (), ("plan",)),
        ({"subjective": ""}, ("plan", "assessment"), ()),
        ({"objective": "new"}, (), ("subjective", "plan")),
    ],
)
def test_carried_words_stay_marked_until_changed_or_confirmed(written, confirmed, left):
    kept, filled = carry_over(BEFORE, Note())
    assert filled == ("subjective", "plan")
    assert still_carried(filled, kept, replace(kept, **written), confirmed) == left


TEXTS = st.sampled_from(["", "a", "b"])
NOTES = st.builds(Note, **dict.fromkeys(CARRIED, TEXTS))


@given(NOTES, NOTES)
def test_nothing_written_is_written_over_and_only_what_was_filled_is_marked(before, now):
    note, filled = carry_over(before, now)
    for name in CARRIED:
        mine, theirs = getattr(now, name), getattr(before, name)
        assert getattr(note, name) == (mine or theirs)
        assert (name in filled) == (not mine and theirs != "")
