"""What closes some settings alone, in words and against a second opinion."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.credentials.rules.settings import ORDER, closing, missing_there, needed_for
from providers.credentials.rules.standing import CredentialFact
from tests.support.standing import FIRST, PROFESSIONS, Version, may_work, policies_of, random_facts, random_versions

DAY = date(2027, 1, 13)
FIRST_OF_ALL = Version(1, date(2020, 1, 1))


def policies(begins=DAY, **requires):
    return policies_of([FIRST_OF_ALL, Version(2, begins, requires)])


def check(status="verified", **facts):
    return CredentialFact("background_check", status, **facts)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["home"], "needed for home visits"),
        (["home", "hotel"], "needed for home and hotel visits"),
        (["home", "office", "hotel"], "needed for home, office and hotel visits"),
    ],
)
def test_where_it_is_needed_in_words(settings, words):
    assert needed_for(settings) == words


@pytest.mark.parametrize(
    ("facts", "sentence", "with_us"),
    [
        ([], "Your background check is missing. It is needed for home and hotel visits.", False),
        ([check("submitted")], "Your background check is still to be checked. It is needed for home and hotel visits.", True),
        ([check("suspended")], "Your background check is suspended or revoked. It is needed for home and hotel visits.", False),
        ([check(valid_until=DAY - timedelta(days=1))], "Your background check is not in force on 2027-01-13. It is needed for home and hotel visits.", False),
    ],
)  # fmt: skip
def test_each_has_its_sentence(facts, sentence, with_us):
    (one,) = missing_there(DAY, facts, policies(background_check=[{"settings": ["hotel", "home"]}]))
    assert (one.code, one.settings, one.sentence, one.with_us) == ("background_check", ("home", "hotel"), sentence, with_us)
    assert one.concerns(["clinic", "home"])
    assert not one.concerns(["clinic"])
    assert not one.concerns([])


def test_a_name_of_capitals_keeps_them():
    (one,) = missing_there(DAY, [], policies(npi=[{"settings": ["home"]}]))
    assert one.sentence == "Your NPI number is missing. It is needed for home visits."


def test_nothing_where_it_is_in_force_asked_of_others_or_not_yet_asked():
    asked = policies(background_check=[{"settings": ["home"]}])
    assert missing_there(DAY, [check()], asked) == ()
    assert missing_there(DAY - timedelta(days=1), [], asked) == ()
    of_pts = policies(background_check=[{"settings": ["home"], "professions": ["pt"]}])
    assert missing_there(DAY, [], of_pts, "lmt") == ()
    assert len(missing_there(DAY, [], of_pts, "pt")) == 1


def test_what_is_missing_everywhere_is_not_said_again_for_a_setting():
    asked = policies(license=[{}], background_check=[{}, {"settings": ["home"]}])
    assert missing_there(DAY, [], asked) == ()
    assert closing(asked.on(DAY)) == {}


@given(st.integers(0, 10**9))
def test_it_names_the_settings_in_which_visits_are_refused_though_others_are_not(seed):
    random = Random(seed)
    facts, versions, profession = random_facts(random, DAY), random_versions(random, DAY), random.choice(PROFESSIONS)
    found = missing_there(DAY, facts, policies_of(versions), profession)
    closed = {setting for one in found for setting in one.settings}
    # No version names an office, so there is asked what is asked everywhere.
    if may_work(DAY, "office", profession, facts, versions):
        assert closed == {setting for setting in ORDER if not may_work(DAY, setting, profession, facts, versions)}
    assert all(set(one.settings) <= set(closing(policies_of(versions).on(DAY), profession)[one.code]) for one in found)


def test_the_first_policy_closes_no_setting_by_itself():
    assert closing(policies_of([FIRST]).on(DAY)) == {}
