"""What may stand in an intake, and how it is kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.intake.rules.telling import (
    HOME_TEXTS,
    LINE,
    LONG,
    MOST_ROWS,
    TEXTS,
    Emergency,
    Home,
    Intake,
    Medicine,
    Surgery,
    blood_thinners,
    intake_faults,
    intake_from_dict,
    intake_to_dict,
)

PLAIN = Intake(goals=("lift my son",))
ANNA = Emergency("Anna Alder", "+12125550123")


@pytest.mark.parametrize(
    "intake",
    [
        PLAIN,
        replace(PLAIN, goals=("a", "b", "c")),
        replace(PLAIN, surgeries=(Surgery("appendix"), Surgery("knee", 1900), Surgery("hip", 2027))),
        replace(PLAIN, medicines=(Medicine("ibuprofen"),) * MOST_ROWS),
        replace(PLAIN, emergency=ANNA, home=Home(space="in the parlor"), history="x" * LONG),
    ],
)
def test_these_may_stay_as_they_are(intake):
    assert intake_faults(intake, 2027) == []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"goals": ()}, ["goals"]),
        ({"goals": ("a", "b", "c", "d")}, ["goals"]),
        ({"goals": ("a", "  ")}, ["goals"]),
        ({"goals": ("x" * (LINE + 1),)}, ["goals"]),
        ({"history": "x" * (LONG + 1)}, ["history"]),
        ({"pronouns": "x" * 41}, ["pronouns"]),
        ({"medicines": (Medicine("a"), Medicine(" ", "1 a day"))}, ["medicines[1].name"]),
        ({"medicines": (Medicine("a", "x" * (LINE + 1)),)}, ["medicines[0].dose"]),
        ({"medicines": (Medicine("a"),) * (MOST_ROWS + 1)}, ["medicines"]),
        ({"surgeries": (Surgery("", 2001),)}, ["surgeries[0].what"]),
        ({"surgeries": (Surgery("knee", 1899),)}, ["surgeries[0].year"]),
        ({"surgeries": (Surgery("knee", 2028),)}, ["surgeries[0].year"]),
        ({"emergency": replace(ANNA, name="")}, ["emergency.name"]),
        ({"emergency": replace(ANNA, phone="")}, ["emergency.phone"]),
        ({"home": Home(pets="x" * (LONG + 1))}, ["home.pets"]),
    ],
)
def test_each_fault_is_named_by_its_field(change, fields):
    assert [fault.field for fault in intake_faults(replace(PLAIN, **change), 2027)] == fields


@pytest.mark.parametrize(
    ("name", "thins"),
    [
        ("Eliquis", True),
        ("baby ASPIRIN, 81 mg", True),
        ("warfarin (Coumadin)", True),
        ("apixaban", True),
        ("ibuprofen", False),
        ("heparinoid cream", False),
        ("", False),
    ],
)
def test_names_of_blood_thinners_are_known_however_they_are_written(name, thins):
    assert blood_thinners((Medicine("vitamin D"), Medicine(name))) == ((name,) if thins else ())


words = st.text(max_size=8)
intakes = st.builds(
    Intake,
    goals=st.lists(words, max_size=3).map(tuple),
    **dict.fromkeys(TEXTS, words),
    medicines=st.lists(st.builds(Medicine, words, words, words), max_size=3).map(tuple),
    surgeries=st.lists(st.builds(Surgery, words, st.none() | st.integers(1900, 2030)), max_size=3).map(tuple),
    emergency=st.none() | st.builds(Emergency, words, words, words),
    home=st.none() | st.builds(Home, **dict.fromkeys(HOME_TEXTS, words)),
)


@given(intakes)
def test_what_is_kept_is_what_was_told(intake):
    assert intake_from_dict(intake_to_dict(intake)) == intake


def test_a_text_that_was_not_asked_for_earlier_is_empty():
    kept = {"goals": ["run"], "medicines": [], "surgeries": [], "emergency": None, "home": None}
    assert intake_from_dict(kept) == Intake(goals=("run",))
