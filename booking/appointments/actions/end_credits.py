"""Credits that were not used in their year end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.appointments.changes.credit import end_credit
from booking.appointments.models import Appointment
from booking.ledger.models import Credit
from marketplace.db import transaction, wait_turn

BY = "job:credits"
AT_ONCE = 200


def end_credits(now: datetime) -> int:
    """Give back to their providers what is left of credits that have run out; how many."""
    with transaction() as session:
        over = select(Credit, Appointment).join(Appointment, Appointment.id == Credit.appointment_id)
        found = session.execute(over.where(Credit.left_cents > 0, Credit.expires_at < now).order_by(Credit.id).limit(AT_ONCE)).all()
        for credit, visit in found:
            wait_turn(session, f"credit {credit.person_id} {credit.provider_id}")
            session.refresh(credit)
            if credit.left_cents > 0:
                end_credit(session, credit, visit, BY, now)
        return len(found)
