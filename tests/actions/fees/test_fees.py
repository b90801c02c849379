"""The platform's fee through the verbs of visits: agreed when booked, owed once had or at the client's fault, else never."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.changes.history import Doer
from booking.fees.actions import announce_agreement, charge_months
from booking.fees.rules import Agreement
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from marketplace.db import db
from tests.factories import FeeAgreementFactory, PersonFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import BASE_URL, CLIENT, book_visit

PROVIDER = Doer("provider", "account:test")
DAY = START + timedelta(days=2)


@pytest.fixture
def anna(ctx):
    return bookable_provider(slug="anna")


def costs():
    db.session.rollback()
    return balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).get("platform_costs", 0)


def booked(anna, sam, at=DAY, now=START):
    return book_visit(anna, sam, at, now).booked.appointment.public_id


def test_a_visit_that_is_had_costs_what_was_agreed_when_it_was_booked(anna):
    FeeAgreementFactory(cents=500)
    visit = booked(anna, PersonFactory())
    announce_agreement(Agreement("per_booking", date(2027, 1, 13), 900), "More.", "account:admin", START)
    assert costs() == 0
    complete(visit, PROVIDER, DAY + timedelta(hours=1))
    assert costs() == 500


@pytest.mark.parametrize(("doer", "hours", "cents"), [(CLIENT, 30, 0), (CLIENT, 2, 500), (PROVIDER, 2, 0)])
def test_nothing_is_taken_unless_the_client_is_at_fault(anna, doer, hours, cents):
    FeeAgreementFactory(cents=500)
    cancel(booked(anna, PersonFactory()), Cancelling(), doer, BASE_URL, DAY - timedelta(hours=hours))
    assert costs() == cents


def test_a_missed_visit_is_the_clients_fault(anna):
    FeeAgreementFactory(cents=500)
    mark_no_show(booked(anna, PersonFactory()), PROVIDER, DAY + timedelta(minutes=20))
    assert costs() == 500


def test_only_the_first_booking_of_a_client_costs_where_that_is_agreed(anna):
    FeeAgreementFactory(kind="first_booking", cents=1_500)
    sam, other = PersonFactory(), PersonFactory()
    called_off = booked(anna, sam)
    cancel(called_off, Cancelling(), CLIENT, BASE_URL, START)
    visits = [booked(anna, sam), booked(anna, sam, DAY + timedelta(hours=2)), booked(anna, other, DAY + timedelta(hours=4))]
    for visit in visits:
        complete(visit, PROVIDER, DAY + timedelta(hours=6))
    assert costs() == 2 * 1_500  # what was called off free of charge was no first one


def test_one_confirmed_address_is_one_client_as_a_guest_too(anna):
    FeeAgreementFactory(kind="first_booking", cents=1_500)
    sam, again = (PersonFactory(email="sam@licensedhands.test", email_confirmed_at=START) for _ in range(2))
    for number, person in enumerate((sam, again)):
        complete(booked(anna, person, DAY + timedelta(hours=2 * number)), PROVIDER, DAY + timedelta(hours=6))
    assert costs() == 1_500


def test_a_month_is_charged_once_to_whoever_can_be_booked(anna):
    FeeAgreementFactory(kind="monthly", cents=4_900)
    bookable_provider(slug="cora", state="suspended")
    assert charge_months(START) == 1
    assert charge_months(START + timedelta(days=3)) == 0
    assert charge_months(START + timedelta(days=25)) == 1
    assert costs() == 2 * 4_900
