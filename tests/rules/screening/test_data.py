"""The screening's data: every rule is asked once, in plain words, with the rule's own limits."""

import re
from collections import Counter
from datetime import date

import pytest

from booking.screening import catalogue
from booking.screening.rules.form import form_to_dict, in_words, rules_on
from providers.services import catalogue as services

RULES = catalogue.rules()
FORM = catalogue.form()
BODY = catalogue.body_map()
QUESTIONS = {question.code: question for question in FORM.questions}

# The table of the rules as a clinician reads it: code, action, lifted by a clearance.
TABLE = [
    ("dvt", "block", False),
    ("clotting_unassessed", "clearance", True),
    ("fever", "block", False),
    ("systemic_infection", "block", False),
    ("unstable_fracture", "block", True),
    ("recent_trauma", "block", True),
    ("cellulitis", "block", False),
    ("open_wound", "block_region", False),
    ("skin_condition", "block_region", False),
    ("acute_neuro", "block", False),
    ("chest_pain", "block", False),
    ("sudden_headache", "block", False),
    ("stroke_recent", "clearance", True),
    ("aneurysm", "block", True),
    ("cardiac_unstable", "clearance", True),
    ("cardiovascular_stable", "clearance", True),
    ("cancer_active", "clearance", True),
    ("pregnancy", "clearance", True),
    ("pregnancy_high_risk", "block", True),
    ("anticoagulant", "caution", True),
    ("bleeding_disorder", "clearance", True),
    ("osteoporosis", "clearance", True),
    ("surgery_recent", "clearance", True),
    ("scar_young", "block_region", False),
    ("varicose", "block_region", False),
    ("ra_flare", "block_region", False),
    ("diabetes_neuropathy", "caution", False),
    ("lymph_removed", "clearance", True),
    ("disc_acute", "clearance", True),
    ("seizure", "clearance", True),
    ("kidney_liver", "clearance", True),
    ("implant", "caution", False),
    ("intoxicated", "block", False),
    ("pain_unknown", "clearance", True),
    ("allergy_product", "caution", False),
    ("minor", "guardian", False),
    ("neck_thrust", "never_offered", False),
]


def test_all_37_rules_are_there():
    assert [(rule.code, rule.action, rule.until_cleared) for rule in RULES.values()] == TABLE


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_each_rule_is_whole(rule):
    assert rule.version >= 1
    assert rule.topic
    assert rule.basis
    assert rule.confidence in {"sure", "common", "unsure"}
    assert rule.until_cleared == (rule.clearance_from is not None)
    assert set(rule.barred_techniques) <= set(services.techniques())
    assert set(rule.barred_regions) <= {*BODY.names, *BODY.groups, *BODY.marked}
    assert rule.provider_must_offer is None or rule.provider_must_offer in services.techniques()
    assert rule.pressure_limit in {None, 3}
    if rule.action == "block":
        assert rule.advice in catalogue.advice()


@pytest.mark.parametrize("code", [code for code, _, _ in TABLE if code != "neck_thrust"])
def test_each_rule_is_asked_once_as_yes_or_no(code):
    assert QUESTIONS[code].type == "boolean"
    assert QUESTIONS[code].required
    assert Counter(question.code for question in FORM.questions)[code] == 1


def test_fast_neck_thrusts_are_never_asked_about():
    assert "neck_thrust" not in QUESTIONS
    assert "thrust" not in str(form_to_dict(FORM))


def test_only_what_a_client_knows_has_no_unsure():
    sure = {question.code for question in FORM.questions if question.type == "boolean" and not question.unsure}
    assert sure == {"intoxicated", "minor"}
    assert {question.code for question in FORM.questions if not question.unsure_counts} == {"allergy_product"}


def test_there_are_few_enough_screens_and_each_has_questions():
    used = Counter(question.screen for question in FORM.questions)
    assert [screen.code for screen in FORM.screens] == list(used)
    assert 14 <= len(FORM.screens) <= 20
    assert max(used.values()) <= 4


