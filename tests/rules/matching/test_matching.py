"""What goes with what: every pair is there, each with its reason; the gentler choice; what comes first; no word promises anything."""

import re

import pytest

from booking.matching.catalogue import tables, version
from booking.matching.rules import BASIS, NO_RESEARCH, Need, match, takes_certificate
from providers.services import catalogue
from tests.rules.services.test_matching import PROMISES

T = tables()
# The pairs that the guides' own tables name, as people would say them.
NAMED = {
    "lower back pain": {"myofascial_release"},
    "neck pain": {"myofascial_release"},
    "shoulder pain": {"trigger_point"},
    "tension headache": {"trigger_point"},
    "repetitive strain": {"deep_tissue"},
    "a pinched nerve": {"neuromuscular"},
    "a stiff joint": {"neuromuscular"},
    "a sports injury past the first days": {"neuromuscular"},
    "care after surgery": {"scar_mobilization"},
    "a healed scar": {"myofascial_release", "scar_mobilization"},
    "muscle spasm or tightness": {"deep_tissue", "trigger_point"},
}
PAIRS = [(condition, technique, strength) for condition, ties in T.strengths.items() for technique, strength in ties.items()]


def said(found):
    """Every sentence of an answer."""
    every = (*found.matches, *found.besides)
    reasons = [words for one in every for tie in one.ties for words in (tie.words, tie.basis)]
    return [
        *reasons,
        *(words for one in every for words in one.first),
        *found.first,
        *(study.words for study in found.studies),
        found.gentler or "",
    ]


def test_all_88_pairs_come_when_nothing_is_chosen():
    found = match(Need(), T).matches
    assert {(one.condition, one.technique) for one in found} == {(condition, technique) for condition, technique, _ in PAIRS}
    assert len(found) == len(PAIRS) == 88


@pytest.mark.parametrize("condition, technique, strength", PAIRS)
def test_each_pair_is_found_from_both_sides_with_its_reason(condition, technique, strength):
    by_condition = next(one for one in match(Need(condition=condition), T).matches if one.technique == technique)
    by_technique = next(one for one in match(Need(technique=technique), T).matches if one.condition == condition)
    alone = match(Need(condition=condition, technique=technique), T).matches
    assert by_condition.ties == by_technique.ties == alone[0].ties
    assert len(alone) == 1
    tie = by_condition.ties[0]
    assert (tie.to, tie.strength, tie.basis) == ("condition", strength, BASIS[strength])
    assert tie.words.startswith(f"{T.techniques[technique].name} is ")
    assert T.conditions[condition].phrase in tie.words


@pytest.mark.parametrize("phrase, techniques", NAMED.items())
def test_the_pairs_of_the_guides_tables_are_the_firmest(phrase, techniques):
    code = next(one.code for one in T.conditions.values() if one.phrase == phrase)
    found = match(Need(condition=code), T).matches
    assert {one.technique for one in found if one.ties[0].strength == 3} == techniques
    assert {one.technique for one in found[: len(techniques)]} == techniques


@pytest.mark.parametrize("goal", T.goals)
def test_an_aim_alone_brings_its_techniques(goal):
    found = match(Need(goal=goal), T).matches
    assert {one.technique: one.ties[0].strength for one in found} == dict(T.goals[goal].ties)
    assert all(one.condition is None and one.ties[0].to == "goal" for one in found)
    assert T.goals[goal].phrase in found[0].ties[0].words


def test_the_six_aims_of_the_guides_are_there():
    assert list(T.goals) == ["lengthen", "free_scar", "calm_nerves", "circulation", "tension", "movement"]


@pytest.mark.parametrize("condition", T.conditions)
@pytest.mark.parametrize("goal", T.goals)
def test_with_an_aim_the_rest_of_the_complaint_stands_beside(condition, goal):
    found = match(Need(condition=condition, goal=goal), T)
    aimed = {code for code in T.strengths[condition] if code in T.goals[goal].ties}
    assert {one.technique for one in found.matches} == aimed
    assert {one.technique for one in found.besides} == set(T.strengths[condition]) - aimed
    assert all([tie.to for tie in one.ties] == ["condition", "goal"] for one in found.matches)


def test_a_technique_with_an_aim_it_is_tied_to_and_no_complaint():
    stones = match(Need(technique="hot_stone", goal="tension"), T).matches
    assert [(one.condition, one.technique) for one in stones] == [(None, "hot_stone")]
    assert match(Need(technique="hot_stone", goal="free_scar"), T).matches == ()
    assert match(Need(technique="hot_stone", condition="neck_pain"), T).matches == ()


