"""Card money of a visit that is over, and the visit that follows a payment: what a verb ends, a later answer of Stripe may still change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from booking.appointments.changes.giftcards import return_cards
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.money import paper_of, settle
from booking.appointments.models import Appointment
from booking.appointments.queries import get_any, list_events
from booking.appointments.rules.attention import CARD_DECLINED, CLIENT_MUST_ACT
from booking.appointments.rules.money import SETTLED
from booking.appointments.rules.states import CANCELLED, EXPIRED, NO_SHOW, SYSTEM
from booking.ledger.changes import issue_receipt
from booking.payments.changes.closing import Ending, close_payments
from booking.payments.changes.ordering import FEE
from booking.payments.models import Payment
from booking.payments.queries import find_card_of_visit, lost_cents, payments_of_visit
from booking.payments.rules.states import CAPTURED, FAILED

BANK = Doer(SYSTEM, "stripe")
MUST_ACT = "authentication_required"
OVER = (*SETTLED, EXPIRED)
LABELS = {CANCELLED: "Late cancellation fee", NO_SHOW: "No-show fee"}
REASONS = {
    CANCELLED: "The visit was canceled.",
    EXPIRED: "The request ended without an answer.",
    NO_SHOW: "The visit did not take place.",
}


def close_cards(session: Session, visit: Appointment, doer: Doer, now: datetime, *, charge: bool = True) -> None:
    """Order what follows for card money from how a visit ended; gift cards have back what is not owed of theirs.

    `charge` asks the card on file for a fee that nothing held covers. Only fees are asked of a card while its owner is away: that is what
    they agreed to. The price of a visit is due at the visit.
    """
    sums = settle(session, visit)
    cards = payments_of_visit(session, visit.id)
    by_card = sum(payment.captured_cents - payment.refunded_cents for payment in cards) - lost_cents(session, [one.id for one in cards])
    elsewhere = sums.paid - by_card
    owed = 0 if visit.status == EXPIRED else max(0, sums.charged - sums.forgiven - sums.waived)
    if visit.status in OVER:
        elsewhere -= return_cards(session, visit, elsewhere - owed, doer, now)
    card = find_card_of_visit(session, visit.id) if charge and visit.status in LABELS else None
    ending = Ending(
        appointment_id=visit.id,
        public_id=visit.public_id,
        provider_id=visit.provider_id,
        person_id=visit.person_id,
        owed_cents=max(0, owed - max(0, elsewhere)),
        label=f"{LABELS.get(visit.status, 'Visit')} {visit.reference}",
        reason=REASONS.get(visit.status, "More was paid than the visit cost."),
        by=doer.name,
        charge=card,
    )
    close_payments(session, ending, now)
    settle(session, visit)


def follow_payment(session: Session, payment: Payment, now: datetime) -> None:
    """A payment of a visit has gone on: the visit says what the ledger says, gives back what is too much, and tells who must act."""
    visit = session.get(Appointment, payment.appointment_id, populate_existing=True) if payment.appointment_id else None
    if visit is None:
        return
    sums = settle(session, visit)
    if payment.state == CAPTURED and payment.unwanted_at is None:
        paper = paper_of(get_any(session, visit.public_id), f"payment:{payment.public_id}", payment.captured_cents, "card", sums, now)
        issue_receipt(session, paper, now)
    if visit.status in OVER:
        close_cards(session, visit, BANK, now, charge=False)
    if payment.purpose == FEE and payment.state == CAPTURED:
        _note_paid(session, visit, payment, now)
    sign = _sign_of(payment) if visit.due_cents and visit.status in OVER else None
    if sign is not None and sign not in visit.attention:
        visit.attention = [*visit.attention, sign]
        write_history(session, visit, sign, BANK, now, {"amount_cents": payment.amount_cents})


def move_payments(session: Session, visit: Appointment) -> None:
    """A visit that was handed over takes its card money with it: refunds and fees are from here on about who gives the visit."""
    session.execute(update(Payment).where(Payment.appointment_id == visit.id).values(provider_id=visit.provider_id))


def _sign_of(payment: Payment) -> str | None:
    """Why a charge for what is due did not come, as a person must act on it."""
    if payment.purpose != FEE or payment.state != FAILED:
        return None
    return CLIENT_MUST_ACT if payment.failure_code == MUST_ACT else CARD_DECLINED


def _note_paid(session: Session, visit: Appointment, payment: Payment, now: datetime) -> None:
    """In the visit's history once for each payment: news of its refunds is no news of it."""
    if all(event.facts.get("payment") != payment.public_id for event in list_events(session, visit.id)):
        facts = {"amount_cents": payment.captured_cents, "how": "card", "due_cents": visit.due_cents, "payment": payment.public_id}
        write_history(session, visit, "paid", BANK, now, facts)
