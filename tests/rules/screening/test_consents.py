"""Whether a consent still holds, and what it says of sensitive areas."""

from dataclasses import replace

import pytest

from booking.screening import catalogue
from booking.screening.rules.consents import areas_agreed, consent_state, sensitive

TEXT = catalogue.form().consent


@pytest.mark.parametrize(
    ("given", "today", "state"),
    [(None, "1", "missing"), ("1", "1", "current"), ("1", "2", "outdated"), ("2", "1", "outdated"), ("", "1", "outdated")],
)
def test_a_consent_holds_for_the_text_it_was_given_to(given, today, state):
    assert consent_state(given, replace(TEXT, version=today)) == state


def test_the_four_sensitive_areas_are_each_agreed_to_on_their_own_and_none_is_needed():
    codes = [section.code for section in sensitive(TEXT)]
    assert codes == ["area_gluteal", "area_pectoral", "area_abdominal", "area_intraoral"]
    assert not any(section.required for section in sensitive(TEXT))


@pytest.mark.parametrize("given", [[], ["area_abdominal"], ["area_gluteal", "area_intraoral", "reminders_email", "draping"]])
def test_what_was_not_agreed_to_is_left_out(given):
    agreed = areas_agreed(TEXT, given)
    assert [area.code for area in agreed] == [section.code for section in sensitive(TEXT)]
    assert {area.code for area in agreed if area.agreed} == {code for code in given if code.startswith("area_")}
