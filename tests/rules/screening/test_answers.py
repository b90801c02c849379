"""Reading answers, marks and consents: every fault is named."""

import pytest

from booking.screening import catalogue
from booking.screening.rules.answers import consent_faults, counts_as_yes, missing_answers, read_answers, read_marks

FORM, BODY = catalogue.form(), catalogue.body_map()
QUESTIONS = {question.code: question for question in FORM.questions}
REQUIRED = {question.code for question in FORM.questions if question.required}


@pytest.mark.parametrize(
    "code, value",
    [
        ("fever", True),
        ("fever", False),
        ("fever", "unsure"),
        ("intoxicated", False),
        ("pain_now", 0),
        ("pain_now", 10),
        ("pain_now", 3.5),
        ("pressure_wish", "light"),
        ("pressure_wish", "unsure"),
        ("affected_region", []),
    ],
)
def test_what_can_be_read(code, value):
    answers, faults = read_answers({code: value}, FORM, BODY)
    assert faults == []
    assert answers[code] == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(
    "code, value, words",
    [
        ("fever", "yes", "true, false or"),
        ("fever", 1, "true, false or"),
        ("fever", [], "true, false or"),
        ("intoxicated", "unsure", "true or false"),
        ("minor", "unsure", "true or false"),
        ("pain_now", 11, "from 0 to 10"),
        ("pain_now", -1, "from 0 to 10"),
        ("pain_now", True, "from 0 to 10"),
        ("pain_now", "5", "from 0 to 10"),
        ("pressure_wish", "crushing", "one of: light"),
        ("pressure_wish", True, "one of: light"),
        ("affected_region", "calf_l", "list of body regions"),
        ("affected_region", ["tail"], "list of body regions"),
        ("affected_region", [7], "list of body regions"),
        ("affected_region", [["calf_l"]], "list of body regions"),
        ("affected_region", {"calf_l": 1}, "list of body regions"),
        ("neck_thrust", False, "do not ask"),
        ("star_sign", "leo", "do not ask"),
    ],
)
def test_what_cannot_be_read_is_named(code, value, words):
    answers, faults = read_answers({code: value}, FORM, BODY)
    assert code not in answers
    assert [fault.field for fault in faults] == [f"answers.{code}"]
    assert words in faults[0].message


def test_answers_must_be_an_object():
    assert read_answers([True], FORM, BODY)[1][0].field == "answers"
    assert read_answers(None, FORM, BODY)[0] == {}


def test_null_is_no_answer():
    assert read_answers({"fever": None}, FORM, BODY) == ({}, [])


def test_a_region_named_twice_is_one():
    answers, _ = read_answers({"affected_region": ["calf_l", "foot_r", "calf_l"]}, FORM, BODY)
    assert answers["affected_region"] == ("calf_l", "foot_r")


@pytest.mark.parametrize(
    "code, answer, yes",
    [
        ("fever", True, True),
        ("fever", "unsure", True),
        ("fever", False, False),
        ("fever", None, False),
        ("open_wound", "unsure", True),
        ("anticoagulant", "unsure", True),
        ("allergy_product", "unsure", False),
        ("allergy_product", True, True),
    ],
)
def test_not_sure_counts_as_yes_unless_the_data_say_otherwise(code, answer, yes):
    assert counts_as_yes(QUESTIONS[code], answer) is yes


def test_every_required_question_that_is_asked_must_be_answered():
    asked = {fault.field.removeprefix("answers.") for fault in missing_answers({}, FORM)}
    assert asked == REQUIRED - {"pregnancy_high_risk"}


@pytest.mark.parametrize("pregnant, asked", [(True, True), ("unsure", True), (False, False)])
def test_a_follow_up_is_asked_only_after_a_yes(pregnant, asked):
    answers = dict.fromkeys(REQUIRED - {"pregnancy_high_risk"}, False) | {"pregnancy": pregnant}
    assert [fault.field for fault in missing_answers(answers, FORM)] == (["answers.pregnancy_high_risk"] if asked else [])


