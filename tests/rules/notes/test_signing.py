"""When a note can be signed, and its mark."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.notes.rules.content import Note, Used, note_to_dict
from booking.notes.rules.signing import Length, Signature, digest_of, length_of, signing_faults

BEGIN = datetime(2027, 1, 14, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTE = Note(subjective="stiff", techniques=(Used("a", 20), Used("b", 30)), minutes=50)
BOOKED = Length(60, None)
SIGNED = Signature("Anna Alder", "account:anna", BEGIN, "salt")


@pytest.mark.parametrize(
    "note, carried, length, fields",
    [
        (NOTE, (), BOOKED, []),
        (replace(NOTE, minutes=None), (), BOOKED, []),
        (Note(), (), BOOKED, ["subjective", "techniques", "minutes"]),
        (Note(subjective="stiff"), (), BOOKED, ["techniques", "minutes"]),
        (NOTE, ("plan", "subjective"), BOOKED, ["plan", "subjective"]),
        (replace(NOTE, adverse=True), (), BOOKED, ["adverse_reaction"]),
        (replace(NOTE, adverse=True, adverse_reaction="dizzy"), (), BOOKED, []),
        (replace(NOTE, adverse=False), (), BOOKED, []),
        (replace(NOTE, minutes=49), (), BOOKED, ["minutes_explained"]),
        (replace(NOTE, minutes=51), (), BOOKED, ["minutes_explained"]),
        (replace(NOTE, minutes=51, minutes_explained="warming hands"), (), BOOKED, []),
        (replace(NOTE, minutes=60, minutes_explained="all of it"), (), BOOKED, []),
        (replace(NOTE, minutes=61, minutes_explained="and more"), (), BOOKED, ["minutes"]),
        (replace(NOTE, minutes=61, minutes_explained="by the clock"), (), Length(60, 61), []),
        (replace(NOTE, minutes=62, minutes_explained="and more"), (), Length(60, 61), ["minutes"]),
        (NOTE, (), Length(60, 50), []),
        (NOTE, (), Length(60, 49), ["minutes_explained"]),
        (replace(NOTE, minutes_explained="check-in was pressed late"), (), Length(60, 0), []),
        (Note(subjective="s", techniques=(Used("a", None), Used("b", None)), minutes=45), (), BOOKED, []),
        (Note(subjective="s", techniques=(Used("a", None), Used("b", 50)), minutes=45), (), BOOKED, ["minutes_explained"]),
        (Note(subjective="s", techniques=(Used("a", None), Used("b", None))), (), BOOKED, ["minutes"]),
        (Note(techniques=(Used("a", None),), minutes=45), (), BOOKED, []),
    ],
)
def test_what_keeps_a_note_from_being_signed(note, carried, length, fields):
    assert [fault.field for fault in signing_faults(note, carried, length)] == fields


@pytest.mark.parametrize(
    "checked_in, checked_out, then",
    [
        (None, None, Length(60, None)),
        (timedelta(0), None, Length(60, None)),
        (timedelta(0), HOUR, Length(60, 60)),
        (timedelta(minutes=5), HOUR, Length(60, 55)),
        (timedelta(0), HOUR + timedelta(seconds=1), Length(60, 61)),
        (timedelta(0), timedelta(0), Length(60, 0)),
    ],
)
def test_how_long_a_visit_was(checked_in, checked_out, then):
    at = [None if one is None else BEGIN + one for one in (checked_in, checked_out)]
    assert length_of(BEGIN, BEGIN + HOUR, *at) == then


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 120), st.integers(1, 90), st.none() | st.integers(0, 120))
def test_minutes_without_a_word_are_the_sum_and_never_more_than_the_visit(each, minutes, booked, clocked):
    """The twin: said plainly."""
    note = Note(subjective="s", techniques=tuple(Used(str(number), one) for number, one in enumerate(each)), minutes=minutes)
    length = Length(booked, clocked)
    plain = minutes == sum(each) and minutes <= (booked if clocked is None else clocked)
    assert (signing_faults(note, (), length) == []) == plain
    told = signing_faults(replace(note, minutes_explained="why"), (), length)
    assert (told == []) == (minutes <= max(booked, clocked or 0))


def test_another_word_hand_time_or_visit_gives_another_mark():
    content = note_to_dict(NOTE)
    marks = {
        digest_of("visit", content, SIGNED),
        digest_of("other", content, SIGNED),
        digest_of("visit", note_to_dict(replace(NOTE, subjective="stiff.")), SIGNED),
        *(digest_of("visit", content, replace(SIGNED, **{name: "x"})) for name in ("name", "actor", "salt")),
        digest_of("visit", content, replace(SIGNED, at=BEGIN + timedelta(microseconds=1))),
    }
    assert len(marks) == 7
    assert digest_of("visit", dict(reversed(content.items())), SIGNED) == digest_of("visit", content, SIGNED)
