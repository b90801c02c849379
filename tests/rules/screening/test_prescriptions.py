"""Prescriptions as rules: what one must say, which days fit, which numbers are free, and when little is left."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.screening.rules.prescriptions import (
    EXPIRED,
    SENTENCES,
    TOO_EARLY,
    PrescriptionDraft,
    draft_faults,
    free_number,
    visit_fault,
    what_is_left,
)

TODAY = date(2026, 12, 3)
DAY = timedelta(days=1)
DRAFT = PrescriptionDraft(
    "Dr. Dora Doe", "1234567893", "Low back pain", "M54.50", "Manual therapy", None, ("lower_back_l",), 12, TODAY, TODAY + 90 * DAY
)


@pytest.mark.parametrize(
    "change, field",
    [
        ({}, None),
        ({"icd10": "M54.50, G44.209"}, None),
        ({"icd10": "S13.4XXA"}, None),
        ({"icd10": "back pain"}, "icd10"),
        ({"icd10": "M54.50 M54.2"}, "icd10"),
        ({"icd10": ""}, "icd10"),
        ({"regions": ("tail",)}, "regions"),
        ({"regions": ()}, None),
        ({"visits_allowed": 0}, "visits_allowed"),
        ({"visits_allowed": 1}, None),
        ({"visits_allowed": 100}, None),
        ({"visits_allowed": 101}, "visits_allowed"),
        ({"issued_on": TODAY + DAY}, "issued_on"),
        ({"expires_on": TODAY}, None),
        ({"expires_on": TODAY - DAY}, "expires_on"),
    ],
)
def test_what_a_prescription_must_say(change, field):
    faults = draft_faults(replace(DRAFT, **change), {"lower_back_l", "lower_back_r"}, TODAY)
    assert [fault.field for fault in faults] == ([field] if field else [])


@pytest.mark.parametrize(
    "days, code, why",
    [
        (-1, TOO_EARLY, "the day before it was written"),
        (0, None, "its first day"),
        (30, None, "its last day"),
        (31, EXPIRED, "a day later"),
    ],
)
def test_which_days_fit(days, code, why):
    found = visit_fault(TODAY + days * DAY, issued_on=TODAY, expires_on=TODAY + 30 * DAY)
    assert found == code, why
    assert code is None or SENTENCES[code]


@pytest.mark.parametrize("used, allowed, number", [((), 1, 1), ({1}, 1, None), ({2, 3}, 4, 1), ({1, 2, 3}, 4, 4), ({1, 2, 3, 4}, 4, None)])
def test_the_lowest_free_number(used, allowed, number):
    assert free_number(used, allowed) == number


@given(st.sets(st.integers(1, 30)), st.integers(1, 30))
def test_a_number_is_given_exactly_when_fewer_are_used_than_allowed(used, allowed):
    number = free_number(used, allowed)
    assert (number is None) == ({*range(1, allowed + 1)} <= used)
    assert number is None or (1 <= number <= allowed and number not in used)


@pytest.mark.parametrize(
    "used, days, visits, left_days, prompt, why",
    [
        (0, 89, 12, 90, False, "much is left"),
        (9, 89, 3, 90, False, "three visits"),
        (10, 89, 2, 90, True, "two visits"),
        (12, 89, 0, 90, True, "none"),
        (0, 14, 12, 15, False, "fifteen days with today"),
        (0, 13, 12, 14, True, "fourteen days with today"),
        (0, 0, 12, 1, True, "the last day"),
        (0, -1, 0, 0, True, "after it nothing is left"),
    ],
)
def test_what_is_left(used, days, visits, left_days, prompt, why):
    left = what_is_left(used, 12, TODAY + days * DAY, TODAY)
    assert (left.visits, left.days, left.prompt) == (visits, left_days, prompt), why
