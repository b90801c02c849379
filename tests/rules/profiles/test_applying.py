"""What an application still lacks, and where it goes on."""

from hypothesis import given
from hypothesis import strategies as st

from providers.profiles.rules import APPLY_STEPS, Gap, first_step, todos_of

CODES = ["headline", "about", "phone", "languages", "settings", "services", "hours", "place", "area", "license", "liability_insurance"]


def todos(*codes, legal_name=True, attested=True, uncertified=(), closing=None):
    gaps = [Gap(code, f"{code}!") for code in codes]
    return todos_of(gaps, legal_name=legal_name, attested=attested, uncertified=uncertified, closing=closing or {})


def test_nothing_missing_leads_to_the_last_screen():
    assert todos() == ()
    assert first_step(todos()) == "review"


def test_each_thing_names_its_screen_in_the_order_of_screens():
    found = todos("hours", "liability_insurance", "phone", attested=False, legal_name=False)
    assert [one.step for one in found] == ["you", "you", "insurance", "practice", "attest"]
    assert first_step(found) == "you"


def test_a_kind_that_a_later_policy_requires_is_on_the_optional_screen():
    assert first_step(todos("background_check")) == "more"


def test_a_missing_certificate_is_said_and_holds_nobody_up():
    (one,) = todos(uncertified=["Prenatal massage"])
    assert (one.step, one.needed) == ("techniques", False)
    assert "Prenatal massage" in one.detail
    assert first_step((one,)) == "review"


def test_what_closes_a_setting_is_said_and_holds_nobody_up():
    (one,) = todos(closing={"background_check": "Background check: needed for home visits."})
    assert (one.step, one.needed, one.detail) == ("more", False, "Background check: needed for home visits.")
    assert first_step((one,)) == "review"


@given(st.lists(st.sampled_from(CODES), unique=True), st.booleans(), st.booleans(), st.lists(st.text(min_size=1), max_size=3))
def test_nothing_is_lost_and_the_first_step_is_the_first_needed_one(codes, legal_name, attested, uncertified):
    found = todos(*codes, legal_name=legal_name, attested=attested, uncertified=uncertified)
    assert len(found) == len(codes) + (not legal_name) + (not attested) + len(uncertified)
    steps = [APPLY_STEPS.index(one.step) for one in found]
    assert steps == sorted(steps)
    needed = [one.step for one in found if one.needed]
    assert first_step(found) == (needed[0] if needed else "review")
