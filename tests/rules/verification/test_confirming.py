"""Levels of a collaboration, links and answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.credentials.rules.collaboration import LEVELS, a_year_on, level_on, reminder_due, title_of
from providers.verification.rules.confirming import LIFE, Reply, is_the_one_named, reply_faults, state_of

DAY = date(2027, 1, 12)
NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
YES = Reply("yes", "Mei Ostrander", "Physician", "1234567893", accepted=True)


@pytest.mark.parametrize(
    ("in_force", "level", "reconfirm_on", "expected"),
    [
        (False, None, None, "declared"),
        (False, "confirmed", DAY + timedelta(days=9), "declared"),
        (True, None, None, "attested"),
        (True, "attested", None, "attested"),
        (True, "confirmed", DAY + timedelta(days=1), "confirmed"),
        (True, "confirmed", DAY, "attested"),
        (True, "confirmed", None, "attested"),
    ],
)
def test_a_level_is_of_a_day(in_force, level, reconfirm_on, expected):
    assert level_on(DAY, in_force=in_force, level=level, reconfirm_on=reconfirm_on) == expected


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 500))
def test_a_confirmation_holds_a_year_and_no_day_longer(confirmed_on, later):
    day, again = confirmed_on + timedelta(days=later), a_year_on(confirmed_on)
    assert 365 <= (again - confirmed_on).days <= 366
    expected = "confirmed" if day < again else "attested"
    assert level_on(day, in_force=True, level="confirmed", reconfirm_on=again) == expected
    assert expected in LEVELS


@given(st.integers(-5, 60))
def test_reminders_are_30_and_7_days_ahead(left):
    due = reminder_due(DAY, DAY + timedelta(days=left))
    assert due == (7 if 0 < left <= 7 else 30 if 7 < left <= 30 else None)


@pytest.mark.parametrize(
    ("profession", "title"), [("physician", "MD"), ("Physical Therapist", "PT"), ("chiropractor", "DC"), ("healer", ""), (None, "")]
)
def test_letters_of_a_profession(profession, title):
    assert title_of(profession) == title


def test_a_link_lives_fourteen_days_to_the_second():
    words = {"expires_at": NOW + LIFE, "answered_at": None, "withdrawn_at": None}
    assert state_of(NOW + LIFE - timedelta(seconds=1), **words) == "waiting"
    assert state_of(NOW + LIFE, **words) == "expired"
    assert state_of(NOW + timedelta(days=400), **{**words, "answered_at": NOW}) == "answered"
    assert state_of(NOW, **{**words, "answered_at": NOW, "withdrawn_at": NOW}) == "withdrawn"


def changed(**change):
    return Reply(**{**YES.__dict__, **change})


@pytest.mark.parametrize(
    ("reply", "purpose", "fields"),
    [
        (YES, "collaboration", []),
        (changed(accepted=False), "collaboration", ["accepted"]),
        (changed(npi="1234567890"), "collaboration", ["npi"]),
        (changed(npi="9941339100"), "collaboration", ["npi"]),
        (changed(npi=""), "collaboration", ["npi"]),
        (changed(npi=""), "insurance", []),
        (changed(name="Mei"), "collaboration", ["name"]),
        (changed(answer="no", npi="", accepted=False), "collaboration", []),
        (changed(answer="no", name="x", npi=""), "insurance", ["name"]),
    ],
)
def test_what_an_answer_needs(reply, purpose, fields):
    assert [fault.field for fault in reply_faults(reply, purpose)] == fields


@pytest.mark.parametrize(
    ("name", "npi", "same"),
    [("Dr. Mei Ostrander", "1234567893", True), ("Dr. Mei Ostrander", None, True), ("M. Ostrander, MD", "1234567893", True),
     ("Dr. Mei Ostrander", "1881018208", False), ("Dr. Ann Other", "1234567893", False), ("", None, False)],
)  # fmt: skip
def test_who_answers_must_be_who_was_named(name, npi, same):
    assert is_the_one_named(YES, name, npi) is same
