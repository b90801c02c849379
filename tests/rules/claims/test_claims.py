"""Claim forms: what stands in which box, what is missing for it, how many forms, and where each text is printed."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.claims.rules.boxes import BOXES, COLUMNS, LABELS, LETTERS, Spot
from booking.claims.rules.faults import faults_of
from booking.claims.rules.filling import (
    Claim,
    Earlier,
    Giver,
    Postal,
    Service,
    Wish,
    forms_of,
    money_words,
    name_words,
    plain_words,
)
from booking.claims.rules.insurance import Insurance, insurance_faults, insurance_from_dict, insurance_to_dict, tidied
from booking.claims.rules.placing import DRAFT, LEFT, LETTER, LINE, TOP, place_of, sheets_of
from booking.claims.rules.superbill import diagnoses_of, paid_of, services_of
from booking.claims.rules.versions import Basis, form_from_dict, form_to_dict, voided, why_again
from booking.papers.pdf_port import typed_pdf
from tests.support.typed_pdf import frames_of, pages_of

TODAY = date(2027, 1, 20)
SAM = Insurance(
    payer_name="Acme Health", payer_line1="P.O. Box 1000", payer_city="Albany", payer_state="NY", payer_zip="12201", insured_id="XYZ123456789",
    group_number="G-55", plan_name="Acme Gold", patient_last="Doe-Núñez", patient_first="Sam", patient_middle="Q.", patient_sex="male",
    patient_line1="64 East 7th St. #2", patient_city="New York", patient_state="NY", patient_zip="10003", patient_phone="2125550100",
    began_on=date(2026, 12, 1),
)  # fmt: skip
PRACTICE = Postal("Alder Bodywork", "200 W 72nd St 5", "New York", "NY", "10023")
ANNA = Giver("Anna Alder", "LMT", "1234567893", "12-3456789", "012345", "225700000X", PRACTICE, "+12125550199")
MANUAL = Service(date(2027, 1, 15), "11", "97140", (), ("M54.2",), 1, 5_500)
MASSAGE = replace(MANUAL, code="97124", modifiers=("59",), units=2, cents=11_000)
CLAIM = Claim(
    account="LH7K2M", born_on=date(1980, 2, 3), insurance=SAM, giver=ANNA, place=PRACTICE, prescriber=("Dr. Ruth Roe", "1003000126"),
    services=(MANUAL, MASSAGE), paid_cents=16_500, permitted_on=date(2027, 1, 10), made_on=TODAY,
)  # fmt: skip
FORM = forms_of(CLAIM)[0]


def told(**change):
    return replace(CLAIM, insurance=replace(SAM, **change))


def wrong(claim):
    return [(fault.box, fault.code) for fault in faults_of(claim)]


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ("0.name", "ACME HEALTH"),
        ("0.street", "P O BOX 1000"),
        ("0.city", "ALBANY NY 12201"),
        ("1", "group"),
        ("1a", "XYZ123456789"),
        ("2", "DOE-NUNEZ, SAM, Q"),
        ("3", "02 03 1980"),
        ("3.sex", "M"),
        ("4", "DOE-NUNEZ, SAM, Q"),
        ("5", "64 EAST 7TH ST #2"),
        ("5.phone", "212 5550100"),
        ("6", "self"),
        ("7.zip", "10003"),
        ("10a", "no"),
        ("11", "G-55"),
        ("11a", "02 03 1980"),
        ("11d", "no"),
        ("12", "SIGNATURE ON FILE"),
        ("12.on", "01 10 27"),
        ("14", "12 01 26"),
        ("14.qualifier", "431"),
        ("17.qualifier", "DN"),
        ("17", "DR RUTH ROE"),
        ("17b", "1003000126"),
        ("20", "no"),
        ("21.kind", "0"),
        ("21.A", "M542"),
        ("25", "123456789"),
        ("25.kind", "EIN"),
        ("26", "LH7K2M"),
        ("27", "no"),
        ("28", "165 00"),
        ("29", "165 00"),
        ("31", "ANNA ALDER LMT"),
        ("31.on", "01 20 27"),
        ("32", "ALDER BODYWORK"),
        ("33", "ANNA ALDER"),
        ("33.phone", "212 5550199"),
        ("33.city", "NEW YORK NY 10023"),
        ("33a", "1234567893"),
        ("33b", "ZZ225700000X"),
    ],
)
def test_each_box_says_what_the_form_asks(box, says):
    assert FORM.boxes[box] == says


def test_a_line_has_day_place_code_modifier_pointer_charge_units_and_who():
    assert FORM.lines[1] == {
        "24I": "0B", "24J.id": "012345", "24A": "01 15 27 01 15 27", "24B": "11", "24D": "97124", "24D.modifiers": "59", "24E": "A",
        "24F": "110 00", "24G": "2", "24J": "1234567893",
    }  # fmt: skip
    assert faults_of(CLAIM) == ()


def test_boxes_1_to_33_are_all_there_and_empty_ones_are_left_out():
    numbers = {re.match(r"\d+", box.code)[0] for box in (*BOXES, *COLUMNS)}
    assert numbers == {str(number) for number in range(34)}
    assert all(FORM.boxes.values())
    assert not {"8", "9", "13", "15", "16", "18", "19", "22", "23", "30"} & set(FORM.boxes)
    assert len(LABELS) == len(BOXES) + len(COLUMNS)


def test_somebody_else_is_the_insured_and_there_is_a_second_plan():
    boxes = forms_of(
        told(relation="spouse", insured_last="Roe", insured_first="Kim", insured_sex="female", insured_born_on=date(1981, 5, 6),
             insured_line1="1 Elm St", insured_city="Troy", insured_state="NY", insured_zip="12180-0001", other_last="Roe", other_first="Kim",
             other_policy="P-1", other_plan="Best Plan", pays_therapist=True)
    )[0].boxes  # fmt: skip
    assert (boxes["4"], boxes["6"], boxes["7"], boxes["7.zip"], boxes["11a"], boxes["11a.sex"]) == (
        "ROE, KIM", "spouse", "1 ELM ST", "12180-0001", "05 06 1981", "F",
    )  # fmt: skip
    assert (boxes["9"], boxes["9a"], boxes["9d"], boxes["11d"], boxes["13"]) == ("ROE, KIM", "P-1", "BEST PLAN", "yes", "SIGNATURE ON FILE")
    assert "7.phone" not in boxes


def test_a_car_accident_has_its_state_and_a_corrected_claim_its_reference():
    claim = replace(told(auto_accident=True, auto_state="NJ"), wish=Wish(True, Earlier("7", "icn 9")))
    boxes = forms_of(claim)[0].boxes
    assert [boxes[code] for code in ("10b", "10b.state", "22", "22.reference", "27")] == ["yes", "NJ", "7", "ICN 9", "yes"]
    assert faults_of(claim) == ()


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        pytest.param(told(insured_id=""), [("1a", "1a")], id="the insured's id is missing"),
        pytest.param(told(payer_name=""), [("", "0.name")], id="the insurer's name is missing"),
        pytest.param(told(patient_first=""), [("2", "2")], id="a name needs a first name"),
        pytest.param(replace(CLAIM, born_on=None), [("3", "3")], id="the birth date is missing"),
        pytest.param(told(patient_city="", patient_zip=""), [("5", "5.city"), ("5", "5.zip")], id="parts of the address are missing"),
        pytest.param(
            told(relation="child"),
            [("4", "4"), *[("7", f"7{part}") for part in ("", ".city", ".state", ".zip")], ("11a", "11a")],
            id="who the insured is is missing",
        ),
        pytest.param(told(auto_accident=True), [("10b", "10b.state")], id="the state of the accident is missing"),
        pytest.param(told(other_plan="Best"), [("9", "9"), ("9a", "9a")], id="who is insured there is missing"),
        pytest.param(replace(CLAIM, prescriber=("R", "1234567890")), [("17b", "17b")], id="the prescriber's NPI has a wrong digit"),
        pytest.param(replace(CLAIM, giver=replace(ANNA, npi="1000000021")), [("24J", "24J"), ("33a", "33a")], id="so has the therapist's"),
        pytest.param(replace(CLAIM, giver=replace(ANNA, npi=None)), [("24J", "24J"), ("33a", "33a")], id="or it is missing"),
        pytest.param(replace(CLAIM, giver=replace(ANNA, tax_id=None)), [("25", "25")], id="the tax id is missing"),
        pytest.param(replace(CLAIM, giver=replace(ANNA, tax_id="12-345")), [("25", "25")], id="the tax id is too short"),
        pytest.param(
            replace(CLAIM, giver=replace(ANNA, address=None, phone=None)),
            [("33", "33.street"), ("33", "33.phone")],
            id="nobody knows where the practice is",
        ),
        pytest.param(replace(CLAIM, services=()), [("21", "21.A"), ("24D", "24D")], id="there is nothing to bill"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, diagnoses=()),)), [("21", "21.A")], id="there is no diagnosis"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, diagnoses=("NECK",)),)), [("21", "21.A")], id="the diagnosis is no code"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, units=None),)), [("24G", "24G")], id="the units are not known"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, units=0),)), [("24G", "24G")], id="less than eight minutes are no unit"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, cents=None),)), [("24F", "24F")], id="the charge is not known"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, cents=0),)), [("24F", "24F")], id="nothing was charged"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, place=None),)), [("24B", "24B")], id="the place is not known"),
        pytest.param(replace(CLAIM, services=(replace(MANUAL, code="9714"),)), [("24D", "24D")], id="the code is too short"),
        pytest.param(replace(CLAIM, wish=Wish(earlier=Earlier("8", " "))), [("22", "22.reference")], id="which claim is taken back"),
        pytest.param(replace(CLAIM, wish=Wish(earlier=Earlier("6", "A"))), [("22", "22")], id="no such code"),
        pytest.param(told(insured_id="1" * 30), [("1a", "1a")], id="an id is longer than its box"),
        pytest.param(told(patient_last="Иванов"), [("2", "2"), ("4", "4")], id="letters that cannot be typed"),
    ],
)
def test_what_is_missing_is_named_box_by_box(claim, expected):
    assert sorted(wrong(claim)) == sorted(expected)
    assert all(fault.detail.endswith(".") for fault in faults_of(claim))


def test_faults_come_in_the_order_of_the_boxes():
    claim = replace(told(insured_id="", payer_name=""), giver=replace(ANNA, npi=None), born_on=None)
    assert [box for box, _code in wrong(claim)] == ["", "1a", "3", "24J", "33a"]


def test_the_seventh_line_begins_another_form_with_its_own_total():
    many = tuple(replace(MANUAL, on=date(2027, 1, day), cents=1_000 * day) for day in range(1, 9))
    first, second = forms_of(replace(CLAIM, services=many, paid_cents=18_000))
    assert (len(first.lines), len(second.lines)) == (6, 2)
    assert (first.boxes["28"], second.boxes["28"]) == ("210 00", "150 00")
    assert (first.boxes["29"], second.boxes["29"]) == ("105 00", "75 00")
    assert first.boxes["1a"] == second.boxes["1a"]


def test_the_thirteenth_diagnosis_begins_another_form_and_its_letter_is_a():
    codes = [f"M54.{number:02d}" for number in range(13)]
    lines = tuple(replace(MANUAL, diagnoses=tuple(codes[start : start + 4])) for start in (0, 4, 8, 12))
    first, second = forms_of(replace(CLAIM, services=lines))
    assert [line["24E"] for line in first.lines] == ["ABCD", "EFGH", "IJKL"]
    assert [first.boxes[f"21.{letter}"] for letter in LETTERS] == [code.replace(".", "") for code in codes[:12]]
    assert (second.boxes["21.A"], second.lines[0]["24E"]) == ("M5412", "A")


def test_the_same_diagnosis_has_one_letter_and_a_line_has_four():
    lines = (replace(MANUAL, diagnoses=("M54.2", "M25.511")), replace(MASSAGE, diagnoses=("M25.511", "M54.2", "G44.209", "M79.7", "R51.9")))
    form = forms_of(replace(CLAIM, services=lines))[0]
    assert [line["24E"] for line in form.lines] == ["AB", "BACD"]
    assert "21.E" not in form.boxes


@given(
    st.lists(
        st.tuples(st.integers(1, 90_000), st.lists(st.sampled_from([f"M{n:02d}.1" for n in range(30)]), max_size=5)),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 3_000_000),
)
def test_whatever_is_billed_nothing_is_lost_and_no_form_is_too_full(lines, paid):
    services = tuple(replace(MANUAL, cents=cents, diagnoses=tuple(dict.fromkeys(codes))) for cents, codes in lines)
    forms = forms_of(replace(CLAIM, services=services, paid_cents=paid))
    number = lambda words: int(words.replace(" ", ""))  # noqa: E731
    assert [line["24F"] for form in forms for line in form.lines] == [money_words(cents) for cents, _codes in lines]
    assert all(len(form.lines) <= 6 and sum(code.startswith("21.") for code in form.boxes) <= 13 for form in forms)
    assert [number(form.boxes["28"]) for form in forms] == [sum(number(line["24F"]) for line in form.lines) for form in forms]
    assert sum(number(form.boxes["29"]) for form in forms) == min(paid, sum(cents for cents, _codes in lines))
    pointed = [
        [form.boxes[f"21.{letter}"] for letter in line.get("24E", "")] for form in forms for line in form.lines
    ]  # fmt: skip
    assert pointed == [[code.replace(".", "") for code in dict.fromkeys(codes)][:4] for _cents, codes in lines]


@pytest.mark.parametrize(("cents", "words"), [(0, "0 00"), (5, "0 05"), (16_500, "165 00"), (99_999_99, "99999 99")])
def test_money_is_dollars_and_cents_without_a_point(cents, words):
    assert money_words(cents) == words


@pytest.mark.parametrize(
    ("typed", "plain"), [("Dr. Ruth  Roe", "DR RUTH ROE"), ("Zoë O’Hara", "ZOE O'HARA"), ("St. John-Smith", "ST JOHN-SMITH")]
)
def test_words_are_capitals_without_points_and_accents(typed, plain):
    assert plain_words(typed) == plain


def test_a_name_without_a_middle_has_one_comma():
    assert name_words("Doe", "Sam") == "Doe, Sam"


CONTENT = {
    "service_on": "2027-01-15", "place_of_service": "12", "icd10": "M54.2, M25.511", "tax_cents": 855, "waived_cents": 0, "paid_cents": 19_855,
    "items": [
        {"code": "97140", "modifier": None, "units": 1, "amount_cents": 5_500},
        {"code": "97124", "modifier": "59", "units": 2, "amount_cents": 11_000},
        {"code": None, "modifier": None, "units": None, "amount_cents": 2_500},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "charges", "paid"),
    [
        pytest.param({}, [5_500, 11_000], 16_500, id="travel and tax have no code"),
        pytest.param({"paid_cents": 0}, [5_500, 11_000], 0, id="nothing was paid yet"),
        pytest.param({"paid_cents": 9_928}, [5_500, 11_000], 8_250, id="half was paid"),
        pytest.param({"waived_cents": 19_855, "paid_cents": 0}, [0, 0], 0, id="all of it was waived"),
        pytest.param(
            {"items": [*CONTENT["items"], {"code": None, "modifier": None, "units": None, "amount_cents": -1_900}], "tax_cents": 0,
             "paid_cents": 17_100}, [4_950, 9_900], 14_850, id="a code took a tenth off",
        ),
    ],
)  # fmt: skip
def test_a_claim_asks_for_what_was_asked_of_the_client(change, charges, paid):
    content = {**CONTENT, **change}
    services = services_of(content)
    assert ([one.cents for one in services], paid_of(content)) == (charges, paid)
    assert [(one.code, one.modifiers, one.units, one.place) for one in services] == [("97140", (), 1, "12"), ("97124", ("59",), 2, "12")]
    assert {one.diagnoses for one in services} == {("M54.2", "M25.511")}


def test_an_unknown_share_stays_unknown():
    items = [{**one, "amount_cents": None, "units": None} if one["code"] else one for one in CONTENT["items"]]
    content = {**CONTENT, "items": [*items, {"code": None, "modifier": None, "units": None, "amount_cents": 16_500}]}
    assert ([one.cents for one in services_of(content)], paid_of(content)) == ([None, None], 0)
    assert diagnoses_of(None) == ()


OLD = (Basis("s1", "d1", 0), (FORM,))


@pytest.mark.parametrize(
    ("basis", "claim", "why"),
    [
        pytest.param(Basis("s1", "d1", 0), CLAIM, (), id="nothing has changed"),
        pytest.param(Basis("s1", "d1", 0), replace(CLAIM, made_on=date(2027, 3, 1)), (), id="another day is no reason"),
        pytest.param(Basis("s2", "d1", 0), replace(CLAIM, paid_cents=0), ("money",), id="a refund"),
        pytest.param(Basis("s1", "d1", 1), CLAIM, ("addendum",), id="an addendum"),
        pytest.param(Basis("s1", "d2", 0), told(insured_id="A"), ("insurance",), id="another card"),
        pytest.param(
            Basis("s2", "d1", 0), replace(CLAIM, services=(replace(MANUAL, units=3), MASSAGE)), ("services",), id="other units",
        ),
        pytest.param(
            Basis("s2", "d1", 0), replace(CLAIM, services=tuple(replace(one, diagnoses=("M25.511",)) for one in CLAIM.services)),
            ("diagnosis",), id="another diagnosis",
        ),
        pytest.param(Basis("s2", "d1", 0), replace(CLAIM, giver=replace(ANNA, phone="+12125550177")), ("other",), id="another phone"),
    ],
)  # fmt: skip
def test_why_a_form_is_made_again(basis, claim, why):
    assert why_again(OLD, (basis, forms_of(claim))) == why


def test_what_is_taken_back_is_repeated_as_it_was():
    (back,) = voided((FORM,), "ICN9")
    assert {**back.boxes, "22": "", "22.reference": ""} == {**FORM.boxes, "22": "", "22.reference": ""}
    assert (back.boxes["22"], back.boxes["22.reference"], back.lines) == ("8", "ICN9", FORM.lines)
    assert form_from_dict(form_to_dict(FORM)) == FORM


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, []),
        ({"patient_state": "New York"}, ["patient_state"]),
        ({"payer_zip": "1220"}, ["payer_zip"]),
        ({"insured_phone": "555"}, ["insured_phone"]),
        ({"began_on": date(2027, 1, 21)}, ["began_on"]),
        ({"began_on": TODAY, "payer_zip": "12201-0001"}, []),
    ],
)
def test_details_have_the_shape_of_their_boxes(change, fields):
    assert [fault.field for fault in insurance_faults(replace(SAM, **change), TODAY)] == fields


def test_details_are_tidied_and_come_back_as_kept():
    assert (tidied({"patient_phone": "+1 (212) 555-0100", "patient_state": "ny"})) == Insurance(
        patient_phone="2125550100", patient_state="NY"
    )
    assert insurance_from_dict(insurance_to_dict(SAM)) == SAM


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("XYZ123456789", Spot(8, 50)),
        ("02 03 1980", Spot(10, 31)),
        ("SIGNATURE ON FILE", Spot(29, 7)),
        ("M542", Spot(38, 3)),
        ("1003000126", Spot(34, 33)),
        ("97140", Spot(44, 25)),
        ("97124", Spot(46, 25)),
        ("59", Spot(46, 33)),
        ("55 00", Spot(44, 53)),
        ("110 00", Spot(46, 52)),
        ("165 00", Spot(56, 54)),
        ("1234567893", Spot(44, 68)),
        ("012345", Spot(43, 68)),
        ("ZZ225700000X", Spot(61, 63)),
    ],
)
def test_each_text_is_printed_at_its_column_and_line(text, spot):
    (page,) = pages_of(typed_pdf("A claim form", sheets_of((FORM,))))
    x, y = place_of(spot)
    assert (x, y) == (LEFT + (spot.column - 1) * LETTER, TOP + spot.line * LINE)
    assert any(one.text == text and abs(one.x - x) < 0.05 and abs(one.y - y) < 0.05 for one in page)


def test_crosses_stand_at_the_chosen_words_and_a_shift_moves_everything():
    (page,) = pages_of(typed_pdf("A claim form", sheets_of((FORM,))))
    crosses = {(round((one.x - LEFT) / LETTER) + 1, round((one.y - TOP) / LINE)) for one in page if one.text == "X"}
    assert crosses == {(31, 8), (42, 10), (33, 12), (41, 20), (68, 20), (41, 22), (41, 24), (57, 26), (57, 36), (19, 56), (43, 56)}
    (moved,) = pages_of(typed_pdf("A claim form", sheets_of((FORM,), right_mm=5, down_mm=-2)))
    assert {(round(two.x - one.x, 1), round(two.y - one.y, 1)) for one, two in zip(page, moved, strict=True)} == {(14.2, -5.7)}


def test_the_file_for_a_printed_form_has_texts_alone_and_the_draft_boxes():
    many = forms_of(replace(CLAIM, services=(MANUAL,) * 7))
    plain, draft = typed_pdf("A claim form", sheets_of(many)), typed_pdf("A claim form", sheets_of(many, DRAFT))
    assert (len(pages_of(plain)), frames_of(plain)) == (2, 0)
    spots = sum(bool(box.spot) + len(box.choices) for box in BOXES) + 6 * sum(bool(box.spot) for box in COLUMNS)
    assert frames_of(draft) == 2 * spots
    assert [[one.text for one in page] for page in pages_of(draft)] == [[one.text for one in page] for page in pages_of(plain)]


def test_nothing_is_printed_over_anything_else_or_off_the_sheet():
    spots = [spot for box in BOXES for spot in (box.spot, *box.choices.values()) if spot]
    spots += [Spot(spot.line + 42 + 2 * line, spot.column, spot.width) for line in range(1, 7) for box in COLUMNS if (spot := box.spot)]
    taken = [(spot.line, column) for spot in spots for column in range(spot.column, spot.column + spot.width)]
    assert len(taken) == len(set(taken))
    assert all(1 <= line <= 62 and 1 <= column <= 80 for line, column in taken)
