"""How old somebody is, as rows and against counting days; and whether a guardian has to agree."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.guardians import catalogue
from booking.guardians.rules import (
    Naming,
    age_on,
    answer_fault,
    birth_date_fault,
    birthday,
    day_of,
    grew_up_between,
    is_minor,
    naming_faults,
    restating_fault,
    standing,
)
from booking.screening import catalogue as screening
from booking.screening.rules.consents import sensitive
from providers.minors.rules import GROWN, policy_words, treats

HOUSE = catalogue.house()
BORN = date(2009, 1, 20)
TODAY = date(2027, 1, 12)


@pytest.mark.parametrize(
    ("born_on", "day", "age", "minor"),
    [
        (date(2009, 1, 20), date(2027, 1, 19), 17, True),
        (date(2009, 1, 20), date(2027, 1, 20), 18, False),  # the birthday itself is adult
        (date(2009, 1, 20), date(2027, 1, 21), 18, False),
        (date(2008, 2, 29), date(2026, 2, 28), 17, True),  # a common year has no 29 February: 1 March
        (date(2008, 2, 29), date(2026, 3, 1), 18, False),
        (date(2008, 2, 29), date(2024, 2, 28), 15, True),
        (date(2008, 2, 29), date(2024, 2, 29), 16, True),
        (date(2008, 3, 1), date(2026, 2, 28), 17, True),
        (date(2008, 2, 28), date(2026, 2, 28), 18, False),
        (date(2008, 12, 31), date(2027, 1, 1), 18, False),
        (date(2027, 1, 12), date(2027, 1, 12), 0, True),
    ],
)
def test_an_age_counts_birthdays(born_on, day, age, minor):
    assert (age_on(born_on, day), is_minor(born_on, day, HOUSE.age_limit)) == (age, minor)


def counted(born_on: date, day: date) -> int:
    """Every day is looked at: a year is lived when the calendar shows the day of birth again, or the day after where it has none."""
    years, at = -1, born_on
    leap = (born_on.month, born_on.day) == (2, 29)
    while at <= day:
        shows = (at.month, at.day) == (born_on.month, born_on.day)
        common = leap and (at.month, at.day) == (3, 1) and (at - timedelta(days=1)).day == 28
        years += shows or common
        at += timedelta(days=1)
    return years


@given(st.dates(date(1995, 1, 1), date(2027, 12, 31)), st.integers(0, 9_000))
def test_the_age_is_what_counting_days_gives(born_on, lived):
    day = born_on + timedelta(days=lived)
    assert age_on(born_on, day) == counted(born_on, day)
    assert is_minor(born_on, day, 18) == (counted(born_on, day) < 18)


@given(st.dates(date(1995, 1, 1), date(2027, 12, 31)), st.integers(0, 60))
def test_a_birthday_is_the_first_day_of_its_age(born_on, years):
    day = birthday(born_on, years)
    assert (age_on(born_on, day), age_on(born_on, day - timedelta(days=1))) == (years, years - 1)


@pytest.mark.parametrize("born_on", [date(2008, 2, 29), date(2008, 2, 28), date(2008, 3, 1), date(2000, 2, 29), date(1999, 12, 31)])
def test_days_around_a_leap_day_for_forty_years(born_on):
    for lived in range(0, 40 * 366, 7):
        day = born_on + timedelta(days=lived)
        assert age_on(born_on, day) == (day.year - born_on.year) - ((day.month, day.day) < (born_on.month, born_on.day))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2027, 1, 20, 4, 59, tzinfo=UTC), date(2027, 1, 19)),  # one minute to midnight in New York
        (datetime(2027, 1, 20, 5, 0, tzinfo=UTC), date(2027, 1, 20)),
        (datetime(2027, 7, 20, 3, 59, tzinfo=UTC), date(2027, 7, 19)),
    ],
)
def test_the_day_is_new_yorks(instant, day):
    assert day_of(instant) == day


@pytest.mark.parametrize(
    ("born_on", "day", "agreed", "asked", "state", "is_open"),
    [
        (None, TODAY, None, False, "not_needed", True),
        (BORN, date(2027, 1, 20), None, False, "not_needed", True),
        (BORN, date(2027, 1, 19), None, False, "missing", False),
        (BORN, date(2027, 1, 19), None, True, "waiting", False),
        (BORN, date(2027, 1, 19), "0", False, "outdated", False),
        (BORN, date(2027, 1, 19), "0", True, "waiting", False),
        (BORN, date(2027, 1, 19), HOUSE.text.version, False, "agreed", True),
        (BORN, date(2027, 1, 19), HOUSE.text.version, True, "agreed", True),
        (BORN, date(2027, 1, 20), HOUSE.text.version, False, "not_needed", True),
    ],
)
def test_how_it_stands(born_on, day, agreed, asked, state, is_open):
    found = standing(born_on, day, HOUSE, agreed, asked=asked)
    assert (found.state, found.open, found.needed) == (state, is_open, state != "not_needed")


@pytest.mark.parametrize(
    ("kept", "stated", "fixed"),
    [
        (None, date(2011, 6, 1), False),
        (date(2011, 6, 1), date(1990, 6, 1), True),  # nobody under 18 makes themselves an adult
        (date(2011, 6, 1), date(2010, 6, 1), True),
        (date(2011, 6, 1), date(2012, 6, 1), False),
        (date(1990, 6, 1), date(1980, 6, 1), False),
        (date(1990, 6, 1), date(2012, 6, 1), False),
    ],
)
def test_a_birth_date_under_18_is_not_made_earlier(kept, stated, fixed):
    assert (restating_fault(kept, stated, TODAY, 18) is not None) == fixed


@pytest.mark.parametrize(
    ("since", "day", "grew"),
    [
        (date(2027, 1, 19), date(2027, 1, 20), True),
        (date(2027, 1, 12), date(2027, 1, 19), False),
        (date(2027, 1, 20), date(2027, 1, 25), False),
    ],
)
def test_growing_up_is_the_birthday_in_between(since, day, grew):
    assert grew_up_between(BORN, since, day, 18) == grew


@pytest.mark.parametrize(
    ("born_on", "wrong"), [(TODAY, False), (date(2027, 1, 13), True), (date(1907, 1, 1), False), (date(1906, 1, 1), True)]
)
def test_a_birth_date_is_in_the_past_and_within_a_life(born_on, wrong):
    assert (birth_date_fault(born_on, TODAY) is not None) == wrong


NAMED = {"name": "Greta", "relation": "parent", "phone": "2125550123", "email": "", "by_booker": True, "version": "1", "accepted": True}


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        ({}, []),
        ({"name": ""}, ["name"]),
        ({"relation": "friend"}, ["relation"]),
        ({"phone": ""}, ["phone"]),
        ({"phone": "", "email": "g@x.test"}, []),
        ({"accepted": False}, ["accepted"]),
        ({"version": "0"}, ["accepted"]),
        ({"by_booker": False}, ["email"]),
        ({"by_booker": False, "email": "g@x.test", "accepted": False}, []),
    ],
)
def test_what_naming_a_guardian_needs(other, fields):
    assert [fault.field for fault in naming_faults(Naming(**{**NAMED, **other}), HOUSE)] == fields


@pytest.mark.parametrize(("version", "agrees", "fine"), [("1", True, True), ("0", True, False), ("0", False, True), ("", True, False)])
def test_a_yes_is_to_the_text_of_today_and_a_no_always_counts(version, agrees, fine):
    assert (answer_fault(version, HOUSE, agrees=agrees) is None) == fine


@pytest.mark.parametrize(
    ("youngest", "age", "treated"),
    [(None, 17, False), (None, 18, True), (14, 13, False), (14, 14, True), (0, 0, True), (17, 40, True)],
)
def test_whom_a_therapist_treats(youngest, age, treated):
    assert treats(youngest, age) == treated


def test_the_policy_in_words():
    assert policy_words(None) == "Treats adults alone, from 18 on."
    assert policy_words(14).startswith("Treats young people from 14 on")
    assert policy_words(0).startswith("Treats children and young people of any age")


def test_the_data_say_the_same_as_the_rule_of_the_health_questions():
    parameters = screening.rules()["minor"].parameters
    assert HOUSE.age_limit == GROWN == parameters["age_limit"]
    assert parameters["guardian_consent"] is True
    assert parameters["guardian_present"] is True
    assert "in_the_room" in dict(HOUSE.text.sections)


def test_no_sensitive_area_is_for_minors():
    assert HOUSE.sensitive_areas == ()
    assert {one.code for one in sensitive(screening.form().consent)} >= {"area_gluteal", "area_intraoral"}
