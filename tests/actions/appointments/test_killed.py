"""A process is killed at any call to Stripe and at any write: after a restart nothing is charged twice and no refund is lost.

A real process does each deed, asks a stand-in of Stripe over HTTP, and is ended by SIGKILL. Some points in every run, all in the soak.
"""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.pay import Asking, CardBooking
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import finish_open, pay
from booking.appointments.models import Appointment
from booking.payments.commands import reconcile_all
from booking.payments.forms import HASTY
from booking.payments.forms import KEY as PORT
from booking.payments.models import Payment
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from tests.factories import TERMS, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import KEY, Till, letters
from tests.support.databases import ROOT, handed_on
from tests.support.endings import figures_agree, keep_card, kept_of, look, payments_of, take_deposit
from tests.support.stripe_server import AFTER, BEFORE, StripeServer, stripe_served
from tests.support.visits import BASE_URL, CLIENT, book_visit, booking_of, hold_visit, visit_of

HOUR = timedelta(hours=1)
SECRET = "whsec_of_the_tests"
STAFF = Doer("admin", "account:admin")
PROVIDER = Doer("provider", "account:provider")
PATIENCE = 120


@dataclass
class Stage:
    """A visit that is paid by card, Stripe on a port, and processes that do something about it."""

    till: Till
    stripe: StripeServer
    url: str
    folder: object
    number: int = 0

    def visit(self, *, hours: int = 20, on_file: bool = False, held: int = 0, **other: object):
        """A visit that begins so many hours from now, booked long ago; each with people of its own."""
        visit = visit_of(book_visit(bookable_provider(), PersonFactory(), self.till.clock.now + timedelta(days=3), self.till.clock.now))
        if on_file:
            keep_card(self.till, visit)
        if held:
            take_deposit(self.till, visit, held, **other)
        self.till.clock.set(visit.starts_at - hours * HOUR)
        return look(visit)

    def run(self, *words: str, write: int = 0) -> int:
        """Do a deed in a process; gives how it ended, -9 where it was killed."""
        db.session.rollback()
        cards = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": self.stripe.address, "STRIPE_WEBHOOK_SECRET": SECRET}
        environment = handed_on(self.url) | cards | {"CLOCK_FILE": str(self.till.clock.path), "DIE_AT_WRITE": str(write or "")}
        child = subprocess.Popen([sys.executable, "-m", "tests.support.deeds", *words], cwd=ROOT, env=environment)
        self.stripe.victim = child.pid
        ended = child.wait(timeout=PATIENCE)
        self.stripe.victim = self.stripe.doom = None
        return ended

    def restart(self) -> list[str]:
        """What `flask payments reconcile` does after a restart; what it leaves to a person."""
        self.till.clock.advance(minutes=2)
        left = list(reconcile_all(self.till.port, self.till.clock.now, self.till.clock.now - timedelta(days=10)))
        db.session.rollback()
        return left


@pytest.fixture
def stage(app, ctx, clock, database, tmp_path):
    till = Till(clock)
    app.extensions[PORT] = app.extensions[HASTY] = till.port
    with stripe_served(till.double) as server:
        yield Stage(till, server, database.url, tmp_path)


@dataclass(frozen=True)
class Story:
    """What is done (a deed's name and words), how the same is tried again, what Stripe keeps in the end, and how many letters tell of it."""

    visit: Callable[[Stage], object]
    words: Callable[[object], tuple[str, ...]]
    again: Callable[[object, object], object]
    kept: int
    told: tuple[str, int] = ("refund_sent", 1)


STORIES = {
    "a client leaves, a part of the deposit goes back": Story(
        lambda stage: stage.visit(held=16_720),
        lambda visit: ("leave", visit.public_id),
        lambda visit, now: cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, now),
        8_000,
    ),
    "a client leaves, the fee is taken of what a bank keeps": Story(
        lambda stage: stage.visit(held=16_720, capture_later=True),
        lambda visit: ("leave", visit.public_id),
        lambda visit, now: cancel(visit.public_id, Cancelling(), CLIENT, BASE_URL, now),
        8_000,
        ("payment_received", 1),
    ),
    "a client does not come, the card on file is charged": Story(
        lambda stage: stage.visit(on_file=True),
        lambda visit: ("miss", visit.public_id),
        lambda visit, now: mark_no_show(visit.public_id, PROVIDER, now + timedelta(days=30)),
        16_000,
        ("payment_received", 1),
    ),
    "an admin gives back": Story(
        lambda stage: stage.visit(held=5_000),
        lambda visit: ("give_back", visit.public_id, "5000"),
        lambda visit, now: refund(visit.public_id, Refunding(5_000, "The room was cold."), STAFF, now),
        0,
    ),
}


def calm(stage, story, visit, before, told):
    """After a restart, and after whoever was cut off has tried again: as if nothing had happened."""
    stage.restart()
    try:
        story.again(visit, stage.till.clock.now)
    except (Conflict, Refused):
        db.session.rollback()  # it was done
    left = stage.restart()
    assert left == []
    assert kept_of(stage.till) - before == story.kept
    assert figures_agree(visit)
    assert look(visit).paid_cents == story.kept
    assert all(thing["charges"] <= 1 for thing in stage.till.double.things.values() if thing["object"] == "payment_intent")
    assert letters(story.told[0]) - told == story.told[1]
    assert list(findings(db.session(), stage.till.clock.now)) == []


