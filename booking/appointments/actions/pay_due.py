"""What is due of a visit that is over, paid by its client on Stripe's own page; and telling clients whose card did not pay it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from booking.appointments.changes.cards import LABELS, close_cards
from booking.appointments.changes.due_letters import write_unpaid
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.models import Appointment
from booking.appointments.rules.attention import UNPAID
from booking.appointments.rules.money import SETTLED
from booking.payments.changes.ordering import FEE, Wish, order_payment
from booking.payments.models import Payment
from booking.payments.queries import find_customer, lock_payments_of_visit
from booking.payments.rules.closing import LEAST_CENTS
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.states import ACTION, ASKED, CAPTURING, FAILED
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict
from marketplace.outbox.models import Letter

UNPAID_LETTER = "visit_unpaid"


def order_due(public_id: str, doer: Doer, now: datetime) -> str:
    """Write down that the client pays what is due on Stripe's own page; gives the payment's public id.

    What they began already goes on. Raises NotFound, Conflict `nothing_due`, or `payment_waits` where a card is being asked right now.
    """
    with transaction() as session:
        visit = lock_appointment(session, public_id).appointment
        close_cards(session, visit, doer, now, charge=False)
        if visit.status not in SETTLED or visit.due_cents < LEAST_CENTS:
            raise Conflict("nothing_due", "Nothing is due for this visit.")
        payments = lock_payments_of_visit(session, visit.id)
        own = [one for one in payments if one.payment_method == ON_PAGE and one.purpose == FEE]
        begun = next((one for one in own if one.state in {ASKED, ACTION} and one.amount_cents == visit.due_cents), None)
        if begun is not None:
            return begun.public_id
        _check_waits(payments)
        wish = Wish(
            cause=f"pay:{public_id}:{len(own) + 1}",
            purpose=FEE,
            label=f"{LABELS.get(visit.status, 'Visit')} {visit.reference}",
            person_id=visit.person_id,
            provider_id=visit.provider_id,
            amount_cents=visit.due_cents,
            payment_method=ON_PAGE,
            capture_later=True,
            off_session=False,
            by=doer.name,
            appointment_id=visit.id,
            customer=find_customer(session, visit.person_id),
        )
        payment = order_payment(session, wish, now)
        write_history(session, visit, "payment_begun", doer, now, {"amount_cents": payment.amount_cents})
        return payment.public_id


def _check_waits(payments: Sequence[Payment]) -> None:
    if any(one.purpose == FEE and one.state in {ASKED, ACTION, CAPTURING} for one in payments):
        raise Conflict("payment_waits", "Your card is being asked right now. Look again in a minute before you pay in another way.")


def tell_unpaid(now: datetime, base_url: str) -> int:
    """Tell clients whose card did not pay what is due after a visit, once for each charge; counts the letters."""
    unpaid = select(Payment.public_id).join(Appointment, Appointment.id == Payment.appointment_id)
    unpaid = unpaid.where(Payment.state == FAILED, Payment.off_session, Payment.purpose == FEE, Appointment.due_cents > 0)
    keys = {f"{UNPAID_LETTER}:{one}": one for one in db.session.scalars(unpaid.order_by(Payment.id))}
    written = set(db.session.scalars(select(Letter.key).where(Letter.key.in_(keys)))) if keys else set()
    return one_by_one("tell unpaid", [one for key, one in keys.items() if key not in written], lambda one: _tell(one, base_url, now))


def _tell(payment_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        payment = session.scalars(select(Payment).where(Payment.public_id == payment_id)).one()
        booked = lock_appointment(session, session.get_one(Appointment, payment.appointment_id).public_id)
        if not booked.appointment.due_cents or not set(UNPAID) & set(booked.appointment.attention):
            return False
        write_unpaid(session, booked, payment, Sending(base_url), now)
        return True
