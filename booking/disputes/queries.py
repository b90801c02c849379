"""Disputes with what they are about, and money that waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, AppointmentEvent
from booking.appointments.rules.attention import UNPAID
from booking.appointments.rules.money import SETTLED
from booking.disputes.rules import HAPPENED, Case, Happened
from booking.payments.models import CardTerms, Dispute, Payment, Refund, SavedCard
from booking.payments.rules.keeping import CONSENTS
from booking.payments.rules.states import FAILED, REFUND_FAILED
from booking.screening.models import Consent
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.outbox.models import Letter
from providers.registry.models import Provider

LISTED = 200


@dataclass(frozen=True)
class Disputed:
    """A dispute, its payment, and the visit where the payment was for one."""

    dispute: Dispute
    payment: Payment
    visit: Appointment | None


def list_disputes(session: Session) -> list[Disputed]:
    """All disputes, the newest first."""
    wanted = select(Dispute, Payment, Appointment).join(Payment, Payment.id == Dispute.payment_id)
    rows = session.execute(
        wanted.outerjoin(Appointment, Appointment.id == Payment.appointment_id).order_by(Dispute.id.desc()).limit(LISTED)
    )
    return [Disputed(*row) for row in rows]


def get_case(session: Session, stripe_dispute: str) -> tuple[Disputed, Case]:
    """A dispute with all that may be told of it. Raises NotFound."""
    wanted = select(Dispute, Payment, Appointment).join(Payment, Payment.id == Dispute.payment_id)
    wanted = wanted.outerjoin(Appointment, Appointment.id == Payment.appointment_id).where(Dispute.stripe_dispute == stripe_dispute)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("not_found", "There is no such dispute.")
    found = Disputed(*row)
    return found, _case(session, found)


def _case(session: Session, found: Disputed) -> Case:
    dispute, payment, visit = found.dispute, found.payment, found.visit
    about: dict[str, Any] = {
        "dispute": dispute.stripe_dispute,
        "status": dispute.status,
        "reason": dispute.reason,
        "amount_cents": dispute.amount_cents,
        "opened_at": dispute.opened_at,
        "intent": payment.intent or "",
        "label": payment.label,
        "captured_cents": payment.captured_cents,
        "refunded_cents": payment.refunded_cents,
        "off_session": payment.off_session,
        "client": session.get_one(Person, payment.person_id).name,
        "provider": session.get_one(Provider, payment.provider_id).name,
        "letters": _letters(session, [payment.public_id, *([visit.public_id] if visit else [])]),
    }
    if visit is None:
        return Case(**about)
    consent = session.get(Consent, visit.consent_id) if visit.consent_id else None
    return Case(
        **about,
        reference=visit.reference,
        starts_at=visit.starts_at,
        minutes=visit.minutes,
        total_cents=visit.total_cents,
        terms=visit.terms,
        care_consent=(consent.version, consent.accepted_at) if consent else None,
        card_consent=_card_consent(session, visit.id),
        checked_in_at=visit.checked_in_at,
        checked_out_at=visit.checked_out_at,
        happened=_happened(session, visit.id),
    )


def _happened(session: Session, appointment_id: int) -> list[Happened]:
    rows = session.scalars(select(AppointmentEvent).where(AppointmentEvent.appointment_id == appointment_id).order_by(AppointmentEvent.id))
    return [
        Happened(
            row.at,
            f"{HAPPENED[row.verb]}{' by the client' if (row.verb, row.actor) == ('cancelled', 'client') else ''}",
            row.facts.get("amount_cents"),
        )
        for row in rows
        if row.verb in HAPPENED
    ]


def _letters(session: Session, about: Sequence[str]) -> list[tuple[str, datetime]]:
    rows = session.execute(
        select(Letter.kind, Letter.sent_at).where(Letter.about.in_(about), Letter.sent_at.is_not(None)).order_by(Letter.sent_at)
    )
    return [(row[0], row[1]) for row in rows if row[1] is not None and not row[0].startswith("provider_")]


def _card_consent(session: Session, appointment_id: int) -> tuple[str, str, datetime] | None:
    card = session.scalar(
        select(SavedCard).join(CardTerms, CardTerms.card_id == SavedCard.id).where(CardTerms.appointment_id == appointment_id)
    )
    text = CONSENTS.get(card.consent_version) if card is not None else None
    return (card.consent_version, text.text, card.created_at) if card is not None and text is not None else None


@dataclass(frozen=True)
class Waiting:
    """Money of one visit that a person must look at, and why: `refund_failed`, `client_must_act`, `card_declined`."""

    visit: Appointment
    why: str
    cents: int


def list_waiting(session: Session) -> list[Waiting]:
    """Refunds that a bank sent back, and fees that no card has paid, the newest first."""
    failed = select(Appointment, Refund.amount_cents).join(Payment, Payment.appointment_id == Appointment.id)
    back = session.execute(
        failed.join(Refund, Refund.payment_id == Payment.id).where(Refund.state == REFUND_FAILED).order_by(Refund.id.desc()).limit(LISTED)
    )
    unpaid = select(Appointment).where(
        Appointment.due_cents > 0,
        Appointment.status.in_(SETTLED),
        Appointment.id.in_(select(Payment.appointment_id).where(Payment.state == FAILED, Payment.off_session)),
    )
    visits = session.scalars(unpaid.order_by(Appointment.id.desc()).limit(LISTED)).all()
    signed = [(visit, sign) for visit in visits for sign in UNPAID if sign in visit.attention]
    return [*(Waiting(row[0], "refund_failed", row[1]) for row in back), *(Waiting(visit, sign, visit.due_cents) for visit, sign in signed)]


def find_visit(session: Session, reference: str) -> Appointment | None:
    """A visit by the reference that its client reads out."""
    return session.scalar(select(Appointment).where(Appointment.reference == reference.strip().upper()))