@pytest.mark.parametrize("question", FORM.questions, ids=lambda question: question.code)
def test_questions_are_plain(question):
    """Short words and short sentences: about what an eighth-grader reads with ease (Flesch-Kincaid grade, syllables estimated)."""
    text = f"{question.text} {question.help} {question.why}"
    sentences = max(1, len(re.findall(r"[.?!:]+(?=\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    assert grade <= 8, (grade, text)
    assert max(len(part.split()) for part in re.split(r"[.?!:]", text)) <= 28
    assert question.text.endswith("?")
    assert question.why


def test_words_are_in_us_spelling():
    text = str(form_to_dict(FORM)) + " ".join(f"{one.title} {one.text}" for one in catalogue.advice().values())
    text = text.replace("tumour_site", "")
    assert not re.search(r"tumour|oedema|haem|licence|colour|programme|neighbour|practise|centre|paediat|orthopaed", text, re.IGNORECASE)


@pytest.mark.parametrize(
    "code, words",
    [
        ("fever", "100.4 °F (38 °C) or more in the last 48 hours"),
        ("surgery_recent", "in the last 8 weeks"),
        ("scar_young", "younger than 6 weeks"),
        ("stroke_recent", "in the last 3 months"),
        ("cancer_active", "in the last 12 months"),
        ("minor", "under 18"),
    ],
)
def test_the_limits_in_the_words_are_the_rules_own(code, words):
    assert words in QUESTIONS[code].text
    assert "{" not in QUESTIONS[code].text


def test_a_changed_limit_changes_the_words():
    rule = RULES["surgery_recent"]
    other = type(rule)(**{**vars(rule), "parameters": {"look_back_weeks": 12}})
    assert in_words("in the last {look_back_weeks} weeks", other) == "in the last 12 weeks"
    assert in_words("as it is", None) == "as it is"


def test_the_map_questions_are_asked_for_the_rules_that_need_them():
    for stand_in in BODY.marked:
        needing = {rule.code for rule in RULES.values() if stand_in in rule.barred_regions}
        assert QUESTIONS[stand_in].type == "regions"
        assert not QUESTIONS[stand_in].required
        assert set(QUESTIONS[stand_in].only_if) == needing


def test_the_body_map():
    assert len(BODY.names) == 44
    assert set(BODY.views.values()) == {"front", "back"}
    pairs = {code[:-2] for code in BODY.names if code.endswith("_l")}
    assert len(pairs) == 19
    assert all(f"{code}_r" in BODY.names for code in pairs)
    assert BODY.groups["spine"] == (
        "neck_back", "upper_back_l", "upper_back_r", "mid_back_l", "mid_back_r", "lower_back_l", "lower_back_r", "sacrum",
    )  # fmt: skip


@pytest.mark.parametrize("code", ["call_911", "urgent_care", "see_physician", "rest_and_rebook", "adults_only"])
def test_advice_is_kind_and_says_what_to_do(code):
    advice = catalogue.advice()[code]
    assert advice.title
    assert re.search(r"please|we are glad", advice.title + advice.text, re.IGNORECASE)
    assert not re.search(r"\b(book now|slot|available|sorry, but|refuse|denied)\b", advice.text, re.IGNORECASE)


def test_emergency_advice_has_the_number_to_call():
    for code in ("call_911", "urgent_care"):
        assert ("Call 911", "tel:911") in catalogue.advice()[code].actions


def test_the_form_in_the_shape_of_the_contract():
    shape = form_to_dict(FORM)
    assert {"version", "questions", "consent"} <= set(shape)
    assert {question["type"] for question in shape["questions"]} == {"boolean", "number", "choice", "regions"}
    for question in shape["questions"]:
        assert {"code", "text", "type"} <= set(question)
        assert ("options" in question) == (question["type"] == "choice")
        assert ("minimum" in question) == (question["type"] == "number")
    assert set(shape["consent"]) == {"version", "text", "sections"}


def test_the_consent_covers_what_it_must():
    sections = {section.code: section.required for section in FORM.consent.sections}
    required = {code for code, needed in sections.items() if needed}
    assert required == {
        "aim_and_limits", "techniques_and_areas", "benefits_and_risks", "stop_any_time", "draping", "conduct",
        "price_and_cancellation", "privacy", "no_photos",
    }  # fmt: skip
    assert {code for code in sections if code.startswith("area_")} == {
        "area_gluteal", "area_pectoral", "area_abdominal", "area_intraoral",
    }  # fmt: skip


def test_rules_count_from_their_first_day_to_their_last():
    rule = RULES["fever"]
    dated = type(rule)(**{**vars(rule), "effective_from": date(2027, 1, 1), "effective_to": date(2027, 12, 31)})
    for day, there in (("2026-12-31", False), ("2027-01-01", True), ("2027-12-31", True), ("2028-01-01", False)):
        assert ("fever" in rules_on({"fever": dated}, date.fromisoformat(day))) is there
