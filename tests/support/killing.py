"""A stage for processes that are killed: a visit paid by card, Stripe's stand-in on a port, and deeds in processes of their own."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from booking.appointments.models import Appointment
from booking.payments.commands import reconcile_all
from booking.payments.forms import HASTY
from booking.payments.forms import KEY as PORT
from booking.payments.models import SavedCard
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.outbox.models import Letter
from tests.factories import TERMS, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import KEY, Till, balances
from tests.support.clocks import Clock
from tests.support.databases import ROOT, handed_on
from tests.support.endings import figures_agree, keep_card, kept_of, look, payments_of, take_deposit
from tests.support.profiles import print_line
from tests.support.stripe_server import AFTER, BEFORE, StripeServer, stripe_served
from tests.support.visits import book_visit, visit_of

HOUR = timedelta(hours=1)
SECRET = "whsec_of_the_tests"
PATIENCE = 300
# How many points of each deed a soak kills at; all of them, unless told.
MOST_POINTS = int(os.environ.get("SOAK_POINTS", "0")) or None
Point = tuple[int, str]
Ending = tuple[bool, tuple[object, ...]]


@dataclass
class Stage:
    """A visit that is paid by card, Stripe on a port, and processes that do something about it."""

    till: Till
    stripe: StripeServer
    url: str
    folder: Path
    number: int = 0

    def visit(
        self, *, hours: int = 20, on_file: bool = False, held: int = 0, terms: dict[str, object] | None = None, **other: object
    ) -> Appointment:
        """A visit that begins so many hours from now, booked long ago; each with people of its own."""
        provider = bookable_provider()
        if terms:
            TermsPolicyFactory(provider=provider, terms={**TERMS, **terms})
        visit = visit_of(book_visit(provider, PersonFactory(), self.noon(), self.till.clock.now))
        if on_file:
            keep_card(self.till, visit)
        if held:
            take_deposit(self.till, visit, held, **other)
        self.till.clock.set(visit.starts_at - hours * HOUR)
        return look(visit)

    def noon(self) -> datetime:
        """A start three days from now, while the therapist works, however long this stage has been played on."""
        return self.till.clock.now.replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=3)

    def run(self, *words: str, write: int = 0, condemned: Point | None = None) -> bool:
        """Do a deed in a process, which is killed at a write, at a call to Stripe, or not at all; whether it was."""
        db.session.rollback()
        if condemned:
            self.stripe.condemn(*condemned)
        cards = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": self.stripe.address, "STRIPE_WEBHOOK_SECRET": SECRET}
        environment = handed_on(self.url) | cards | {"CLOCK_FILE": str(self.till.clock.path), "DIE_AT_WRITE": str(write or "")}
        child = subprocess.Popen([sys.executable, "-m", "tests.support.deeds", *words], cwd=ROOT, env=environment)
        self.stripe.victim = child.pid
        ended = child.wait(timeout=PATIENCE)
        self.stripe.victim = self.stripe.doom = None
        assert ended in (0, -signal.SIGKILL), f"{words} failed"
        return ended != 0

    def restart(self) -> list[str]:
        """What `flask payments reconcile` does after a restart; what it leaves to a person."""
        self.till.clock.advance(minutes=2)
        left = list(reconcile_all(self.till.port, self.till.clock.now, self.till.clock.now - timedelta(days=10)))
        db.session.rollback()
        return left

    def send(self, event: dict[str, object]) -> tuple[str, str]:
        """An event as Stripe sends it: the file that has its body, and its signature."""
        body, signature = self.till.double.webhook(event, SECRET)
        self.number += 1
        path = self.folder / f"event{self.number}.json"
        path.write_bytes(body)
        return str(path), signature


@contextmanager
def staged(app: Flask, clock: Clock, url: str, folder: Path) -> Iterator[Stage]:
    """The stage until the end of the block."""
    till = Till(clock)
    app.extensions[PORT] = app.extensions[HASTY] = till.port
    with stripe_served(till.double) as server:
        yield Stage(till, server, url, folder)


@dataclass(frozen=True)
class Story:
    """What is done (a deed's name and words), how the same is tried again, what Stripe keeps in the end, and how many letters tell of it."""

    visit: Callable[[Stage], Appointment]
    words: Callable[[Appointment], tuple[str, ...]]
    again: Callable[[Appointment, object], object]
    kept: int
    told: tuple[str, int] = ("refund_sent", 1)


@dataclass(frozen=True)
class Whole:
    """Everything that counts so far: what Stripe keeps, letters by kind, the accounts of the ledger."""

    kept: int
    letters: Counter[str]
    accounts: Counter[str]

    @classmethod
    def now(cls, stage: Stage) -> "Whole":
        """As it stands."""
        db.session.rollback()
        kinds = db.session.execute(select(Letter.kind, func.count()).group_by(Letter.kind)).all()
        return cls(kept_of(stage.till), Counter(dict(kinds)), Counter(balances()))

    def since(self, before: "Whole") -> tuple[object, ...]:
        """What has come to it, to be compared."""
        accounts = {name: self.accounts[name] - before.accounts[name] for name in {*self.accounts, *before.accounts}}
        return self.kept - before.kept, dict(self.letters - before.letters), {name: cents for name, cents in accounts.items() if cents}


def mended(stage: Stage, visit: Appointment) -> None:
    """Nothing is left to a person, no card was charged twice, and the books agree with themselves."""
    assert stage.restart() == []
    assert figures_agree(visit)
    assert all(thing["charges"] <= 1 for thing in stage.till.double.things.values() if thing["object"] == "payment_intent")
    assert list(findings(db.session(), stage.till.clock.now)) == []


def calm(stage: Stage, story: Story, visit: Appointment, before: Whole) -> tuple[object, ...]:
    """After a restart, and after whoever was cut off has tried again: as if nothing had happened. Gives all that has come of it."""
    stage.restart()
    try:
        story.again(visit, stage.till.clock.now)
    except (Conflict, Refused):
        db.session.rollback()  # it was done
    mended(stage, visit)
    now = Whole.now(stage)
    assert now.kept - before.kept == story.kept
    kind, number = story.told
    assert now.letters[kind] - before.letters[kind] == number
    return summed(before, now, visit)


def summed(before: Whole, now: Whole, visit: Appointment) -> tuple[object, ...]:
    """All that came of a deed, without names and instants, to be held against the same deed left alone."""
    payments = sorted((one.purpose, one.state, one.captured_cents, one.refunded_cents) for one in payments_of(visit))
    cards = db.session.scalars(select(SavedCard.state).where(SavedCard.person_id == visit.person_id).order_by(SavedCard.id)).all()
    seen = look(visit)
    return (*now.since(before), payments, list(cards), seen.status, seen.paid_cents, seen.due_cents, seen.fee_cents)


def play(stage: Stage, story: Story, *, write: int = 0, condemned: Point | None = None) -> Ending:
    """One deed, killed somewhere or left alone; whether it was killed, and what came of everything."""
    before = Whole.now(stage)
    visit = story.visit(stage)
    killed = stage.run(*story.words(visit), write=write, condemned=condemned)
    return killed, calm(stage, story, visit, before)


def points() -> Iterable[int]:
    """One after the other, as many as are wanted."""
    return count(1) if MOST_POINTS is None else range(1, MOST_POINTS + 1)


def kill_everywhere(deed: Callable[..., Ending]) -> Counter[str]:
    """Play a deed through once, then kill it at each call to Stripe, before and after it is done, and at each write: nothing else may come of it.

    Counts how often.
    """
    killed: Counter[str] = Counter()
    lived, measure = deed()
    assert not lived

    def ends_alike(**point: object) -> bool:
        was_killed, came = deed(**point)
        assert came == measure, point
        return was_killed

    for call in points():
        hits = sum(ends_alike(condemned=(call, moment)) for moment in (BEFORE, AFTER))
        killed["calls"] += hits
        if not hits:
            break
    for write in points():
        if not ends_alike(write=write):
            break
        killed["writes"] += 1
    return killed


def print_killed(name: str, killed: Counter[str]) -> None:
    """One line for a soak."""
    print_line(f"{name}: killed at {killed['calls']} calls and {killed['writes']} writes, each time it ended alike")
