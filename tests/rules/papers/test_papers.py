"""Papers as plain values: an estimate and a receipt say line by line what was kept, and add up."""

from datetime import date

import pytest

from booking.papers.pdf_port import pdf_of, printable
from booking.papers.rules.estimates import ItemFacts, PartyFacts, estimate_of, expected_cpt, paper_of, says_the_same, units_of
from booking.papers.rules.facts import birth_date_fault, tax_id_fault, tidy_tax_id
from booking.papers.rules.receipts import paper_of_gift, paper_of_receipt

NOTICES = {"version": 1, "texts": ["It is an estimate."]}
KIM = PartyFacts("Kim Doe", None, "Anna Alder", "Licensed massage therapist", "1234567893", None, "Chelsea Studio, 10011")
LINES = (("service", "60 minutes", 16_500), ("travel", "Travel to 10016", 2_500), ("tax", "Sales tax 4.5 %", 855))


def visit_on(day, **change):
    facts = {"reference": "LH-1", "service_name": "Medical massage", "minutes": 60, "cpt": "97140", "lines": LINES, "total_cents": 19_855}
    return ItemFacts(on=day, **facts | change)


def estimated(*items, reason="scheduled", parties=KIM):
    return estimate_of(parties, items, reason=reason, scheduled_on=date(2026, 11, 23), notices=NOTICES)


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(7, 0), (8, 1), (22, 1), (23, 2), (30, 2), (37, 2), (38, 3), (45, 3), (52, 3), (53, 4), (60, 4), (75, 5), (90, 6)],
)
def test_units_are_counted_from_the_eighth_minute(minutes, units):
    assert units_of(minutes) == units


@pytest.mark.parametrize(("hint", "code"), [("97140", "97140"), ("97124 or 97140", "97124"), (None, "97124"), ("none", "97124")])
def test_without_a_technique_massage_is_expected(hint, code):
    assert expected_cpt(hint) == code


def test_an_estimate_names_each_line_and_only_the_care_has_a_code():
    content = estimated(visit_on(date(2026, 12, 7)), visit_on(date(2026, 12, 14), reference="LH-2"))
    assert (content["service_on"], content["due_on"], content["total_cents"]) == ("2026-12-07", "2026-11-24", 39_710)
    assert [(row["visit"], row["code"], row["units"], row["amount_cents"]) for row in content["items"]] == [
        ("LH-1", "97140", 4, 16_500), ("LH-1", None, None, 2_500), ("LH-1", None, None, 855),
        ("LH-2", "97140", 4, 16_500), ("LH-2", None, None, 2_500), ("LH-2", None, None, 855),
    ]  # fmt: skip
    paper = paper_of(content, "1", date(2026, 11, 23))
    assert paper.table.total == ("Expected total", "$397.10")
    assert paper.table.rows[0] == ("Dec 7, 2026", "Medical massage, 60 minutes", "97140", "4", "$165.00")
    assert paper.parties[0].lines == ("Kim Doe", "Born not given")
    assert "Tax ID not given" in paper.parties[1].lines
    assert paper.notices == ("It is an estimate.",)


@pytest.mark.parametrize(
    ("reason", "service_on", "due_on"),
    [
        ("scheduled", "2026-11-24", None),
        ("scheduled", "2026-12-07", "2026-11-24"),
        ("changed", "2026-12-08", "2026-11-27"),
        ("asked", "2026-11-24", "2026-11-27"),
        ("asked", "2026-12-07", "2026-11-27"),
    ],
)
def test_when_it_is_due_follows_from_why_it_is_given(reason, service_on, due_on):
    assert estimated(visit_on(date.fromisoformat(service_on)), reason=reason)["due_on"] == due_on


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (estimated(visit_on(date(2026, 12, 7)), reason="asked"), True),
        (estimated(visit_on(date(2026, 12, 8))), False),
        (estimated(visit_on(date(2026, 12, 7), cpt="97124")), False),
        (estimated(visit_on(date(2026, 12, 7), total_cents=1)), False),
    ],
)
def test_two_say_the_same_whatever_they_were_made_for(other, same):
    assert says_the_same(estimated(visit_on(date(2026, 12, 7))), other) is same


