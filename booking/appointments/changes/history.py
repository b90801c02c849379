"""The history of an appointment and its audit, written together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, AppointmentEvent
from marketplace import audit


@dataclass(frozen=True)
class Doer:
    """Who does it: the part they play (client, provider, admin, system) and how the audit names them."""

    part: str
    name: str


def write_history(
    session: Session, appointment: Appointment, verb: str, doer: Doer, now: datetime, facts: Mapping[str, object] | None = None
) -> None:
    """Add one event to the appointment's history and one entry to the audit. `facts` holds times and figures only."""
    appointment.changed_at = now
    session.flush()
    kept = dict(facts or {})
    session.add(AppointmentEvent(appointment_id=appointment.id, at=now, actor=doer.part, verb=verb, facts=kept))
    audit.record(
        session,
        audit.Deed(now, doer.name, f"appointment.{verb}", "appointment", appointment.public_id, {"status": appointment.status, **kept}),
    )
