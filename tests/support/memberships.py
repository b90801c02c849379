"""A therapist whose members pay by card at Stripe's stand-in, day after day."""

from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.memberships.actions.joining import Joined, Wish, join
from booking.memberships.actions.offering import offer_plan
from booking.memberships.jobs import charge_members, remind_members
from booking.memberships.models import Membership
from booking.memberships.queries import get_kept, membership_findings, months_of
from booking.memberships.rules.plans import Plan
from booking.packages.actions.offering import allow_packages
from booking.packages.queries import package_findings
from booking.payments.actions.settle import settle_payment
from booking.payments.commands import reconcile_all
from booking.payments.forms import KEY
from booking.payments.models import SavedCard
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.connected import ConnectDouble
from marketplace.accounts.models import Person
from marketplace.db import db, transaction
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from tests.factories import PersonFactory, SavedCardFactory, bookable_provider
from tests.support.cards import port_to
from tests.support.clocks import START, Clock

PLAN = Plan("medical-massage", 60, 1, 13_000, 3)
# 130.00 and 4.5 percent.
MONTH = 13_585


class Club:
    """What a story of a membership does. `double` is Stripe; its port is the application's."""

    def __init__(self, clock: Clock, around: Callable[[str], None] | None = None) -> None:
        self.clock = clock
        self.double = ConnectDouble(lambda: clock.now)
        self.port: StripePort = port_to(self.double, around)
        current_app.extensions[KEY] = self.port
        allow_packages(True, "To try it out.", "account:admin", START)
        self.anna = bookable_provider(slug="anna", name="Anna Alder")

    def offer(self, plan: Plan = PLAN) -> str:
        """A plan is offered; gives its public id."""
        return offer_plan(self.anna.id, plan, "account:anna", self.clock.now).public_id

    def card(self, person: Person, payment_method: str = "pm_card_visa") -> str:
        """A card of somebody's is kept."""
        customer = self.port.create_customer(f"person:{person.public_id}", "here")
        return SavedCardFactory(person=person, payment_method=payment_method, customer=customer).public_id

    def begin(self, plan: str, person: Person | None = None, card: str | None = None, cents: int = MONTH) -> Joined:
        """Somebody agrees; nothing was asked of Stripe yet."""
        person = person or PersonFactory(name="Sam Ellery", email="sam@licensedhands.test")
        card = card or self.card(person)
        return join(Wish(plan, card, cents, agreed=True), person.id, "account:sam", self.clock.now)

    def join(self, plan: str | None = None, person: Person | None = None, card: str | None = None, cents: int = MONTH) -> str:
        """Somebody becomes a member and pays the first month; gives the membership."""
        joined = self.begin(plan or self.offer(), person, card, cents)
        settle_payment(self.port, joined.payment, self.clock.now)
        return joined.membership

    def run(self) -> None:
        """The jobs of this day."""
        remind_members(self.clock.now)
        charge_members(self.clock.now)

    def days(self, number: int) -> None:
        """Day after day, with its jobs."""
        for _day in range(number):
            self.clock.advance(days=1)
            self.run()

    def mend(self) -> list[str]:
        """What a restart does: the jobs, then all that is open is settled and compared."""
        db.session.rollback()
        self.run()
        return list(reconcile_all(self.port, self.clock.now, self.clock.now - timedelta(days=31)))

    def use_card(self, membership: str, payment_method: str) -> None:
        """The kept card of a membership behaves like another one from now on."""
        with transaction() as session:
            session.get_one(SavedCard, get_kept(session, membership).membership.card_id).payment_method = payment_method

    def look(self, membership: str) -> Membership:
        """A membership as it is now."""
        db.session.rollback()
        return get_kept(db.session(), membership).membership

    def months(self, membership: str) -> list[tuple[int, str]]:
        """Its months, the oldest first: number and how its visits stand."""
        return [(month.number, package.state) for month, package in reversed(months_of(db.session(), self.look(membership).id))]

    def sums(self) -> dict[str, int]:
        """What stands on each account; together 0."""
        db.session.rollback()
        found = {name: cents for name, cents in balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).items() if cents}
        assert sum(found.values()) == 0
        return found

    def letters(self, kind: str) -> list[dict[str, object]]:
        """The facts of all letters of a kind."""
        db.session.rollback()
        return [row.facts for row in db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id))]

    def found(self) -> list[str]:
        """What is not as it must be."""
        db.session.rollback()
        today = local_day(to_minute(self.clock.now))
        return [*package_findings(db.session()), *membership_findings(db.session(), today)]
