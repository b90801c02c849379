"""Letters about cards at checkout and before a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.models import CardCheckout, Hold
from booking.appointments.queries import Booked
from booking.appointments.rules.paying import plan_from_list
from booking.payments.models import Payment
from marketplace.accounts.models import Person
from marketplace.outbox.changes import enqueue_letter


def write_too_late(session: Session, checkout: CardCheckout, holds: Sequence[Hold], base_url: str, now: datetime) -> None:
    """The payment came when the time was gone: nothing of it is kept, and the time is not booked."""
    person = session.get_one(Person, checkout.person_id)
    if person.email is None:
        return
    facts = {
        "services": [{"name": hold.service_name, "starts_at": hold.starts_at.isoformat()} for hold in holds],
        "cents": plan_from_list(checkout.plan).now_cents,
        "link": f"{base_url}/",
    }
    kind = "payment_too_late"
    enqueue_letter(
        session, key=f"{kind}:{checkout.public_id}", kind=kind, recipient=person.email, facts=facts, now=now, about=checkout.public_id
    )


def write_charge_failed(session: Session, booked: Booked, payment: Payment, base_url: str, now: datetime) -> None:
    """What was to be taken before the visit was not: it is due at the visit."""
    if booked.person.email is None:
        return
    visit, kind = booked.appointment, "card_charge_failed"
    facts = {
        "reference": visit.reference,
        "provider_name": booked.provider.name,
        "starts_at": visit.starts_at.isoformat(),
        "cents": payment.amount_cents,
        "must_act": payment.failure_code == "authentication_required",
        "link": f"{base_url}/appointments/{visit.public_id}" if booked.person.account_id is not None else f"{base_url}/",
    }
    enqueue_letter(
        session, key=f"{kind}:{payment.public_id}", kind=kind, recipient=booked.person.email, facts=facts, now=now, about=visit.public_id
    )
