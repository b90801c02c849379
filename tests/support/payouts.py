"""Visits that were paid by card and had, and the payouts that follow from them."""

from datetime import datetime, timedelta

from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.payments.changes.ordering import DEPOSIT
from booking.payments.stripe_port.connect import ConnectPort
from booking.payouts.actions.paying import send_payout
from booking.payouts.queries import open_payouts
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import PersonFactory
from tests.support.cards import Till
from tests.support.clocks import START
from tests.support.visits import book_visit

PROVIDER = Doer("provider", "account:test")
DAY = START + timedelta(days=2)
MONDAY = START + timedelta(days=6)


class Ended(BaseException):
    """The process ends here."""


def had(anna: Provider, bank: Till, at: datetime = DAY, cents: int = 16_720) -> int:
    """A visit that was paid by card and took place; gives its row id."""
    person = PersonFactory(email="sam@licensedhands.test")
    visit = book_visit(anna, person, at, START).booked.appointment
    name, row = visit.public_id, visit.id
    bank.pay(cause=f"visit:{name}", purpose=DEPOSIT, person_id=person.id, provider_id=anna.id, appointment_id=row, amount_cents=cents)
    complete(name, PROVIDER, at + timedelta(hours=1))
    return row


def send_all(bank: Till, now: datetime = MONDAY) -> list[str]:
    """What was ordered is sent; gives how each payout stands."""
    names = open_payouts(db.session())
    db.session.rollback()
    return [send_payout(ConnectPort(bank.port), name, now) for name in names]