def kill_at_call(stage, name, call, moment):
    """One deed killed at one call; whether it was."""
    story = STORIES[name]
    before = kept_of(stage.till)
    visit, told = story.visit(stage), letters(story.told[0])
    stage.stripe.condemn(call, moment)
    ended = stage.run(*story.words(visit))
    calm(stage, story, visit, before, told)
    return ended == -signal.SIGKILL


def kill_at_write(stage, name, write):
    """One deed killed at one write; whether it was."""
    story = STORIES[name]
    before = kept_of(stage.till)
    visit, told = story.visit(stage), letters(story.told[0])
    ended = stage.run(*story.words(visit), write=write)
    calm(stage, story, visit, before, told)
    return ended == -signal.SIGKILL


NAMES = list(STORIES)
POINTS = [(NAMES[0], 2, AFTER), (NAMES[1], 2, AFTER), (NAMES[2], 2, AFTER)]


@pytest.mark.parametrize("name, call, moment", POINTS)
def test_killed_at_a_call(stage, name, call, moment):
    assert kill_at_call(stage, name, call, moment), "the process lived on: the point is not on its way any more"


def test_killed_at_a_write(stage):
    assert kill_at_write(stage, NAMES[0], 6)


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_killed_at_every_call(stage, name):
    for call in count(1):
        if not [moment for moment in (BEFORE, AFTER) if kill_at_call(stage, name, call, moment)]:
            return


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_killed_at_every_write(stage, name):
    for write in count(1):
        if not kill_at_write(stage, name, write):
            return


# --- booking by card ---------------------------------------------------------------------------------------------------------


def book(stage, write=0, condemned=None):
    """A client books by card with half of the price ahead, is cut off, and tries again; whether the first try was killed."""
    provider, person, now = bookable_provider(), PersonFactory(), stage.till.clock.now
    TermsPolicyFactory(provider=provider, terms={**TERMS, "payment": "deposit", "deposit_percent": 50})
    hold = hold_visit(provider, person, now + timedelta(days=3), now)
    wanted, hold_id, person_id = booking_of(hold, person, now, payment_method="card"), hold.id, person.id
    told, before = letters("payment_received"), kept_of(stage.till)
    if condemned:
        stage.stripe.condemn(*condemned)
    ended = stage.run("book", wanted.hold, wanted.screening, wanted.consent_version, str(person_id), write=write)
    stage.till.clock.advance(seconds=20)
    pay(CardBooking(wanted, "pm_card_visa"), person_id, Asking(CLIENT, BASE_URL), stage.till.clock.now)
    finish_open(stage.till.clock.now, BASE_URL)
    assert stage.restart() == []
    visit = db.session.scalars(select(Appointment).where(Appointment.hold_id == hold_id)).one()
    assert (visit.status, visit.paid_cents, kept_of(stage.till) - before) == ("confirmed", 8_360, 8_360)
    assert letters("payment_received") - told == 1
    assert figures_agree(visit)
    assert all(thing["charges"] <= 1 for thing in stage.till.double.things.values() if thing["object"] == "payment_intent")
    assert list(findings(db.session(), stage.till.clock.now)) == []
    return ended == -signal.SIGKILL


def test_killed_while_booking(stage):
    assert book(stage, condemned=(2, AFTER))


@pytest.mark.soak
def test_booking_killed_everywhere(stage):
    for call in count(1):
        if not [moment for moment in (BEFORE, AFTER) if book(stage, condemned=(call, moment))]:
            break
    for write in count(1):
        if not book(stage, write=write):
            return


# --- a webhook ---------------------------------------------------------------------------------------------------------------


def hear(stage, write=0, condemned=None):
    """Stripe tells of a payment whose client has acted at their bank, and again until somebody listens; whether the first was killed."""
    visit = stage.visit(held=5_000, payment_method="pm_card_threeDSecure2Required")
    [payment] = payments_of(visit)
    told, before = letters("payment_received"), kept_of(stage.till)
    stage.till.double.act(payment.intent)
    body, signature = stage.till.double.webhook(stage.till.double.events[-1], SECRET)
    stage.number += 1
    path = stage.folder / f"event{stage.number}.json"
    path.write_bytes(body)
    if condemned:
        stage.stripe.condemn(*condemned)
    ended = stage.run("hear", str(path), signature, write=write)
    if ended:
        assert stage.run("hear", str(path), signature) == 0
    assert stage.restart() == []
    assert (kept_of(stage.till) - before, look(visit).paid_cents, letters("payment_received") - told) == (5_000, 5_000, 1)
    assert db.session.get_one(Payment, payment.id, populate_existing=True).state == "captured"
    assert figures_agree(visit)
    return ended == -signal.SIGKILL


def test_killed_while_a_webhook_is_heard(stage):
    assert hear(stage, write=2)


@pytest.mark.soak
def test_a_webhook_killed_everywhere(stage):
    assert all(hear(stage, condemned=(1, moment)) for moment in (BEFORE, AFTER))
    for write in count(1):
        if not hear(stage, write=write):
            return
