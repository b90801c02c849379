"""A stage for processes that are killed: a visit paid by card, Stripe's stand-in on a port, and deeds in processes of their own."""

import json
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
from booking.payments.models import Refund, SavedCard
from booking.payments.rules.states import REFUND_FAILED
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp
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
# How many points of each deed a soak kills at; all of them, unless told.
MOST_POINTS = int(os.environ.get("SOAK_POINTS", "0")) or None
Point = tuple[int, str]
NOWHERE = (0, BEFORE)
Ending = tuple[bool, tuple[object, ...]]


class Killed(BaseException):
    """The process is gone: nothing that catches errors sees it."""


class Killer:
    """Ends the process at the nth call, before it is made or after it was answered."""

    def __init__(self) -> None:
        """Until `left` and `when` are set it lets everything pass."""
        self.left: int | None = None
        self.when = ""

    def __call__(self, when: str) -> None:
        """Asked around each call."""
        if self.left is None or when != self.when:
            return
        self.left -= 1
        if self.left == 0:
            self.left = None
            raise Killed


def killed(deed: Callable[[], object]) -> bool:
    """Do it; whether it was killed, with nothing of its session left."""
    try:
        deed()
    except Killed:
        db.session.rollback()
        db.session.remove()
        return True
    return False


@dataclass
class Stage:
    """A visit that is paid by card, Stripe on a port, and processes that do something about it."""

    till: Till
    stripe: StripeServer
    hands: subprocess.Popen[str]
    folder: Path
    number: int = 0
    # Of the deed that was done last: how often it has asked Stripe, and, when it lived, how often it wrote.
    calls: int = 0
    writes: int = 0

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
        self.stripe.condemn(*(condemned or NOWHERE))
        self.stripe.victim = int(self._answer())
        print(json.dumps([write, *words]), file=self.hands.stdin, flush=True)
        ended = self._ended()
        self.stripe.victim = self.stripe.doom = None
        self.calls = self.stripe.asked
        assert ended in (0, -signal.SIGKILL), f"{words} failed"
        return ended != 0

    def _ended(self) -> int:
        """What the process ended with; before that it may say how often it wrote."""
        word = ""
        while word != "ended":
            word, number = self._answer().split()
            if word == "wrote":
                self.writes = int(number)
        return int(number)

    def _answer(self) -> str:
        assert self.hands.stdout is not None
        return self.hands.stdout.readline()

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
    # Under one key Stripe takes the same words alone, and a page to come back to is one of them: both processes are at the same address.
    till.port = StripePort(KEY, http=DoubleHttp(till.double), home=app.extensions["settings"].base_url)
    app.extensions[PORT] = app.extensions[HASTY] = till.port
    with stripe_served(till.double) as server, hands_of(server, url, clock) as hands:
        yield Stage(till, server, hands, folder)


@contextmanager
def hands_of(stripe: StripeServer, url: str, clock: Clock) -> Iterator[subprocess.Popen[str]]:
    """The process whose copies do the deeds, until the end of the block."""
    cards = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": stripe.address, "STRIPE_WEBHOOK_SECRET": SECRET}
    environment = handed_on(url) | cards | {"CLOCK_FILE": str(clock.path)}
    words = [sys.executable, "-m", "tests.support.deeds"]
    with subprocess.Popen(words, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hands:
        try:
            yield hands
        finally:
            hands.communicate()


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
    """A refund that a bank has sent back is left to a person, nothing else is; no card was charged twice, and the books agree with themselves."""
    left, found = stage.restart(), list(findings(db.session(), stage.till.clock.now))
    sent_back = db.session.scalar(select(func.count()).select_from(Refund).where(Refund.state == REFUND_FAILED))
    assert len(left) == len(found) == sent_back, (left, found)
    assert figures_agree(visit)
    assert all(thing["charges"] <= 1 for thing in stage.till.double.things.values() if thing["object"] == "payment_intent")


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


@dataclass
class Killing:
    """A deed that was left alone once, and is played again and again. `calls` to Stripe and `writes` are what it has; the rest counts what was done."""

    deed: Callable[..., Ending]
    measure: tuple[object, ...]
    calls: int
    writes: int
    at_calls: int = 0
    at_writes: int = 0
    played: int = 1

    @classmethod
    def begin(cls, stage: Stage, deed: Callable[..., Ending]) -> "Killing":
        """Leave it alone."""
        killed, measure = deed()
        assert not killed
        return cls(deed, measure, stage.calls, stage.writes)

    def at_call(self, call: int) -> bool:
        """Kill it at a call, before and after it is done; whether both times there was one."""
        hits = [self._kill(condemned=(call, moment)) for moment in (BEFORE, AFTER)]
        self.at_calls += sum(hits)
        return all(hits)

    def at_write(self, write: int) -> bool:
        """Kill it just before a write; whether there was one."""
        hit = self._kill(write=write)
        self.at_writes += hit
        return hit

    def _kill(self, **point: object) -> bool:
        self.played += 1
        killed, came = self.deed(**point)
        assert came == self.measure, f"{self.deed} killed at {point}"
        return killed


def kill_at_each_call(stage: Stage, deed: Callable[..., Ending]) -> Killing:
    """Kill a deed at each of its calls to Stripe: nothing else comes of it than when it is left alone."""
    killing = Killing.begin(stage, deed)
    for call in range(1, killing.calls + 1):
        assert killing.at_call(call), f"{deed} lived on at call {call}"
    return killing


def points(there: int) -> Iterable[int]:
    """One after the other, until there is none any more; or so many as are wanted, from the first to the last of those that were counted."""
    if MOST_POINTS is None:
        return count(1)
    step = max(1, there - 1) / max(1, MOST_POINTS - 1)
    return sorted({min(there, 1 + round(number * step)) for number in range(MOST_POINTS)} - {0})


def kill_everywhere(stage: Stage, deed: Callable[..., Ending]) -> Killing:
    """Kill a deed at each call to Stripe and at each write: nothing else comes of it than when it is left alone."""
    killing = Killing.begin(stage, deed)
    for at_point, there in ((killing.at_call, killing.calls), (killing.at_write, killing.writes)):
        for point in points(there):
            if not at_point(point):
                break
    return killing


def print_killed(name: str, killing: Killing) -> None:
    """One line for a soak."""
    print_line(
        f"{name}: {killing.calls} calls and {killing.writes} writes; killed {killing.at_calls} times at a call and {killing.at_writes} times"
        f" at a write, played {killing.played} times, each time it ended alike"
    )
