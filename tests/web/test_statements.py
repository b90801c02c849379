"""Statements on pages, as files and for programs: the ledger's sums of one side, nobody else's, and what is over stays as it is."""

from datetime import timedelta

import pytest

from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.settle import Payment, record_payment, waive
from booking.appointments.changes.history import Doer
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.visits import BASE_URL, book_visit

PROVIDER = Doer("provider", "account:test")
DAYS = {"from": "2027-01-01", "until": "2027-02-01"}


@pytest.fixture
def world(app, clock):
    """Sam had one visit with Anna for 167.20 and paid 100.00 of it; somebody else missed one; Cora had nobody."""
    with app.app_context():
        sam, anna_owner, cora_owner = AccountFactory(), AccountFactory(role="provider"), AccountFactory(role="provider")
        anna = bookable_provider(slug="anna", name="Anna Alder", account=anna_owner)
        bookable_provider(slug="cora", account=cora_owner)
        person, start = person_of(sam), START + timedelta(days=2)
        done = book_visit(anna, person, start, START).booked.appointment
        reference, done = done.reference, done.public_id
        missed = book_visit(anna, PersonFactory(), start + timedelta(hours=3), START).booked.appointment.public_id
        complete(done, PROVIDER, start + timedelta(hours=1))
        record_payment(done, Payment("cash", 10_000), PROVIDER, BASE_URL, start + timedelta(hours=1))
        mark_no_show(missed, PROVIDER, start + timedelta(hours=4))
        waive(missed, 6_000, "so", PROVIDER, start + timedelta(hours=4))
        for account in (sam, anna_owner, cora_owner):
            db.session.refresh(account)
        db.session.expunge_all()
    clock.set(start + timedelta(days=1))
    return {"sam": sam, "anna": anna_owner, "cora": cora_owner, "visit": done, "reference": reference, "start": start}


def test_a_client_has_the_balance_before_each_event_and_the_balance_after(world, program):
    told = program(world["sam"]).get("/me/statements", **DAYS).json
    assert (told["from"], told["until"], told["final"], told["before"]["balance_cents"]) == ("2027-01-01", "2027-02-01", False, 0)
    assert [(line["what"], line["appointment"], line["balance_cents"]) for line in told["lines"]] == [
        ("charge", world["visit"], 16_720), ("paid_cash", world["visit"], 6_720),
    ]  # fmt: skip
    assert {name: cents for name, cents in told["totals"].items() if cents} == {"charged_cents": 16_720, "paid_cents": 10_000}
    assert {name: cents for name, cents in told["after"].items() if cents} == {"due_cents": 6_720, "balance_cents": 6_720}
    assert told["lines"][0]["provider"] == {"slug": "anna", "name": "Anna Alder"}


def test_a_providers_statement_is_what_the_ledger_says(app, world, program):
    told = program(world["anna"]).get("/provider/statements", **DAYS).json
    with app.app_context():
        sums = balances(as_entry(row) for row in db.session.query(LedgerEntry))
    totals = told["totals"]
    assert (totals["earned_cents"], totals["tax_cents"], totals["waived_cents"], totals["in_hand_cents"]) == (
        -sums["provider_earned"], -sums["tax_collected"], sums["waived"], sums["cash_at_visit"],
    )  # fmt: skip
    assert told["after"]["owed_by_clients_cents"] == told["after"]["balance_cents"] == sums["client_receivable"] == 16_720
    assert program(world["cora"]).get("/provider/statements", **DAYS).json["lines"] == []


def test_a_year_is_told_by_months_and_the_next_begins_where_it_ended(world, program):
    me = program(world["sam"])
    year = me.get("/me/statements", **{"from": "2027-01-01", "until": "2028-01-01"}).json
    assert (year["lines"], len(year["months"])) == ([], 12)
    assert [month["balance_cents"] for month in year["months"]] == [6_720] * 12
    assert year["months"][0]["changes"] == me.get("/me/statements", **DAYS).json["totals"]
    assert me.get("/me/statements", **{"from": "2028-01-01", "until": "2028-02-01"}).json["before"] == year["after"]


def test_what_is_over_is_final_and_says_the_same_whatever_comes_later(app, clock, world, program):
    clock.set(START + timedelta(days=60))
    me = program(world["sam"])
    told = me.get("/me/statements", **DAYS).json
    assert told["final"] is True
    with app.app_context():
        record_payment(world["visit"], Payment("cash", 6_720), PROVIDER, BASE_URL, START + timedelta(days=60))
    assert me.get("/me/statements", **DAYS).json == told
    later = me.get("/me/statements").json
    assert (later["before"], later["totals"]["paid_cents"], later["after"]["balance_cents"]) == (told["after"], 6_720, 0)


@pytest.mark.parametrize(("who", "path"), [("sam", "/me/statements"), ("anna", "/provider/statements")])
def test_a_file_for_those_who_may_read(world, program, who, path):
    file = program(world[who]).get(f"{path}.pdf", **DAYS)
    assert (file.mimetype, file.data[:5], file.headers["Cache-Control"]) == ("application/pdf", b"%PDF-", "private, no-store")
    assert "statement-2027-01-01-2027-01-31.pdf" in file.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"from": "2027-02-01", "until": "2027-02-01"}, 422, "invalid"),
        ({"from": "2027-01-01", "until": "2028-02-01"}, 422, "invalid"),
        ({"from": "January"}, 400, "bad_date"),
        ({"month": "2027-01"}, 400, "unknown_field"),
    ],
)
def test_days_that_make_no_statement_are_refused(world, program, query, status, code):
    answer = program(world["sam"]).get("/me/statements", **query)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_on_pages_each_line_leads_to_its_visit_and_months_to_their_lines(world, visitor):
    sam = visitor(world["sam"])
    page = sam.open("/account/statements", **DAYS).text
    assert f"/appointments/{world['visit']}" in page
    for words in ("Jan 1, 2027 to Jan 31, 2027", "Balance before", "Charged", "$167.20", "Paid in cash", "$67.20", world["reference"]):
        assert words in page
    year = sam.open("/account/statements", **{"from": "2027-01-01", "until": "2028-01-01"}).text
    assert "/account/statements?from=2027-01-01&amp;until=2027-02-01" in year
    assert "Nothing in these days." in sam.open("/account/statements", **{"from": "2026-12-01"}).text
    assert sam.open("/account/statements.pdf", **DAYS).mimetype == "application/pdf"
    anna = visitor(world["anna"])
    page = anna.open("/provider/statements", **DAYS).text
    assert f"/provider/appointments/{world['visit']}" in page
    for words in ("Earned", "$320.00", "Waived", "$60.00", "Received in hand", "$100.00", "Clients owe you"):
        assert words in page
    assert anna.open("/provider/statements.pdf", **DAYS).mimetype == "application/pdf"
    assert "Statement of account" in visitor(world["cora"]).open("/provider/statements").text
