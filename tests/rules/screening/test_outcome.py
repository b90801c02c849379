"""What answers lead to: all 37 rules by table, strictest wins, a stop outweighs what is unanswered."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.screening import catalogue
from booking.screening.rules.outcome import SEVERITY, Submission, newly_waives, outcome_to_dict, screen
from marketplace.kernel.errors import Refused
from providers.services import catalogue as services

TODAY = date(2026, 12, 3)
RULES, FORM, BODY = catalogue.rules(), catalogue.form(), catalogue.body_map()
ASKED = [question.code for question in FORM.questions if question.type == "boolean"]
NONE = dict.fromkeys(ASKED, False)


def judged(yes=(), *, marks=(), concerns=(), cleared=(), form=FORM, rules=RULES, unsure=(), **answers):
    given_answers = NONE | dict.fromkeys(yes, True) | dict.fromkeys(unsure, "unsure") | answers
    sent = Submission(given_answers, marks, concerns)
    return screen(sent, form, rules, BODY, services.conditions(), today=TODAY, cleared=cleared)


# code, outcome, advice, barred techniques, barred regions (where fixed), pressure limit, must offer, waives the fee
TABLE = [
    ("dvt", "stop", "urgent_care", (), (), None, (), True),
    ("clotting_unassessed", "clearance_needed", None, (), (), None, (), True),
    ("fever", "stop", "rest_and_rebook", (), (), None, (), True),
    ("systemic_infection", "stop", "rest_and_rebook", (), (), None, (), True),
    ("unstable_fracture", "stop", "see_physician", (), (), None, (), True),
    ("recent_trauma", "stop", "see_physician", (), (), None, (), True),
    ("cellulitis", "stop", "see_physician", (), (), None, (), True),
    ("open_wound", "restricted", None, (), (), None, (), False),
    ("skin_condition", "restricted", None, (), (), None, (), False),
    ("acute_neuro", "stop", "urgent_care", (), (), None, (), True),
    ("chest_pain", "stop", "call_911", (), (), None, (), True),
    ("sudden_headache", "stop", "urgent_care", (), (), None, (), True),
    ("stroke_recent", "clearance_needed", None, (), ("neck_back", "neck_front"), None, (), True),
    ("aneurysm", "stop", "see_physician", (), ("abdomen",), None, (), True),
    ("cardiac_unstable", "clearance_needed", None, ("lymphatic_drainage",), (), None, (), True),
    ("cardiovascular_stable", "clearance_needed", None, (), (), 3, (), True),
    ("cancer_active", "clearance_needed", None, ("cupping", "deep_tissue", "iastm"), (), None, ("oncology",), True),
    ("pregnancy", "clearance_needed", None, ("deep_tissue",), ("abdomen",), 3, ("prenatal",), True),
    ("pregnancy_high_risk", "stop", "see_physician", (), (), None, (), True),
    ("anticoagulant", "restricted", None, ("cross_fiber", "cupping", "deep_tissue", "iastm"), (), 3, (), False),
    ("bleeding_disorder", "clearance_needed", None, ("cross_fiber", "cupping", "deep_tissue", "iastm", "trigger_point"), (), 3, (), True),
    ("osteoporosis", "clearance_needed", None, ("deep_tissue",), "spine", 3, (), True),
    ("surgery_recent", "clearance_needed", None, ("scar_mobilization",), (), None, (), True),
    ("scar_young", "restricted", None, (), (), None, (), False),
    ("varicose", "restricted", None, (), (), None, (), False),
    ("ra_flare", "restricted", None, (), (), None, (), False),
    ("diabetes_neuropathy", "restricted", None, ("hot_stone",), ("foot_l", "foot_r"), 3, (), False),
    ("lymph_removed", "clearance_needed", None, (), (), None, ("lymphatic_drainage",), True),
    ("disc_acute", "clearance_needed", None, ("deep_tissue",), "spine", 3, (), True),
    ("seizure", "clearance_needed", None, (), (), None, (), True),
    ("kidney_liver", "clearance_needed", None, ("lymphatic_drainage",), (), None, (), True),
    ("implant", "restricted", None, (), (), None, (), False),
    ("intoxicated", "stop", "rest_and_rebook", (), (), None, (), False),
    ("pain_unknown", "clearance_needed", "see_physician", (), (), None, (), True),
    ("allergy_product", "restricted", None, (), (), None, (), False),
    ("minor", "stop", "adults_only", (), (), None, (), False),
]


def test_the_table_holds_every_rule_but_the_one_never_asked():
    assert {row[0] for row in TABLE} | {"neck_thrust"} == set(RULES)


@pytest.mark.parametrize("code, outcome, advice, techniques, regions, pressure, must_offer, waives", TABLE, ids=[row[0] for row in TABLE])
def test_each_rule_alone(code, outcome, advice, techniques, regions, pressure, must_offer, waives):
    found = judged([code])
    assert (found.outcome, found.advice) == (outcome, advice)
    assert [reason.code for reason in found.reasons] == [code]
    assert found.barred_techniques == techniques
    assert found.barred_regions == (tuple(sorted(BODY.groups["spine"])) if regions == "spine" else regions)
    assert (found.pressure_limit, found.must_offer, found.waives_fee) == (pressure, must_offer, waives)
    assert found.reasons[0].words
    assert found.reasons[0].clearance_from == RULES[code].clearance_from


@pytest.mark.parametrize("code", [row[0] for row in TABLE if row[0] not in {"intoxicated", "minor", "allergy_product"}])
def test_not_sure_is_treated_like_yes(code):
    assert judged(unsure=[code]) == judged([code])


def test_not_sure_about_an_allergy_is_no_restriction():
    assert judged(unsure=["allergy_product"]).outcome == "clear"


def test_all_no_is_clear():
    found = judged()
    assert (found.outcome, found.reasons, found.advice) == ("clear", (), None)
    assert (found.barred_techniques, found.barred_regions, found.pressure_limit, found.must_offer) == ((), (), None, ())
    assert not found.waives_fee


def test_answers_hold_for_thirty_days():
    assert judged().valid_until == TODAY + timedelta(days=30)
    assert judged(form=replace(FORM, valid_days=7)).valid_until == TODAY + timedelta(days=7)
    assert judged().form_version == FORM.version


@pytest.mark.parametrize(
    "yes, outcome",
    [
        (["open_wound", "anticoagulant"], "restricted"),
        (["open_wound", "pregnancy"], "clearance_needed"),
        (["pregnancy", "fever"], "stop"),
        (["allergy_product", "chest_pain", "seizure"], "stop"),
    ],
)
def test_the_strictest_wins(yes, outcome):
    assert judged(yes).outcome == outcome


@pytest.mark.parametrize(
    "yes, advice",
    [
        (["fever", "chest_pain"], "call_911"),
        (["fever", "dvt"], "urgent_care"),
        (["fever", "cellulitis"], "see_physician"),
        (["minor", "fever"], "rest_and_rebook"),
    ],
)
def test_the_most_urgent_advice_is_given(yes, advice):
    assert judged(yes).advice == advice


def test_bars_and_limits_add_up():
    found = judged(["anticoagulant", "pregnancy", "diabetes_neuropathy"])
    assert found.barred_techniques == ("cross_fiber", "cupping", "deep_tissue", "hot_stone", "iastm")
    assert found.barred_regions == ("abdomen", "foot_l", "foot_r")
    assert found.pressure_limit == 3


@pytest.mark.parametrize(
    "yes, technique, barred",
    [
        (["pregnancy"], "deep_tissue", True),
        (["pregnancy"], "trigger_point", True),  # pressure 4
        (["pregnancy"], "met", False),  # pressure 3
        (["cancer_active"], "trigger_point", False),  # no limit of pressure
        (["cancer_active"], "cupping", True),
        (["diabetes_neuropathy"], "hot_stone", True),
        ([], "deep_tissue", False),
    ],
)
def test_a_pressure_limit_of_three_bars_four_and_five(yes, technique, barred):
    assert judged(yes).bars(services.techniques()[technique]) is barred


@pytest.mark.parametrize(
    "answers, marks, regions, why",
    [
        ({}, [], ("affected_region",), "nothing marked yet: asked at the door"),
        ({"affected_region": ["calf_l"]}, [], ("calf_l",), "the answer to the map question"),
        ({}, [{"region": "calf_l", "for": "open_wound"}], ("calf_l",), "a mark made for the rule"),
        ({}, [{"region": "calf_l", "for": "affected_region"}], ("calf_l",), "a mark made for the stand-in"),
        ({}, [{"region": "calf_l"}], ("calf_l",), "a bare mark"),
        ({}, ["calf_l", "foot_r"], ("calf_l", "foot_r"), "bare marks"),
        ({}, [{"region": "calf_l", "intensity": 5}], ("affected_region",), "a pain mark says where it hurts, not where the wound is"),
        ({"affected_region": ["calf_l"]}, ["foot_r"], ("calf_l",), "the answer before bare marks"),
        ({"affected_region": ["calf_l"]}, [{"region": "foot_r", "for": "open_wound"}], ("calf_l", "foot_r"), "both name it"),
        ({"affected_region": []}, [], ("affected_region",), "an empty answer marks nothing"),
    ],
)
def test_where_a_region_is_left_out(answers, marks, regions, why):
    found = judged(["open_wound"], marks=marks, **answers)
    assert found.reasons[0].regions == regions, why
    assert found.barred_regions == tuple(sorted(set(regions) & set(BODY.names))), why


def test_fixed_regions_stand_whatever_is_marked():
    assert judged(["diabetes_neuropathy"], marks=["head"]).barred_regions == ("foot_l", "foot_r")


def test_a_mark_for_one_rule_is_not_for_another():
    found = judged(["open_wound", "implant"], marks=[{"region": "chest", "for": "implant"}, {"region": "shin_l", "for": "open_wound"}])
    assert {reason.code: reason.regions for reason in found.reasons} == {"open_wound": ("shin_l",), "implant": ("chest",)}


@pytest.mark.parametrize(
    "concern, outcome",
    [
        ("neck_pain", "clear"),
        ("post_surgical", "clearance_needed"),
        ("whiplash", "clearance_needed"),
        ("pregnancy_pain", "clearance_needed"),
        ("cancer_care", "clearance_needed"),
        ("edema", "clearance_needed"),
        ("lymphedema", "clearance_needed"),
        ("poor_circulation", "clearance_needed"),
    ],
)
def test_some_conditions_need_a_clearance_from_the_start(concern, outcome):
    found = judged(concerns=[concern])
    assert found.outcome == outcome
    assert [reason.code for reason in found.reasons] == ([concern] if outcome != "clear" else [])
    assert judged(concerns=[concern], cleared=[concern]).outcome == "clear"


def test_a_condition_named_twice_is_one_reason():
    assert len(judged(concerns=["whiplash", "whiplash"]).reasons) == 1


@pytest.mark.parametrize(
    "yes, cleared, outcome, techniques, pressure, why",
    [
        ("pregnancy", ["pregnancy"], "restricted", ("deep_tissue",), 3, "the way is open, the bars stay"),
        ("pregnancy", ["seizure"], "clearance_needed", ("deep_tissue",), 3, "a clearance lifts only what it names"),
        ("aneurysm", ["aneurysm"], "restricted", (), None, "a block that a physician may lift"),
        ("fever", ["fever"], "stop", (), None, "nobody lifts a fever"),
        ("anticoagulant", ["anticoagulant"], "clear", (), None, "its bars wait for just this clearance"),
        ("open_wound", ["open_wound"], "restricted", (), None, "a wound is not lifted by paper"),
    ],
)
def test_what_a_clearance_lifts(yes, cleared, outcome, techniques, pressure, why):
    found = judged([yes], cleared=cleared)
    assert (found.outcome, found.barred_techniques, found.pressure_limit) == (outcome, techniques, pressure), why


def test_minors_need_a_guardian_where_visits_are_allowed():
    found = judged(["minor"], form=replace(FORM, minors_allowed=True))
    assert (found.outcome, found.reasons[0].action, found.advice) == ("clearance_needed", "guardian", None)


def sent(answers, marks=(), concerns=()):
    return screen(Submission(answers, marks, concerns), FORM, RULES, BODY, services.conditions(), today=TODAY)


@pytest.mark.parametrize(
    "answers, marks, concerns, fields",
    [
        ({code: False for code in ASKED if code != "fever"}, (), (), ["answers.fever"]),
        ({**NONE, "neck_thrust": False}, (), (), ["answers.neck_thrust"]),
        ({**NONE, "fever": "perhaps"}, (), (), ["answers.fever", "answers.fever"]),
        (NONE, ["tail"], (), ["region_marks.0.region"]),
        (NONE, "calf_l", (), ["region_marks"]),
        (NONE, (), ["space_sickness"], ["concerns"]),
        (NONE, (), "neck_pain", ["concerns"]),
        ("all fine", (), (), None),
    ],
)
def test_faults_are_refused_with_their_fields(answers, marks, concerns, fields):
    with pytest.raises(Refused) as refusal:
        sent(answers, marks, concerns)
    assert refusal.value.code == "invalid_answers"
    if fields is not None:
        assert [fault.field for fault in refusal.value.faults] == fields


@pytest.mark.parametrize("code", [row[0] for row in TABLE if row[1] == "stop"])
def test_a_stop_needs_no_further_answer(code):
    assert sent({code: True}).outcome == "stop"


@pytest.mark.parametrize("code", [row[0] for row in TABLE if row[1] != "stop"])
def test_anything_less_needs_every_answer(code):
    with pytest.raises(Refused):
        sent({code: True})


def test_a_stop_does_not_hide_a_wrong_answer():
    with pytest.raises(Refused) as refusal:
        sent({"fever": True, "star_sign": "leo"})
    assert [fault.field for fault in refusal.value.faults] == ["answers.star_sign"]


def test_a_rule_out_of_force_does_not_count():
    old = replace(RULES["fever"], effective_to=TODAY - timedelta(days=1))
    assert judged(["fever"], rules={**RULES, "fever": old}).outcome == "clear"


@pytest.mark.parametrize(
    "before, after, waives",
    [
        ([], ["fever"], True),
        (["fever"], ["fever"], False),
        ([], ["open_wound"], False),
        ([], ["intoxicated"], False),
        (["pregnancy"], ["pregnancy", "seizure"], True),
        (["pregnancy"], [], False),
        ([], [], False),
    ],
)
def test_a_fee_waiver_is_for_what_turned_true_after_booking(before, after, waives):
    assert newly_waives(judged(before), judged(after), RULES) is waives


def test_a_first_screening_waives_by_itself():
    assert newly_waives(None, judged(["fever"]), RULES)
    assert not newly_waives(None, judged(concerns=["whiplash"]), RULES)


def test_the_answer_in_the_shape_of_the_contract():
    shape = outcome_to_dict(judged(["fever", "open_wound"], affected_region=["shin_l"]))
    assert shape["outcome"] == "stop"
    assert shape["valid_until"] == "2027-01-02"
    assert shape["reasons"][0] == {
        "code": "fever",
        "action": "block",
        "advice": "rest_and_rebook",
        "regions": [],
        "words": "Massage is hard on a body that fights a fever, and others could catch it.",
        "clearance_from": None,
    }
    assert shape["reasons"][1]["regions"] == ["shin_l"]
    assert (shape["advice"], shape["barred_regions"]) == ("rest_and_rebook", ["shin_l"])


EXPECTED = {row[0]: row[1] for row in TABLE}


@given(st.sets(st.sampled_from(ASKED)))
def test_any_answers_lead_to_the_strictest_of_their_rules(yes):
    """A twin: the table above says what each answer leads to; together the worst of them holds."""
    found = judged(yes)
    assert found.outcome == max((EXPECTED[code] for code in yes), key=SEVERITY.index, default="clear")
    assert {reason.code for reason in found.reasons} == yes
    assert found.waives_fee == any(row[7] for row in TABLE if row[0] in yes)


@given(st.sets(st.sampled_from(ASKED)), st.sampled_from(ASKED))
def test_one_more_yes_never_makes_it_milder(yes, more):
    less, worse = judged(yes), judged(yes | {more})
    assert SEVERITY.index(worse.outcome) >= SEVERITY.index(less.outcome)
    assert set(less.barred_techniques) <= set(worse.barred_techniques)
    assert set(less.barred_regions) <= set(worse.barred_regions)
    assert (worse.pressure_limit or 5) <= (less.pressure_limit or 5)


@given(st.sets(st.sampled_from(ASKED)), st.sets(st.sampled_from(sorted(RULES))))
def test_a_clearance_never_makes_it_stricter(yes, cleared):
    assert SEVERITY.index(judged(yes, cleared=cleared).outcome) <= SEVERITY.index(judged(yes).outcome)