@pytest.mark.parametrize("condition", T.conditions)
def test_the_gentlest_is_the_lightest_and_only_where_pressures_differ(condition):
    found = match(Need(condition=condition), T)
    levels = {one.technique: T.techniques[one.technique].pressure_level for one in found.matches}
    least = min(levels.values())
    expected = {code for code, level in levels.items() if level == least} if len(set(levels.values())) > 1 else set()
    assert {one.technique for one in found.matches if one.gentlest} == expected
    assert all(T.techniques[code].name in found.gentler for code in expected)
    assert found.gentler


@pytest.mark.parametrize(
    "need, words",
    [
        (Need(condition="neck_pain"), "The gentler choice here: Myofascial release or Assisted stretching. More pressure is not better"),
        (Need(condition="sports_injury"), "The gentler choice here: Neuromuscular therapy or"),
        (Need(technique="neuromuscular", condition="sciatica"), "This is firm work. You can ask for a lighter hand at any time"),
        (Need(condition="lymphedema"), "You set the pressure."),
    ],
)
def test_the_gentler_choice_is_named(need, words):
    assert match(need, T).gentler.startswith(words)


@pytest.mark.parametrize("condition", T.conditions)
def test_what_needs_a_clearance_first_says_so_once_for_a_condition_and_on_its_line_for_a_technique(condition):
    needs = T.conditions[condition].clearance_by_default
    found = match(Need(condition=condition), T)
    assert [words for words in said(found) if "doctor’s written yes comes first" in words] == list(found.first)
    assert len(found.first) == needs
    for technique in T.strengths[condition]:
        line = next(one for one in match(Need(technique=technique), T).matches if one.condition == condition)
        assert any(T.conditions[condition].phrase in words and "doctor’s written yes" in words for words in line.first) == needs


@pytest.mark.parametrize(
    "technique, words",
    [
        ("scar_mobilization", "Needs first: clearance from a surgeon"),
        ("lymphatic_drainage", "Only by somebody with a checked certificate in manual lymphatic drainage"),
        ("oncology", "Only by somebody with a checked oncology massage certificate."),
        ("hot_stone", "Only by somebody with checked insurance that lists hot stones."),
        ("deep_tissue", None),
        ("neuromuscular", None),
    ],
)
def test_what_a_technique_asks_for_first(technique, words):
    need = Need(technique=technique, goal="tension" if technique == "hot_stone" else None)
    first = [line for line in match(need, T).matches[0].first if "doctor’s" not in line]
    assert [line[: len(words)] for line in first] == [words] if words else first == []


def test_circulation_and_scars_say_who_is_asked_first():
    assert "diabetes" in match(Need(goal="circulation"), T).first[0]
    assert "surgeon" in match(Need(goal="free_scar"), T).first[0]
    assert match(Need(goal="tension"), T).first == ()


def test_research_is_cited_with_its_address_or_not_at_all():
    assert all(study.source and study.address.startswith("https://doi.org/") for study in T.studies)
    assert [study.source for study in match(Need(condition="chronic_lbp"), T).studies] == ["Kumar and others, 2013"]
    assert match(Need(condition="tmj"), T).studies == ()
    assert NO_RESEARCH


def test_no_sentence_promises_anything():
    needs = [
        Need(),
        *(Need(condition=code, goal=goal) for code in T.conditions for goal in T.goals),
        *(Need(goal=goal) for goal in T.goals),
    ]
    assert {words for need in needs for words in said(match(need, T)) if PROMISES.search(words)} == set()


def test_every_condition_stands_in_one_group():
    grouped = [code for group in T.groups for code in group.conditions]
    assert sorted(grouped) == sorted(T.conditions)


def test_tables_name_known_codes_and_strengths_alone():
    assert all(set(goal.ties) <= set(T.techniques) and set(goal.ties.values()) <= {1, 2, 3} for goal in T.goals.values())
    assert all(set(study.conditions) <= set(T.conditions) for study in T.studies)
    assert re.fullmatch(r"\d+(\.\d+)+", version())
    assert version().startswith(catalogue.version())


def test_which_certificates_are_counted():
    assert {code for code, one in T.techniques.items() if takes_certificate(one)} == {
        "neuromuscular", "lymphatic_drainage", "orthopedic_massage", "craniosacral", "iastm", "prenatal", "oncology", "intraoral_tmj",
    }  # fmt: skip
