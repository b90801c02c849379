"""What a superbill says: codes by the minutes of the note, the diagnosis word by word or none, sums that are the ledger's."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.ledger.rules import entries as ledger
from booking.packages import rules as packages
from booking.papers.pdf_port import pdf_of
from booking.superbills.rules.content import (
    MISSING,
    Attested,
    Client,
    Known,
    Party,
    Prescribed,
    VisitFacts,
    money_of,
    says_the_same,
    superbill_of,
)
from booking.superbills.rules.papers import paper_of, superbill_name

NOTICES = {"version": 1, "texts": ["Reimbursement is not promised."]}
LINES = (("service", "60 minutes", 16_500), ("travel", "Travel to 10016", 2_500), ("tax", "Sales tax 4.5 %", 855))
CHARGE = ledger.charge("v", [{"code": code, "amount_cents": cents} for code, _label, cents in LINES])
CASH = ledger.paid_at_visit("v", 1, "cash", 19_855)
VISIT = VisitFacts("LH-1", date(2027, 1, 14), "clinic", "Medical massage", LINES, done=True)
KIM = Client("Kim Doe", date(1980, 2, 3), "64 East 7th Street, 4C, New York, NY 10003")
ANNA = Party(
    "Anna Alder",
    "Licensed massage therapist",
    "27 012345",
    "1234567893",
    "12-3456789",
    "Chelsea Studio, New York, NY 10011",
    "+12125550100",
)
PAPER = Prescribed("Dr. Ruth Roe", "1003000126", "M54.2", "Cervicalgia", date(2026, 12, 1))
NOTE = Attested((("97140", 20), ("97124", 30)), 50, "Anna Alder", datetime(2027, 1, 15, 3, 30, tzinfo=UTC))
WORTH = packages.Worth(5, 14_000, 630, 16_000, 720)


def entries(*groups):
    return [one for group in groups for one in group.entries]


KNOWN = Known(VISIT, KIM, ANNA, PAPER, NOTE, money_of(entries(CHARGE, CASH)))


def made(**change):
    return superbill_of(replace(KNOWN, **change), NOTICES)


def codes(content):
    return [
        (item["code"], item["modifier"], item["minutes"], item["units"], item["amount_cents"]) for item in content["items"] if item["code"]
    ]


def test_a_whole_one():
    content = made()
    assert (content["complete"], content["missing"], content["coverage"]) == (True, [], "unknown")
    # Fifty minutes are three units; of 30 and 20 minutes the longer has two, the other one.
    assert codes(content) == [("97140", None, 20, 1, 5_500), ("97124", "59", 30, 2, 11_000)]
    assert content["items"][-1] == {
        "code": None, "modifier": None, "label": "Travel to 10016", "minutes": None, "units": None, "amount_cents": 2_500,
    }  # fmt: skip
    assert (content["units"], content["hands_on_minutes"], content["place_of_service"]) == (3, 50, "11")
    assert (content["charged_cents"], content["tax_cents"], content["total_cents"]) == (19_000, 855, 19_855)
    assert (content["paid_cents"], content["paid_by"], content["due_cents"]) == (19_855, ["cash"], 0)
    assert (content["icd10"], content["prescriber"]["name"], content["note"]["signed_on"]) == ("M54.2", "Dr. Ruth Roe", "2027-01-14")
    assert [(one["code"], one["answer"]) for one in content["checklist"]] == [("prescribed", "yes"), ("licensed", "yes"), ("clinic", "yes")]


def test_without_a_prescription_no_diagnosis_is_made_up():
    content = made(prescribed=None)
    assert (content["icd10"], content["diagnosis"], content["prescriber"]) == (None, None, None)
    assert (content["complete"], [one["code"] for one in content["missing"]]) == (False, ["prescription"])
    paper = paper_of(content, None, 0, None)
    assert (paper.title, dict(paper.facts)["ICD-10-CM"]) == ("Superbill, not issued yet", "none was given")
    assert MISSING["prescription"] in paper.notices


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"client": replace(KIM, born_on=None)}, "birth_date"),
        ({"client": replace(KIM, address=None)}, "client_address"),
        ({"provider": replace(ANNA, license_number=None)}, "license"),
        ({"provider": replace(ANNA, npi=None)}, "npi"),
        ({"provider": replace(ANNA, tax_id=None)}, "tax_id"),
        ({"attested": replace(NOTE, minutes=(("97140", None), ("97124", 30)))}, "minutes"),
        ({"visit": replace(VISIT, done=False)}, "done"),
    ],
)
def test_what_is_not_known_is_named(change, missing):
    content = made(**change)
    assert (content["complete"], [one["code"] for one in content["missing"]]) == (False, [missing])


@pytest.mark.parametrize(
    ("minutes", "whole", "told"),
    [
        pytest.param((("97140", None),), 50, [("97140", None, 50, 3, 16_500)], id="one code has all minutes"),
        pytest.param((("97140", 20), ("97140", 33)), 53, [("97140", None, 53, 4, 16_500)], id="techniques of one code are one line"),
        pytest.param(
            (("97140", 5), ("97124", 45)),
            50,
            [("97140", None, 5, 0, 0), ("97124", None, 45, 3, 16_500)],
            id="no unit, no price, no modifier",
        ),
        pytest.param((("97140", 7),), 7, [("97140", None, 7, 0, None)], id="seven minutes are no unit"),
        pytest.param(
            (("97140", None), ("97124", 20)), 50, [("97140", None, None, None, None), ("97124", None, None, None, None)], id="unknown"
        ),
        pytest.param(
            (("97140", 30), ("97124", 30)),
            50,
            [("97140", None, 30, 2, 11_000), ("97124", "59", 30, 1, 5_500)],
            id="no more than hands on",
        ),
    ],
)
def test_units_follow_from_what_was_attested(minutes, whole, told):
    content = made(attested=replace(NOTE, minutes=minutes, hands_on_minutes=whole))
    assert codes(content) == told
    assert sum(item["amount_cents"] or 0 for item in content["items"]) == content["charged_cents"] == 19_000


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        pytest.param([CHARGE], (19_855, 0, [], 19_855), id="nothing paid"),
        pytest.param([CHARGE, CASH, ledger.counter(CASH.key, CASH.entries, "a slip")], (19_855, 0, [], 19_855), id="a slip"),
        pytest.param(
            [ledger.deposit_taken("d", 5_000), CHARGE, ledger.deposit_used("v", 5_000), ledger.paid_at_visit("v", 1, "terminal", 14_855)],
            (19_855, 19_855, ["card", "terminal"], 0),
            id="two ways",
        ),
        pytest.param(
            [CHARGE, ledger.paid_by_card("c", 19_855), ledger.refund("r", 2_000, "so"), ledger.refund_sent("r:sent", 2_000)],
            (19_855, 17_855, ["card"], 2_000),
            id="part of it went back",
        ),
        pytest.param(
            [CHARGE, ledger.waived("v", 1, 6_000, 258, "so"), ledger.paid_at_visit("v", 1, "check", 13_855)],
            (13_855, 13_855, ["check"], 0),
            id="what was let go of",
        ),
        pytest.param([CHARGE, ledger.credit_used("v", 1, 19_855)], (19_855, 19_855, ["credit"], 0), id="credit of earlier"),
    ],
)
def test_sums_are_the_ledgers(groups, told):
    content = made(money=money_of(entries(*groups)))
    assert (content["total_cents"], content["paid_cents"], content["paid_by"], content["due_cents"]) == told


def test_a_visit_of_a_package_costs_what_was_paid_for_it():
    lines = [{"code": "service", "amount_cents": 16_000}, {"code": "package", "amount_cents": -16_000}]
    money = money_of(entries(ledger.charge("v", lines), packages.earned("v", "card", WORTH)))
    content = made(money=money)
    assert (content["charged_cents"], content["tax_cents"], content["paid_cents"], content["due_cents"]) == (14_000, 630, 14_630, 0)
    assert content["paid_by"] == ["package"]
    assert sum(item["amount_cents"] for item in content["items"]) == 14_000


@given(
    st.lists(st.tuples(st.sampled_from(["97124", "97140"]), st.integers(1, 90) | st.none()), min_size=1, max_size=5), st.integers(1, 120)
)
def test_whatever_was_done_the_lines_add_up(minutes, whole):
    content = made(attested=replace(NOTE, minutes=tuple(minutes), hands_on_minutes=whole))
    assert sum(item["amount_cents"] or 0 for item in content["items"]) == content["charged_cents"]
    known = [item["units"] for item in content["items"] if item["code"]]
    assert content["units"] == (None if None in known else sum(known))


@pytest.mark.parametrize(("change", "same"), [({}, True), ({"prescribed": None}, False), ({"client": replace(KIM, name="Kim Roe")}, False)])
def test_two_say_the_same_whatever_stands_below(change, same):
    assert says_the_same(superbill_of(KNOWN, {"version": 2, "texts": []}), made(**change)) is same


def test_the_paper_says_line_by_line_what_was_kept():
    paper = paper_of(made(), "anna-SB2027-0001", 2, date(2027, 1, 16))
    assert (paper.title, paper.number) == ("Superbill", "anna-SB2027-0001, version 2")
    assert paper.table.rows[:2] == (("Manual therapy", "97140", "20", "1", "$55.00"), ("Massage therapy", "97124-59", "30", "2", "$110.00"))
    assert (paper.table.total, paper.table.rows[-1]) == (("Still due", "$0.00"), ("Paid in cash", "", "", "", "$198.55"))
    assert "License 27 012345, NY" in paper.parties[1].lines
    assert paper.parties[2].lines == ("Dr. Ruth Roe", "NPI 1003000126", "On Dec 1, 2026")
    assert dict(paper.facts)["Coverage"] == "unknown: only the insurer can say"
    assert paper.notices[-1] == "Reimbursement is not promised."
    assert pdf_of(paper).startswith(b"%PDF-")


def test_numbers_say_whose_and_which_year():
    assert superbill_name("anna", 2027, 7) == "anna-SB2027-0007"
