"""The policy through time, and standing by it, against a second opinion."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.credentials.catalogue import first_policy, kinds
from providers.credentials.rules.policies import table_of, table_to_dict
from providers.credentials.rules.standing import standing_days, standing_on, techniques_in_standing
from tests.support.standing import (
    PROFESSIONS,
    SETTINGS,
    TECHNIQUES,
    Version,
    may_use,
    may_work,
    policies_of,
    random_facts,
    random_versions,
    version_of,
)

DAY = date(2027, 1, 13)
LEVELS = dict(zip(TECHNIQUES, ("none", "required", "insurer_must_cover"), strict=True))
LICENSED = {"license": [{}]}


def test_a_table_is_read_as_it_was_written():
    assert table_of(table_to_dict(kinds()), kinds().version, kinds().effective_from) == kinds()


@pytest.mark.parametrize(
    "begins, day, number",
    [
        ([], DAY, 1),
        ([DAY], DAY - timedelta(days=1), 1),
        ([DAY], DAY, 2),
        ([DAY + timedelta(days=9), DAY], DAY, 3),
        ([DAY + timedelta(days=9), DAY], DAY + timedelta(days=9), 3),
        ([DAY, DAY + timedelta(days=9)], DAY + timedelta(days=8), 2),
        ([DAY, DAY + timedelta(days=9)], DAY + timedelta(days=9), 3),
        ([DAY, DAY], DAY, 3),
        ([], date(1999, 1, 1), 1),
    ],
)
def test_the_highest_version_that_has_begun_holds(begins, day, number):
    versions = [Version(at + 2, first, LICENSED) for at, first in enumerate(begins)]
    assert policies_of([Version(1, date(2020, 1, 1)), *versions]).on(day).version == number


def test_a_requirement_for_a_setting_closes_the_setting_and_not_the_person():
    versions = [Version(1, date(2020, 1, 1)), Version(2, DAY, {"background_check": [{"settings": ["home", "hotel"]}]})]
    policies = policies_of(versions)
    assert standing_on(DAY, [], policies, {}).bookable
    assert standing_on(DAY, [], policies, {}, "clinic").bookable
    assert [one.code for one in standing_on(DAY, [], policies, {}, "home").missing] == ["background_check"]
    assert policies.settings == {"home", "hotel"}
    assert (policies.own_setting("home"), policies.own_setting("clinic")) == ("home", None)
    assert first_policy().settings == frozenset()


def test_a_requirement_for_a_technique_closes_the_technique_and_says_what_it_needs():
    policies = policies_of([Version(1, date(2020, 1, 1)), Version(2, DAY, {"background_check": [{"techniques": ["trigger_point"]}]})])
    found = standing_on(DAY, [], policies, {"trigger_point": "none", "swedish_clinical": "none"})
    assert (found.bookable, found.techniques) == (True, ("swedish_clinical",))
    assert [(one.code, one.sentence) for one in found.barred] == [
        ("background_check:trigger_point", "This technique needs a verified background check.")
    ]


@given(st.integers(0, 2**32))
def test_standing_agrees_with_a_second_opinion_on_every_day(seed):
    random = Random(seed)
    facts, versions = random_facts(random, DAY), random_versions(random, DAY)
    policies, profession = policies_of(versions), random.choice(PROFESSIONS)
    first, last = DAY - timedelta(days=8), DAY + timedelta(days=12)
    for setting in SETTINGS:
        spans = standing_days(facts, "listed", policies, first, last, setting=setting, profession=profession)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            expected = may_work(day, setting, profession, facts, versions)
            assert policies.on(day).version == version_of(day, versions).number
            assert standing_on(day, facts, policies, LEVELS, setting, profession).bookable is expected
            assert any(begin <= day < end for begin, end in spans) is expected
            usable = {code for code, level in LEVELS.items() if may_use(day, setting, profession, code, level, facts, versions)}
            assert set(techniques_in_standing(day, facts, LEVELS, policies, setting, profession)) == usable
