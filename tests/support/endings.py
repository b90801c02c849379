"""Card money of a visit before it ends, for tests of what becomes of it: a card on file, a deposit that was taken, a sum that a bank keeps."""

from booking.appointments.changes.money import settle
from booking.appointments.models import Appointment
from booking.payments.models import CardTerms, Payment, SavedCard
from booking.payments.queries import open_payments, open_refunds
from booking.payments.rules.keeping import CONSENT
from marketplace.db import db, transaction
from tests.support.cards import Till


def keep_card(till: Till, visit: Appointment, card: str = "pm_card_visa") -> SavedCard:
    """The client agreed at booking that fees of this visit may be charged to this card."""
    customer = till.port.create_customer(f"person:{visit.id}", "here")
    with transaction() as session:
        kept = SavedCard(
            person_id=visit.person_id, state="kept", customer=customer, payment_method=card, last_four="4242", brand="visa",
            consent_version=CONSENT.version, consent_by="account:test", created_at=till.clock.now, changed_at=till.clock.now,
        )  # fmt: skip
        session.add(kept)
        session.flush()
        session.add(CardTerms(appointment_id=visit.id, kind="card_on_file", amount_cents=0, card_id=kept.id, created_at=till.clock.now))
        return kept


def take_deposit(till: Till, visit: Appointment, cents: int, **other: object) -> str:
    """So much was taken (or, `capture_later`, is kept by the bank) before the visit; gives the payment's public id."""
    whose = {"person_id": visit.person_id, "provider_id": visit.provider_id, "appointment_id": visit.id}
    cause = f"deposit:{visit.public_id}:{cents}:{len(till.double.calls)}"
    return till.pay(amount_cents=cents, cause=cause, **whose, **other)


def finish(till: Till) -> None:
    """What was ordered is asked of Stripe, as the job does."""
    db.session.rollback()
    for public_id in open_payments(db.session()):
        till.settle(public_id)
    for public_id in open_refunds(db.session()):
        till.give_back(public_id)
    db.session.rollback()


def kept_of(till: Till) -> int:
    """What Stripe has taken and not given back, of all."""
    return till.double.captured() - till.double.refunded()


def look(visit: Appointment) -> Appointment:
    """The visit as it is now."""
    db.session.rollback()
    return db.session.get_one(Appointment, visit.id, populate_existing=True)


def payments_of(visit: Appointment) -> list[Payment]:
    """All payments of a visit as they are now."""
    db.session.rollback()
    return list(db.session.query(Payment).filter_by(appointment_id=visit.id).order_by(Payment.id))


def figures_agree(visit: Appointment) -> bool:
    """Whether the visit says what its ledger says."""
    with transaction() as session:
        now = session.get_one(Appointment, visit.id, populate_existing=True)
        before = (now.paid_cents, now.due_cents, now.fee_cents, now.waived_cents)
        settle(session, now)
        return before == (now.paid_cents, now.due_cents, now.fee_cents, now.waived_cents)
