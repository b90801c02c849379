"""Orders: rows that say what is to be asked of Stripe.

Whoever ordered calls Stripe after the commit (`actions.settle`); a job does it where that was not to be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from booking.ledger.changes import Whose, post
from booking.ledger.rules.entries import refund
from booking.payments.models import Payment, Refund, StripeInstance
from booking.payments.queries import find_by_cause, find_instance, refund_of_cause
from booking.payments.rules.states import CANCELLED, CAPTURE, FAILED, GRACE, OPEN, RELEASE, next_state
from marketplace.audit import Deed, record
from marketplace.kernel.errors import Conflict, Refused

DEPOSIT, FEE = "deposit", "fee"


@dataclass(frozen=True)
class Wish:
    """A sum to be asked of a card. `cause` makes it happen once; `capture_later` keeps the sum at the bank until it is ordered.

    `off_session` says that the client is away: the card must be one that was kept for that, with its `customer`.
    """

    cause: str
    purpose: str
    label: str
    person_id: int
    provider_id: int
    amount_cents: int
    payment_method: str
    capture_later: bool
    off_session: bool
    by: str
    appointment_id: int | None = None
    hold_id: int | None = None
    customer: str | None = None


def make_instance(session: Session) -> str:
    """The name under which we mark what is ours at Stripe, made at the first use."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    if find_instance(session) is None:
        session.execute(insert(StripeInstance).values(id=1).on_conflict_do_nothing())
    found = find_instance(session)
    if found is None:
        raise RuntimeError("the instance's name was not kept")
    return found


def order_payment(session: Session, wish: Wish, now: datetime) -> Payment:
    """Write down that a sum is to be asked of a card. The same cause again gives the payment that stands."""
    known = find_by_cause(session, wish.cause)
    if known is not None:
        return known
    make_instance(session)
    payment = Payment(
        **{name: value for name, value in vars(wish).items() if name != "by"},
        ordered_by=wish.by,
        created_at=now,
        changed_at=now,
        next_try_at=now + GRACE,
    )
    session.add(payment)
    session.flush()
    details = {"amount_cents": wish.amount_cents, "cause": wish.cause, "off_session": wish.off_session}
    record(session, Deed(now, wish.by, "payment_ordered", "payment", payment.public_id, details))
    return payment


def ask_again(session: Session, before_id: int | None, wish: Wish, now: datetime) -> Payment:
    """A sum that may be asked of a card again: what is on its way or has come stays, after one that failed comes another.

    `before_id` is the payment (row id) that was asked last. `wish.cause` names what it is for; the number of the try is added to it.
    """
    before = None if before_id is None else session.get_one(Payment, before_id)
    if before is not None and before.state not in (FAILED, CANCELLED) and before.refunded_cents == 0:
        return before
    number = 1 if before is None else int(before.cause.rpartition(":")[2]) + 1
    return order_payment(session, replace(wish, cause=f"{wish.cause}:{number}"), now)


def order_capture(session: Session, payment: Payment, cents: int, by: str, now: datetime) -> None:
    """Write down that `cents` of an authorised sum are to be taken; the rest is let go. Raises Conflict, Refused."""
    if not 0 < cents <= payment.amount_cents:
        raise Refused("invalid_amount", "This is not a part of what the bank keeps.")
    payment.wanted_cents = cents
    _order(session, payment, CAPTURE, by, now)


def order_release(session: Session, payment: Payment, by: str, now: datetime) -> None:
    """Write down that nothing is to be taken; money that still arrives is given back. Raises Conflict where it was taken already."""
    payment.unwanted_at = payment.unwanted_at or now
    _order(session, payment, RELEASE, by, now)


def take_kept(session: Session, payment: Payment, by: str, now: datetime, *, wanted: bool) -> None:
    """A bank keeps a sum that was given on the card company's page: all of it is taken, or let go of where nobody wants it any more."""
    if wanted:
        order_capture(session, payment, payment.amount_cents, by, now)
    else:
        order_release(session, payment, by, now)
    payment.next_try_at = now


def _order(session: Session, payment: Payment, order: str, by: str, now: datetime) -> None:
    after = next_state(payment.state, order)
    if after is None:
        raise Conflict("wrong_state", "This payment has gone on meanwhile. Look at it again.")
    enter(payment, after, now)
    payment.next_try_at = now + GRACE if after in OPEN else None
    record(session, Deed(now, by, f"payment_{order}_ordered", "payment", payment.public_id, {"cents": payment.wanted_cents}))


@dataclass(frozen=True)
class Back:
    """Cents to go back and why. `cause` makes it happen once a payment; `held` takes them out of a deposit that nothing was charged to."""

    cents: int
    cause: str
    reason: str
    by: str
    held: bool


def order_refund(session: Session, payment: Payment, back: Back, now: datetime) -> Refund:
    """Write down that money goes back. The same cause again gives the refund that stands; `payment` must be locked.

    Raises Refused `refund_too_large`; the database has the last word.
    """
    known = refund_of_cause(session, payment.id, back.cause)
    if known is not None:
        return known
    session.refresh(payment, ["refunded_cents", "captured_cents"])
    left = payment.captured_cents - payment.refunded_cents
    if not 0 < back.cents <= left:
        raise Refused("refund_too_large", "No more can go back than was taken.", details={"left_cents": left})
    given = Refund(
        payment_id=payment.id, cause=back.cause, amount_cents=back.cents, reason=back.reason, ordered_by=back.by, created_at=now,
        changed_at=now, next_try_at=now + GRACE,
    )  # fmt: skip
    session.add(given)
    session.flush()
    session.refresh(payment, ["refunded_cents"])
    post(session, refund(refund_key(given), back.cents, back.reason, held=back.held), whose(payment), back.by, now)
    record(session, Deed(now, back.by, "refund_ordered", "payment", payment.public_id, {"refund": given.public_id, "cents": back.cents}))
    return given


def enter(payment: Payment, state: str, now: datetime) -> None:
    """Put a payment into a state."""
    if payment.state != state:
        payment.state, payment.changed_at = state, now


def refund_key(given: Refund) -> str:
    """A refund's name in the ledger."""
    return f"refund:{given.public_id}"


def whose(payment: Payment) -> Whose:
    """Whose business a payment's entries are."""
    return Whose(payment.appointment_id, payment.provider_id, payment.person_id)
