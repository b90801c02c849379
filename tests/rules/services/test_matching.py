"""Techniques and conditions: the tables agree with one another, and the words promise nothing."""

import re

import pytest

from marketplace.kernel.errors import NotFound
from providers.services import catalogue
from providers.services.rules.matching import NO_PROMISE, Condition, Technique, reasons_for

# Words that would promise an effect or claim to be the best (8 NYCRR 29.1(b)(12) bars guarantees and superiority).
PROMISES = re.compile(
    r"\b(cure|heal(s|ing)?|fix(es)?|treats?|guarantee\w*|best|proven|safe(st|ly)?|toxins?|detox\w*|immun\w*|cortisol|root cause|"
    r"inflammation is|speeds?|breaks? (up|down)|most trusted|essential|relieves?|blood flow|success rate)\b",
    re.IGNORECASE,
)


def technique(code, name="Slow work", level=2):
    return Technique(code, name, "Slow.", level, "97140", "none", None)


NECK = Condition("neck_pain", "Neck pain", "neck pain", ("M54.2",), clearance_by_default=False)


def test_the_tables_have_every_row():
    assert len(catalogue.techniques()) == 21
    assert len(catalogue.conditions()) == 33
    assert sum(len(catalogue.matches(code)) for code in catalogue.conditions()) == 88


@pytest.mark.parametrize("condition", sorted(catalogue.conditions()))
def test_each_condition_is_tied_to_known_techniques_only(condition):
    strengths = catalogue.matches(condition)
    assert strengths
    assert set(strengths) <= set(catalogue.techniques())
    assert set(strengths.values()) <= {1, 2, 3}


def test_an_unknown_condition_is_not_found():
    with pytest.raises(NotFound, match="unknown_condition"):
        catalogue.matches("space_sickness")
    with pytest.raises(NotFound):
        catalogue.reasons_for("space_sickness", ["deep_tissue"])


@pytest.mark.parametrize("one", catalogue.techniques().values(), ids=lambda one: one.code)
def test_a_technique_says_how_firm_it_is_and_what_proof_it_needs(one):
    assert 1 <= one.pressure_level <= 5
    assert one.evidence_level in {"none", "badge", "required", "insurer_must_cover", "clearance"}
    assert (one.evidence_type is None) == (one.evidence_level == "none")
    assert one.cpt_hint in {"97124", "97140"}


@pytest.mark.parametrize(
    "code, level",
    [
        ("neuromuscular", "badge"),
        ("orthopedic_massage", "badge"),
        ("craniosacral", "badge"),
        ("scar_mobilization", "clearance"),
        ("lymphatic_drainage", "required"),
        ("iastm", "required"),
        ("prenatal", "required"),
        ("oncology", "required"),
        ("intraoral_tmj", "required"),
        ("cupping", "insurer_must_cover"),
        ("hot_stone", "insurer_must_cover"),
        ("deep_tissue", "none"),
    ],
)
def test_the_proof_each_technique_needs(code, level):
    assert catalogue.techniques()[code].evidence_level == level


def test_conditions_that_need_a_clearance_from_the_start():
    needing = {code for code, condition in catalogue.conditions().items() if condition.clearance_by_default}
    assert needing == {"post_surgical", "edema", "lymphedema", "whiplash", "pregnancy_pain", "cancer_care", "poor_circulation"}


@pytest.mark.parametrize("condition", sorted(catalogue.conditions()))
def test_no_reason_promises_anything(condition):
    for reason in catalogue.reasons_for(condition, catalogue.techniques()):
        assert not PROMISES.search(reason.words), reason.words
        assert not re.search(r"%", reason.words)


def test_no_text_uses_british_spelling():
    words = " ".join(f"{one.name} {one.words} {one.evidence_type}" for one in catalogue.techniques().values())
    names = " ".join(one.name for one in catalogue.conditions().values())
    assert not re.search(r"licence|fibre|tumour|mobilis|oedema|programme|colour|orthopaedic", words + names, re.IGNORECASE)


def test_reasons_come_firmest_first_then_by_name():
    techniques = {code: technique(code, name) for code, name in (("a", "Zeta"), ("b", "Alpha"), ("c", "Beta"))}
    found = reasons_for(NECK, {"a": 3, "b": 1, "c": 1}, techniques, ["b", "c", "a"])
    assert [(one.technique, one.strength) for one in found] == [("a", 3), ("b", 1), ("c", 1)]


@pytest.mark.parametrize("strength, often", [(3, "commonly"), (2, "often"), (1, "sometimes")])
def test_the_strength_is_told_in_a_word(strength, often):
    (reason,) = reasons_for(NECK, {"x": strength}, {"x": technique("x", "Slow work", 4)}, ["x"])
    assert reason.words == f"Slow work is {often} used for neck pain. Slow. Pressure 4 of 5."


@pytest.mark.parametrize(
    "offered, why",
    [
        ([], "nothing is offered"),
        (["swimming"], "no such technique"),
        (["other"], "offered, but tied to something else"),
    ],
)
def test_no_reason_where_there_is_none(offered, why):
    assert reasons_for(NECK, {"x": 3}, {"x": technique("x"), "other": technique("other")}, offered) == (), why


def test_a_technique_offered_twice_is_one_reason():
    assert len(reasons_for(NECK, {"x": 3}, {"x": technique("x")}, ["x", "x"])) == 1


def test_the_tables_cannot_be_changed_by_a_reader():
    with pytest.raises(TypeError):
        catalogue.techniques()["x"] = technique("x")
    with pytest.raises(TypeError):
        catalogue.matches("neck_pain")["x"] = 3


def test_there_is_a_sentence_against_promises_and_a_version():
    assert "promises no effect" in NO_PROMISE
    assert catalogue.version() == "1.1.1"
