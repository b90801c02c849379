"""Sums that a bank keeps for a visit, before the bank lets go of them: taken, or let go of by us, and the client is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.appointments.changes.history import Doer, write_history
from booking.appointments.models import Appointment
from booking.appointments.rules.states import CHECKED_IN, CONFIRMED, SYSTEM
from booking.payments.changes.noting import write_let_go
from booking.payments.changes.ordering import order_capture, order_release
from booking.payments.changes.telling import lock_payment
from booking.payments.queries import lapsing_payments
from booking.payments.rules.states import AUTHORISED
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one

JOB = Doer(SYSTEM, "job:authorised")
# So long before its end a bank's reservation is acted on: a day of Stripe being away costs nothing then.
BEFORE_ITS_END = timedelta(days=1)


def keep_authorised(now: datetime) -> int:
    """Look at what banks keep for us and will soon let go of; counts it.

    For a visit that is confirmed or under way it is taken, as was agreed, and held until the visit is done. For a request that nobody has
    said yes to yet, and for a time that was never booked, nothing is ever taken: it is let go of.
    """
    lapsing = lapsing_payments(db.session(), now + BEFORE_ITS_END)
    return one_by_one("keep authorised", lapsing, lambda public_id: _look(public_id, now))


def _look(public_id: str, now: datetime) -> bool:
    with transaction() as session:
        payment = lock_payment(session, public_id)
        if payment.state != AUTHORISED or payment.capture_by_at is None or payment.capture_by_at > now + BEFORE_ITS_END:
            return False
        visit = session.get(Appointment, payment.appointment_id, populate_existing=True) if payment.appointment_id else None
        facts = {"amount_cents": payment.amount_cents}
        if visit is not None and visit.status in {CONFIRMED, CHECKED_IN}:
            order_capture(session, payment, payment.amount_cents, JOB.name, now)
            write_history(session, visit, "deposit_taken", JOB, now, facts)
        else:
            order_release(session, payment, JOB.name, now)
            write_let_go(session, payment, now)
            if visit is not None:
                write_history(session, visit, "deposit_let_go", JOB, now, facts)
        payment.next_try_at = now
        return True