@pytest.mark.parametrize(
    "mark",
    [
        "calf_l",
        {"region": "calf_l"},
        {"region": "neck_back", "intensity": 6, "quality": "ache", "depth": "deep", "radiates_to": "shoulder_back_r"},
        {"region": "calf_l", "for": "open_wound"},
        {"region": "calf_l", "for": "affected_region"},
        {"region": "calf_l", "intensity": 0},
    ],
)
def test_marks_that_can_be_read(mark):
    marks, faults = read_marks([mark], BODY, ("open_wound", "affected_region"))
    assert faults == []
    assert marks[0].region in BODY.names


@pytest.mark.parametrize(
    "mark, field",
    [
        ("tail", "region_marks.0.region"),
        (7, "region_marks.0.region"),
        ({}, "region_marks.0.region"),
        ({"region": ["calf_l"]}, "region_marks.0.region"),
        ({"region": "calf_l", "intensity": 11}, "region_marks.0.intensity"),
        ({"region": "calf_l", "intensity": -1}, "region_marks.0.intensity"),
        ({"region": "calf_l", "intensity": True}, "region_marks.0.intensity"),
        ({"region": "calf_l", "intensity": 2.5}, "region_marks.0.intensity"),
        ({"region": "calf_l", "quality": "tasty"}, "region_marks.0.quality"),
        ({"region": "calf_l", "depth": 3}, "region_marks.0.depth"),
        ({"region": "calf_l", "radiates_to": "moon"}, "region_marks.0.radiates_to"),
        ({"region": "calf_l", "for": "fun"}, "region_marks.0.for"),
        ({"region": "calf_l", "color": "red"}, "region_marks.0.color"),
    ],
)
def test_marks_that_cannot_be_read_are_named(mark, field):
    marks, faults = read_marks([mark], BODY, ("open_wound",))
    assert marks == ()
    assert field in {fault.field for fault in faults}


def test_marks_must_be_a_list():
    assert read_marks({"region": "calf_l"}, BODY)[1][0].field == "region_marks"


def test_the_other_marks_are_kept_beside_a_faulty_one():
    marks, faults = read_marks(["calf_l", "tail", "foot_r"], BODY)
    assert [mark.region for mark in marks] == ["calf_l", "foot_r"]
    assert [fault.field for fault in faults] == ["region_marks.1.region"]


@pytest.mark.parametrize(
    "mark, bare",
    [
        ("calf_l", True),
        ({"region": "calf_l", "intensity": 0}, False),
        ({"region": "calf_l", "quality": "ache"}, False),
        ({"region": "calf_l", "for": "open_wound"}, False),
    ],
)
def test_a_bare_mark_says_only_where(mark, bare):
    (found,), _ = read_marks([mark], BODY, ("open_wound",))
    assert found.is_bare is bare


VERSION = FORM.consent.version
NEEDED = [section.code for section in FORM.consent.sections if section.required]


@pytest.mark.parametrize(
    "version, accepted, sections, fields",
    [
        (VERSION, True, None, []),
        (int(VERSION), True, None, []),
        (VERSION, True, NEEDED, []),
        (VERSION, True, [*NEEDED, "area_gluteal"], []),
        ("0", True, None, ["consent.version"]),
        (None, True, None, ["consent.version"]),
        (VERSION, False, None, ["consent.accepted"]),
        (VERSION, None, None, ["consent.accepted"]),
        (VERSION, "yes", None, ["consent.accepted"]),
        (VERSION, 1, None, ["consent.accepted"]),
        (VERSION, True, NEEDED[1:], [f"consent.sections.{NEEDED[0]}"]),
        (VERSION, True, [*NEEDED, "everything"], ["consent.sections.everything"]),
        ("0", False, NEEDED[:-1], ["consent.version", "consent.accepted", f"consent.sections.{NEEDED[-1]}"]),
    ],
)
def test_a_consent_is_for_todays_text_and_whole(version, accepted, sections, fields):
    assert [fault.field for fault in consent_faults(FORM.consent, version, accepted, sections)] == fields


def test_sections_that_are_no_list_accept_nothing():
    assert len(consent_faults(FORM.consent, VERSION, accepted=True, sections=5)) == len(NEEDED)