RECEIPT = {
    "provider": {"name": "Anna Alder"}, "starts_at": "2027-01-15T03:30:00+00:00", "service_name": "Medical massage", "minutes": 60,
    "reference": "LH-1", "lines": [{"label": "60 minutes", "amount_cents": 16_000}, {"label": "Sales tax", "amount_cents": 720}],
    "waived_cents": 1_000, "total_cents": 16_720, "payment": {"how": "cash", "amount_cents": 10_000}, "paid_cents": 10_000,
    "balance_cents": 5_720, "voids": None,
}  # fmt: skip


def receipt(**change):
    words = {"name": "anna-2027-0001", "kind": "receipt", "client_name": "Kim Doe", "issued_on": date(2027, 1, 15)}
    voided_by = change.pop("voided_by", None)
    kind = change.pop("kind", "receipt")
    return paper_of_receipt(RECEIPT | change, **words | {"kind": kind}, voided_by=voided_by)


def test_a_receipt_adds_up_and_dates_the_visit_by_new_york():
    paper = receipt()
    assert paper.table.rows == (
        ("60 minutes", "$160.00"), ("Sales tax", "$7.20"), ("Waived", "-$10.00"), ("Total", "$157.20"),
        ("This payment, in cash", "$100.00"), ("Paid in all", "$100.00"),
    )  # fmt: skip
    assert (paper.table.total, paper.notices) == (("Still due", "$57.20"), ())
    assert ("Visit", "Jan 14, 2027, Medical massage, 60 minutes") in paper.facts


def test_what_was_taken_back_says_so_on_both_papers():
    assert receipt(voided_by="anna-2027-0002").notices == (
        "This receipt does not count any more. Credit note anna-2027-0002 took it back.",
    )
    note = receipt(kind="credit_note", voids="anna-2027-0001", reason="Wrong visit")
    assert (note.title, note.notices) == ("Credit note", ("Receipt anna-2027-0001 does not count any more: Wrong visit",))


def test_letters_that_the_font_lacks_are_said_to_be_left_out():
    plain, other = (paper_of(estimated(visit_on(date(2026, 12, 7)), parties=who), "1", date(2026, 11, 23)) for who in (KIM, kim_in("陳")))
    assert printable(plain) is plain
    assert printable(other).parties[0].lines[0] == "Kim ? Łukasz"
    assert len(printable(other).notices) == len(other.notices) + 1
    assert pdf_of(other).startswith(b"%PDF-")


def kim_in(letter):
    return PartyFacts(f"Kim {letter} Łukasz", date(1980, 2, 3), "Anna Alder", "Licensed massage therapist", None, "12-3456789", "Chelsea")


@pytest.mark.parametrize(
    ("text", "fault"),
    [("12-3456789", False), ("123456789", False), (" 12-3456789 ", False), ("123-45-6789", True), ("12", True), ("12-34567890", True)],
)
def test_an_ein_has_nine_digits_and_is_no_social_security_number(text, fault):
    assert (tax_id_fault(text) is not None) is fault
    assert fault or tidy_tax_id(text) == "12-3456789"


@pytest.mark.parametrize(("born", "fault"), [("1980-02-03", False), ("2026-11-23", False), ("2026-11-24", True), ("1880-01-01", True)])
def test_a_birth_date_lies_in_a_life(born, fault):
    assert (birth_date_fault(date.fromisoformat(born), date(2026, 11, 23)) is not None) is fault


# --- gift cards ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "title", "total"), [("receipt", "Receipt", "Paid in all"), ("credit_note", "Credit note", "Given back")])
def test_a_paper_of_a_gift_card_says_what_was_paid_or_went_back_and_never_a_code(kind, title, total):
    content = {
        "provider": {"slug": "anna", "name": "Anna Alder"}, "gift_card": "x", "last_four": "2345", "amount_cents": 3_280, "card_cents": 20_000,
        "how": "card", "currency": "USD",
    }  # fmt: skip
    paper = paper_of_gift(content, name="anna-gift-cards-2027-0001", kind=kind, buyer_name="Bea Birch", issued_on=date(2027, 1, 12))
    assert (paper.title, paper.table.total, paper.parties[0].lines) == (title, (total, "$32.80"), ("Bea Birch",))
    assert ("Gift card", "$200.00") in paper.table.rows
    assert "ends in 2345" in dict(paper.facts)["Gift card"]
    assert pdf_of(paper).startswith(b"%PDF")
