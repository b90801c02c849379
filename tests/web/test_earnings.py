"""Earnings on the page, as a file and in JSON: the ledger's sums, each line with its visit, nobody else's."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import update

from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.settle import Payment, record_payment, waive
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from marketplace.accounts.models import Account
from marketplace.db import db, transaction
from tests.factories import PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import BASE_URL, book_visit

PROVIDER = Doer("provider", "account:test")


@pytest.fixture
def world(app, clock):
    """Anna: 160.00 and 7.20 tax earned and 100.00 of it received; a no-show of 160.00, of which 60.00 were waived."""
    with app.app_context():
        anna, cora = bookable_provider(slug="anna", name="Anna Alder"), bookable_provider(slug="cora", name="Cora Cole")
        start = START + timedelta(days=2)
        done = book_visit(anna, PersonFactory(), start, START).booked.appointment.public_id
        missed = book_visit(anna, PersonFactory(), start + timedelta(hours=3), START).booked.appointment.public_id
        complete(done, PROVIDER, start + timedelta(hours=1))
        record_payment(done, Payment("cash", 10_000), PROVIDER, BASE_URL, start + timedelta(hours=1))
        mark_no_show(missed, PROVIDER, start + timedelta(hours=4))
        waive(missed, 6_000, "so", PROVIDER, start + timedelta(hours=4))
        with transaction() as session:
            session.execute(update(Appointment).where(Appointment.public_id == done).values(service_name='=HYPERLINK("http://x")'))
        accounts = {name: db.session.get_one(Account, one) for name, one in (("anna", anna.account_id), ("cora", cora.account_id))}
        db.session.expunge_all()
    clock.set(start + timedelta(days=1))
    return accounts | {"done": done, "start": start}


def test_the_page_ties_each_line_to_its_visit(world, visitor):
    page = visitor(world["anna"]).open("/provider/earnings").text
    assert f"/provider/appointments/{world['done']}" in page
    for amount in ("$320.00", "$60.00", "$7.20", "$100.00", "$167.20"):
        assert amount in page
    assert "Nothing in this period." in visitor(world["anna"]).open("/provider/earnings", period="week", on="2026-01-01").text
    assert "Nothing in this period." in visitor(world["cora"]).open("/provider/earnings").text


def test_json_says_what_the_ledger_says(app, world, program):
    answer = program(world["anna"]).get("/provider/earnings", period="week").json
    with app.app_context():
        sums = balances(as_entry(row) for row in db.session.query(LedgerEntry))
    totals = answer["totals"]
    assert (totals["earned_cents"], totals["tax_cents"], totals["waived_cents"], totals["received_cents"]) == (
        -sums["provider_earned"], -sums["tax_collected"], sums["waived"], sums["cash_at_visit"],
    )  # fmt: skip
    assert (answer["due_cents"], answer["overdue_cents"]) == (sums["client_receivable"], 0)
    assert [line["what"] for line in answer["lines"]] == ["charge", "paid_cash", "no_show_fee", "waived"]
    assert answer["years"] == [{"year": 2027, **totals}]
    assert program(world["cora"]).get("/provider/earnings").json["lines"] == []


def test_what_nobody_paid_for_a_month_is_overdue(world, clock, program):
    clock.set(world["start"] + timedelta(days=30, hours=2))
    answer = program(world["anna"]).get("/provider/earnings", period="year").json
    assert answer["overdue_cents"] == 6_720  # the visit that took place; the other one ended two hours too late
    assert answer["due_cents"] == 16_720


def test_the_file_holds_no_formula_and_adds_up(world, visitor):
    answer = visitor(world["anna"]).open("/provider/earnings.csv", period="month")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head[-5:] == ["earned", "tax", "waived", "received", "paid back"]
    assert rows[0][3] == '\'=HYPERLINK("http://x")'
    assert [round(sum(float(row[column]) for row in rows) * 100) for column in (-5, -4, -3, -2, -1)] == [32_000, 720, 6_000, 10_000, 0]


@pytest.mark.parametrize("query", ["period=decade", "on=yesterday", "amount=1"])
def test_what_cannot_be_asked(world, program, query):
    name, value = query.split("=")
    assert program(world["anna"]).get("/provider/earnings", **{name: value}).status_code in {400, 422}
