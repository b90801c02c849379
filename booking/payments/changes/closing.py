"""Card money of a visit brought in line with what the visit costs in the end: orders alone, Stripe is asked after the commit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.ledger.queries import held_of_visit
from booking.payments.changes.ordering import FEE, Back, Wish, order_capture, order_payment, order_refund, order_release
from booking.payments.models import Payment, Refund
from booking.payments.queries import Card, count_refunds, disputed_cents, failed_cents, lock_payments_of_visit, lost_cents
from booking.payments.rules.closing import LEAST_CENTS, Closing, Held, close
from booking.payments.rules.states import ASKED, AUTHORISED, CANCELLED, CAPTURED, CAPTURING


@dataclass(frozen=True)
class Ending:
    """How a visit ended: whose it is, what is owed in all beside what was paid in other ways, the client's words for it, who ends it.

    `charge` is the card on file that what is missing is asked of; None asks nobody. `label` is what the client reads of that.
    """

    appointment_id: int
    public_id: str
    provider_id: int
    person_id: int
    owed_cents: int
    label: str
    reason: str
    by: str
    charge: Card | None = None


def close_payments(session: Session, ending: Ending, now: datetime) -> Closing:
    """Order what follows from an ending: captures of what is owed alone, what goes back, what is let go of, what is charged.

    Nothing is left to be ordered when it is called again with nothing changed. The provider's row must be locked.
    """
    payments = {payment.id: payment for payment in lock_payments_of_visit(session, ending.appointment_id)}
    plan = close(max(0, ending.owed_cents), [_held(session, payment) for payment in payments.values()])
    for payment_id in plan.releases:
        order_release(session, payments[payment_id], ending.by, now)
    for payment_id, cents in plan.captures.items():
        order_capture(session, payments[payment_id], cents, ending.by, now)
    for payment in payments.values():
        if payment.state in {CAPTURING, AUTHORISED}:
            payment.purpose = FEE  # what comes of it pays what is due from here on
    for payment_id, cents in plan.refunds.items():
        _give_back(session, payments[payment_id], cents, ending, now)
    if ending.charge is not None and plan.rest_cents >= LEAST_CENTS:
        _charge(session, ending, ending.charge, plan.rest_cents, list(payments.values()), now)
    return plan


def give_back(session: Session, payment: Payment, back: Back, now: datetime) -> Refund:
    """Order a refund of a payment, out of the deposit where it is still held, else out of what was paid, whatever `back` says of that."""
    held = payment.purpose != FEE if payment.appointment_id is None else held_of_visit(session, payment.appointment_id) >= back.cents
    return order_refund(session, payment, replace(back, held=held), now)


def _give_back(session: Session, payment: Payment, cents: int, ending: Ending, now: datetime) -> None:
    cause = f"closing:{count_refunds(session, payment.id) + 1}"
    give_back(session, payment, Back(cents, cause, ending.reason, ending.by, held=False), now)


def _held(session: Session, payment: Payment) -> Held:
    """A refund that failed is a person's to mend: it is not ordered again by itself."""
    if payment.state != CAPTURED:
        return Held(payment.id, payment.state, payment.purpose, payment.amount_cents, 0, payment.wanted_cents)
    lost = lost_cents(session, [payment.id])
    left = payment.captured_cents - payment.refunded_cents - failed_cents(session, payment.id) - lost
    bound = disputed_cents(session, [payment.id]) - lost
    return Held(payment.id, payment.state, payment.purpose, payment.amount_cents, max(0, left), payment.wanted_cents, bound)


def _charge(session: Session, ending: Ending, card: Card, cents: int, payments: list[Payment], now: datetime) -> None:
    """Ask the card on file, once: a charge that failed is not repeated by itself, the client is told instead."""
    mine = [payment for payment in payments if payment.cause.startswith(f"owed:{ending.public_id}:")]
    if any(payment.state not in {CANCELLED, CAPTURED, ASKED} for payment in mine):
        return
    order_payment(
        session,
        Wish(
            cause=f"owed:{ending.public_id}:{len(mine) + 1}",
            purpose=FEE,
            label=ending.label,
            person_id=ending.person_id,
            provider_id=ending.provider_id,
            amount_cents=cents,
            payment_method=card.payment_method,
            capture_later=False,
            off_session=True,
            by=ending.by,
            appointment_id=ending.appointment_id,
            customer=card.customer,
        ),
        now,
    )
