"""What was agreed about cards, done when its time comes: charged a week before the visit, taken once somebody has said yes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.appointments.changes.card_letters import write_charge_failed
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.paying import take_agreed
from booking.appointments.models import Appointment
from booking.appointments.rules.attention import CARD_DECLINED, CLIENT_MUST_ACT
from booking.appointments.rules.states import CONFIRMED, LIVE, SYSTEM
from booking.payments.changes.ordering import DEPOSIT, Wish, order_payment
from booking.payments.changes.telling import lock_payment
from booking.payments.models import CardTerms, Payment, SavedCard
from booking.payments.rules.keeping import KEPT
from booking.payments.rules.states import AUTHORISED, FAILED
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one

JOB = Doer(SYSTEM, "job:charge cards")
MUST_ACT = "authentication_required"


def charge_due(now: datetime) -> int:
    """Order the charges of confirmed visits that are due now, each once; counts them. A job asks Stripe for them."""
    wanted = select(Appointment.public_id).join(CardTerms, CardTerms.appointment_id == Appointment.id)
    due = wanted.where(CardTerms.charge_at <= now, CardTerms.payment_id.is_(None), Appointment.status == CONFIRMED)
    return one_by_one("charge cards", db.session.scalars(due.order_by(CardTerms.id)).all(), lambda public_id: _charge(public_id, now))


def _charge(public_id: str, now: datetime) -> bool:
    with transaction() as session:
        visit = lock_appointment(session, public_id).appointment
        terms = session.scalars(select(CardTerms).where(CardTerms.appointment_id == visit.id).with_for_update()).one()
        card = session.get_one(SavedCard, terms.card_id)
        if visit.status != CONFIRMED or terms.payment_id is not None or card.state != KEPT or not visit.due_cents:
            return False
        wish = Wish(
            cause=f"due:{visit.public_id}",
            purpose=DEPOSIT,
            label=f"Visit {visit.reference}",
            person_id=visit.person_id,
            provider_id=visit.provider_id,
            amount_cents=min(terms.amount_cents, visit.due_cents),
            payment_method=str(card.payment_method),
            capture_later=False,
            off_session=True,
            by=JOB.name,
            appointment_id=visit.id,
            customer=card.customer,
        )
        payment = order_payment(session, wish, now)
        payment.next_try_at = now
        terms.payment_id = payment.id
        write_history(session, visit, "card_charge_ordered", JOB, now, {"amount_cents": payment.amount_cents})
        return True


def take_confirmed(now: datetime) -> int:
    """Take what banks keep for visits that are confirmed meanwhile, whoever said yes; counts them."""
    wanted = select(Payment.public_id).join(Appointment, Appointment.id == Payment.appointment_id)
    kept = wanted.where(Payment.state == AUTHORISED, Payment.purpose == DEPOSIT, Appointment.status == CONFIRMED)
    return one_by_one("take confirmed", db.session.scalars(kept.order_by(Payment.id)).all(), lambda public_id: _take(public_id, now))


def _take(public_id: str, now: datetime) -> bool:
    with transaction() as session:
        payment = lock_payment(session, public_id)
        visit = session.get_one(Appointment, payment.appointment_id, populate_existing=True)
        taken = take_agreed(session, visit, payment, JOB.name, now)
        payment.next_try_at = now if taken else payment.next_try_at
        return taken


def tell_failed(now: datetime, base_url: str) -> int:
    """Tell clients whose card could not be charged before their visit, once each: the sum is due at the visit."""
    wanted = select(Appointment.public_id).join(CardTerms, CardTerms.appointment_id == Appointment.id)
    failed = wanted.join(Payment, Payment.id == CardTerms.payment_id).where(
        Payment.state == FAILED, CardTerms.charge_at.is_not(None), Appointment.status.in_(LIVE), Appointment.starts_at > now
    )
    return one_by_one("tell failed charges", db.session.scalars(failed).all(), lambda public_id: _tell(public_id, base_url, now))


def _tell(public_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        terms = session.scalars(select(CardTerms).where(CardTerms.appointment_id == visit.id)).one()
        payment = session.get_one(Payment, terms.payment_id)
        sign = CLIENT_MUST_ACT if payment.failure_code == MUST_ACT else CARD_DECLINED
        if sign in visit.attention or payment.state != FAILED:
            return False
        visit.attention = [*visit.attention, sign]
        write_history(session, visit, sign, JOB, now, {"amount_cents": payment.amount_cents})
        write_charge_failed(session, booked, payment, base_url, now)
        return True
