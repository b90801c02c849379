"""Clearances as rules: what one must say, and that lifting reasons afterwards says what judging the answers anew would."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.screening import catalogue
from booking.screening.rules.clearances import ClearanceDraft, clearable, clearance_faults, needed_codes, outcome_cleared
from booking.screening.rules.outcome import Submission, outcome_to_dict, screen
from providers.services import catalogue as services

TODAY = date(2026, 12, 3)
DAY = timedelta(days=1)
DRAFT = ClearanceDraft("Dr. Dora Doe", "surgeon", None, TODAY - DAY, TODAY + 60 * DAY, ("surgery_recent",), ())
RULES, FORM = catalogue.rules(), catalogue.form()
ASKED = [question.code for question in FORM.questions if question.type == "boolean"]
CODES = clearable(RULES, services.conditions())
CONCERNS = sorted(code for code, one in services.conditions().items() if one.clearance_by_default)


@pytest.mark.parametrize(
    "change, field",
    [
        ({}, None),
        ({"covers": ()}, "covers"),
        ({"covers": ("fever",)}, "covers"),
        ({"covers": ("whiplash",)}, None),
        ({"regions": ("tail",)}, "regions"),
        ({"regions": ("knee_front_l",)}, None),
        ({"signed_on": TODAY}, None),
        ({"signed_on": TODAY + DAY}, "signed_on"),
        ({"expires_on": TODAY}, None),
        ({"signed_on": TODAY - 5 * DAY, "expires_on": TODAY - DAY}, "expires_on"),
        ({"signed_on": TODAY, "expires_on": TODAY + 366 * DAY}, None),
        ({"signed_on": TODAY, "expires_on": TODAY + 367 * DAY}, "expires_on"),
    ],
)
def test_what_a_clearance_must_say(change, field):
    faults = clearance_faults(replace(DRAFT, **change), CODES, catalogue.body_map().names, TODAY)
    assert [fault.field for fault in faults] == ([field] if field else [])


def test_nobody_clears_what_only_time_heals():
    assert (
        CODES & {"fever", "systemic_infection", "cellulitis", "dvt", "chest_pain", "acute_neuro", "sudden_headache", "intoxicated"} == set()
    )
    assert {"aneurysm", "unstable_fracture", "recent_trauma", "pregnancy_high_risk", "pregnancy", "cancer_active"} <= CODES


def judged(yes, concerns, cleared=()):
    sent = Submission(dict.fromkeys(ASKED, False) | dict.fromkeys(yes, True), (), concerns)
    return screen(sent, FORM, RULES, catalogue.body_map(), services.conditions(), today=TODAY, cleared=cleared)


@given(st.sets(st.sampled_from(ASKED)), st.lists(st.sampled_from(CONCERNS), max_size=2), st.sets(st.sampled_from(sorted(RULES) + CONCERNS)))
def test_lifting_afterwards_says_what_judging_anew_would(yes, concerns, cleared):
    kept = outcome_to_dict(judged(yes, concerns))["reasons"]
    assert outcome_cleared(kept, cleared, RULES) == judged(yes, concerns, cleared).outcome


@given(st.sets(st.sampled_from(ASKED)), st.lists(st.sampled_from(CONCERNS), max_size=2))
def test_what_is_needed_is_enough_unless_something_stops_that_nobody_lifts(yes, concerns):
    kept = outcome_to_dict(judged(yes, concerns))["reasons"]
    left = outcome_cleared(kept, needed_codes(kept), RULES)
    never = any(reason["action"] == "block" and not reason["clearance_from"] for reason in kept)
    assert (left == "stop") is never
    assert left != "clearance_needed"
