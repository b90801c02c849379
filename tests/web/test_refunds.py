"""Card money of a visit on the platform's page and by JSON: admins give it back, nobody else does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.payments.forms import HASTY, KEY
from marketplace.accounts.models import Account
from marketplace.db import db
from tests.factories import AccountFactory, PersonFactory, bookable_provider
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.endings import take_deposit
from tests.support.visits import book_visit


@pytest.fixture
def world(app, clock):
    """A client has paid 50.00 ahead for a visit in two days."""
    till = Till(clock)
    app.extensions[KEY] = app.extensions[HASTY] = till.port
    with app.app_context():
        client, admin = AccountFactory(), AccountFactory(role="admin")
        anna = bookable_provider(slug="anna")
        visit = book_visit(anna, PersonFactory(account=client), START + timedelta(days=2), START).booked.appointment.public_id
        take_deposit(till, db.session.scalar(select(Appointment)), 5_000)
        ids = {"client": client.id, "admin": admin.id, "anna": anna.account_id}
        db.session.expire_all()
        accounts = {name: db.session.get_one(Account, one) for name, one in ids.items()}
        db.session.expunge_all()
    return accounts | {"visit": visit, "till": till}


def test_an_admin_gives_a_part_back_on_the_page(world, visitor):
    desk = visitor(world["admin"])
    page = desk.open(f"/admin/appointments/{world['visit']}/money")
    assert "Up to $50.00." in page.text
    assert "Say why." in desk.submit(at="/refunds", back="20").text
    page = desk.submit(at="/refunds", back="20.00", told="The visit was shorter.", note="agreed on the phone")
    assert "Ordered. The client has a letter" in page.text
    assert "Up to $30.00." in page.text
    assert world["till"].double.refunded() == 2_000  # it went at once
    assert "Choose an amount from $0.01 to $30.00" in desk.submit(at="/refunds", back="30.01", told="More").text


def test_a_therapist_sees_no_form_for_it(world, visitor):
    assert "Card payments" not in visitor(world["anna"]).open(f"/provider/appointments/{world['visit']}/money").text


def test_a_program_gives_back(world, program):
    path, body = f"/appointments/{world['visit']}/refund", {"amount_cents": 5_000, "reason": "The room was cold.", "note": None}
    assert program(world["client"]).post(path, body).status_code == 403
    staff = program(world["admin"])
    once, again = (staff.post(path, body, key="one") for _ in range(2))
    assert (once.status_code, once.json["paid_cents"], once.json["due_cents"]) == (201, 0, 16_720)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (once.json, "true")
    assert world["till"].double.refunded() == 5_000
    refused = staff.post(path, body)
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_paid")
    assert staff.post(path, body | {"currency": "EUR"}).json["code"] == "unknown_field"
