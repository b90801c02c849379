"""Letters about what is due after a visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, letter_facts, visit_link, with_guest_key
from booking.appointments.queries import Booked
from booking.appointments.rules.attention import CLIENT_MUST_ACT
from booking.payments.models import Payment
from marketplace.outbox.changes import enqueue_letter


def write_unpaid(session: Session, booked: Booked, payment: Payment, sending: Sending, now: datetime) -> None:
    """The card did not pay what is due: how much, why as far as the bank says, and where to pay. Once for each charge."""
    visit, email = booked.appointment, booked.person.email
    if email is None:
        return
    sending = with_guest_key(session, visit, sending)
    facts = {
        **letter_facts(booked, sending, for_provider=False, to=email),
        "label": payment.label,
        "due_cents": visit.due_cents,
        "must_act": CLIENT_MUST_ACT in visit.attention,
        "pay_link": visit_link(visit, sending, "pay"),
    }
    key = f"visit_unpaid:{payment.public_id}"
    enqueue_letter(session, key=key, kind="visit_unpaid", recipient=email, facts=facts, now=now, about=visit.public_id)
