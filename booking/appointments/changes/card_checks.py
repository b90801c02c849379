"""What must hold of card money of visits, for `flask check`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from booking.appointments.changes.cards import OVER
from booking.appointments.models import Appointment
from booking.giftcards.models import GiftCardUse
from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import CARD, CARD_PAID, DEPOSIT, DEPOSITS, REFUND_SENT
from booking.payments.models import Payment, Refund
from booking.payments.rules.states import PENDING, REFUNDED

_TABLE = LedgerEntry.__table__.c
_OF_CARDS = (DEPOSIT, CARD_PAID, REFUND_SENT)


def ending_findings(session: Session) -> Iterator[str]:
    """Deposits of visits that are over which are neither used nor given back; visits whose entries are not what their payments say."""
    held = func.sum(case((_TABLE.credit == DEPOSITS, _TABLE.amount_cents), (_TABLE.debit == DEPOSITS, -_TABLE.amount_cents), else_=0))
    left = select(Appointment.public_id, held).join(Appointment, Appointment.id == _TABLE.appointment_id)
    rows = session.execute(left.where(Appointment.status.in_(OVER)).group_by(Appointment.public_id).having(held != 0))
    for public_id, cents in sorted((row[0], row[1]) for row in rows):
        yield f"appointment {public_id} is over and {cents} cents of its deposit are neither used nor given back"
    waits = func.sum(GiftCardUse.cents - GiftCardUse.used_cents - GiftCardUse.back_cents)
    aside = select(Appointment.public_id, waits).join(GiftCardUse, GiftCardUse.appointment_id == Appointment.id)
    for row in session.execute(aside.where(Appointment.status.in_(OVER)).group_by(Appointment.public_id).having(waits != 0)):
        yield f"appointment {row[0]} is over and {row[1]} cents of gift cards are neither used nor given back"
    booked, paid = _booked(session), _paid(session)
    wrong = [one for one in booked.keys() | paid.keys() if booked.get(one, 0) != paid.get(one, 0)]
    for visit in session.execute(select(Appointment.id, Appointment.public_id).where(Appointment.id.in_(wrong)).order_by(Appointment.id)):
        ours, theirs = booked.get(visit.id, 0), paid.get(visit.id, 0)
        yield f"appointment {visit.public_id} has {ours} cents of card money by the ledger, {theirs} by its payments"


def _booked(session: Session) -> dict[int, int]:
    cents = func.sum(case((_TABLE.debit == CARD, _TABLE.amount_cents), (_TABLE.credit == CARD, -_TABLE.amount_cents), else_=0))
    wanted = select(_TABLE.appointment_id, cents).where(_TABLE.memo.in_(_OF_CARDS), _TABLE.appointment_id.is_not(None))
    return {row[0]: row[1] for row in session.execute(wanted.group_by(_TABLE.appointment_id)) if row[0] is not None}


def _paid(session: Session) -> dict[int, int]:
    """What was taken less what has left."""
    about = Payment.appointment_id
    taken = select(about, func.sum(Payment.captured_cents)).where(about.is_not(None), Payment.captured_cents > 0).group_by(about)
    found = {row[0]: row[1] for row in session.execute(taken) if row[0] is not None}
    back = select(about, func.sum(Refund.amount_cents)).join(Refund, Refund.payment_id == Payment.id)
    for row in session.execute(back.where(about.is_not(None), Refund.state.in_((PENDING, REFUNDED))).group_by(about)):
        if row[0] is not None:
            found[row[0]] = found.get(row[0], 0) - row[1]
    return found
