"""Papers that are kept, and what is brought to a visit."""

from dataclasses import replace
from datetime import date

import pytest

from booking.intake.rules.bag import bag
from booking.intake.rules.files import MOST_BYTES, MOST_FILES, About, about_faults, room_fault
from booking.intake.rules.telling import Home
from tests.rules.intake.test_telling import PLAIN

TODAY = date(2027, 1, 12)


@pytest.mark.parametrize(
    ("about", "fields"),
    [
        (About("imaging", TODAY), []),
        (About("other", date(1950, 1, 1), "x" * 120), []),
        (About("photo", TODAY), ["kind"]),
        (About("imaging", date(2027, 1, 13)), ["taken_on"]),
        (About("imaging", date(1949, 12, 31)), ["taken_on"]),
        (About("imaging", TODAY, "x" * 121), ["title"]),
    ],
)
def test_what_is_said_of_a_paper(about, fields):
    assert [fault.field for fault in about_faults(about, TODAY)] == fields


@pytest.mark.parametrize(
    ("count", "size", "more", "room"),
    [
        (0, 0, 1, True),
        (MOST_FILES - 1, 0, 1, True),
        (MOST_FILES, 0, 1, False),
        (1, MOST_BYTES - 1, 1, True),
        (1, MOST_BYTES - 1, 2, False),
        (1, MOST_BYTES, 1, False),
    ],
)
def test_room_for_one_more(count, size, more, room):
    assert (room_fault(count, size, more) is None) is room


@pytest.mark.parametrize(
    ("intake", "asked", "card_asked", "kinds", "states"),
    [
        (None, "never", "never", (), {"intake": "open", "medicines": "open", "comfort": "open", "imaging": "open", "doctor_notes": "open"}),
        (
            PLAIN,
            None,
            None,
            ("imaging",),
            {"intake": "there", "medicines": "there", "comfort": "there", "imaging": "there", "doctor_notes": "open"},
        ),
        (PLAIN, "old", "changed", ("doctor_note",), {"intake": "again", "comfort": "again", "imaging": "open", "doctor_notes": "there"}),
        (PLAIN, "changed", "old", (), {"intake": "again", "comfort": "again"}),
        (PLAIN, None, None, (), {"clothing": "advice", "water": "advice"}),
    ],
)
def test_what_is_there_already(intake, asked, card_asked, kinds, states):
    found = {item.code: item.state for item in bag(intake, asked, card_asked, kinds, mobile=False)}
    assert {code: found[code] for code in states} == states
    assert "home" not in found


@pytest.mark.parametrize(("home", "state"), [(None, "open"), (Home(), "open"), (Home(pets="a cat"), "there")])
def test_a_home_is_made_ready_only_where_somebody_comes(home, state):
    found = {item.code: item.state for item in bag(replace(PLAIN, home=home), None, None, (), mobile=True)}
    assert found["home"] == state
