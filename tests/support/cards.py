"""Stripe's stand-in for tests: the port over an injected HTTP client, and a payment on its way."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy import func, select

from booking.ledger.models import LedgerEntry
from booking.payments.actions.settle import Settled, settle_payment, settle_refund
from booking.payments.changes.ordering import DEPOSIT, Back, Wish, order_capture, order_payment, order_refund, order_release
from booking.payments.models import Payment, Refund
from booking.payments.queries import get_payment, get_refund
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.connected import ConnectDouble
from booking.payments.stripe_port.double import DoubleHttp, StripeDouble
from marketplace.db import db, transaction
from marketplace.outbox.models import Letter
from tests.factories import PersonFactory, ProviderFactory
from tests.support.clocks import Clock

KEY = "sk_test_of_the_tests"


def port_to(double: StripeDouble, around: Callable[[str], None] | None = None) -> StripePort:
    """The real port, whose requests end at the double."""
    return StripePort(KEY, http=DoubleHttp(double, around))


def wish(**other: object) -> Wish:
    """190.00 from a good card, at once, for a new client of a new provider."""
    said = {
        "cause": "deposit:visit",
        "purpose": DEPOSIT,
        "label": "Visit LH-4711",
        "amount_cents": 19_000,
        "payment_method": "pm_card_visa",
        "capture_later": False,
        "off_session": False,
        "by": "test:somebody",
    }
    people = {} if "person_id" in other else {"person_id": PersonFactory(email="client@licensedhands.test").id}
    return Wish(**{**said, **people, "provider_id": other.get("provider_id") or ProviderFactory().id, **other})


class Till:
    """What a story of a payment does: order, settle, look. `double` is Stripe."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.double = ConnectDouble(lambda: clock.now)
        self.port = port_to(self.double)

    def order(self, **other: object) -> str:
        """A payment is written down; gives its public id."""
        wanted = wish(**other)
        with transaction() as session:
            return order_payment(session, wanted, self.clock.now).public_id

    def pay(self, **other: object) -> str:
        """A payment that goes as far as it goes by itself."""
        public_id = self.order(**other)
        self.settle(public_id)
        return public_id

    def settle(self, public_id: str) -> Settled:
        """Bring it on."""
        return settle_payment(self.port, public_id, self.clock.now)

    def capture(self, public_id: str, cents: int) -> None:
        """Write down that so much is to be taken."""
        with transaction() as session:
            order_capture(session, get_payment(session, public_id, lock=True), cents, "test:somebody", self.clock.now)

    def release(self, public_id: str) -> None:
        """Write down that nothing is to be taken."""
        with transaction() as session:
            order_release(session, get_payment(session, public_id, lock=True), "test:somebody", self.clock.now)

    def refund(self, public_id: str, cents: int, cause: str = "late", *, held: bool = True) -> str:
        """Write down that so much goes back; gives the refund's public id."""
        with transaction() as session:
            back = Back(cents, cause, "The visit was shorter.", "test:somebody", held)
            return order_refund(session, get_payment(session, public_id, lock=True), back, self.clock.now).public_id

    def give_back(self, refund_id: str) -> str:
        """Bring a refund on; gives its state."""
        return settle_refund(self.port, refund_id, self.clock.now)

    def look(self, public_id: str) -> Payment:
        """The payment as it is now."""
        db.session.rollback()
        return get_payment(db.session(), public_id)

    def look_back(self, refund_id: str) -> Refund:
        """The refund as it is now."""
        db.session.rollback()
        return get_refund(db.session(), refund_id)

    def refunds(self, public_id: str) -> list[Refund]:
        """All refunds of a payment."""
        payment = self.look(public_id)
        return list(db.session.scalars(select(Refund).where(Refund.payment_id == payment.id)))

    def intent(self, public_id: str) -> dict[str, object]:
        """What Stripe has."""
        return self.double.things[str(self.look(public_id).intent)]


def letters(kind: str) -> int:
    """How many letters of this kind were written."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Letter).where(Letter.kind == kind)) or 0


def balances() -> dict[str, int]:
    """What stands on each account of the ledger, debits positive; without those at nothing."""
    db.session.rollback()
    found: Counter[str] = Counter()
    for row in db.session.scalars(select(LedgerEntry)):
        found[row.debit] += row.amount_cents
        found[row.credit] -= row.amount_cents
    return {account: cents for account, cents in found.items() if cents}
