"""Outcomes as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import COMPLETED
from booking.outcomes.models import Outcome
from booking.outcomes.rules.trends import Taken


@dataclass(frozen=True)
class Kept:
    """A value with its public id, who took it (client or provider) and the visit it belongs to, by public id."""

    public_id: str
    taken: Taken
    side: str
    appointment: str | None


def load_outcomes(session: Session, person_id: int) -> list[Kept]:
    """Everything that was taken of a person, newest first."""
    rows = session.execute(
        select(Outcome, Appointment.public_id)
        .outerjoin(Appointment, Appointment.id == Outcome.appointment_id)
        .where(Outcome.person_id == person_id)
        .order_by(Outcome.taken_at.desc(), Outcome.id.desc())
    )
    return [Kept(row.public_id, _taken(row), row.side, appointment) for row, appointment in rows]


def _taken(row: Outcome) -> Taken:
    return Taken(row.content["measure"], row.content["label"], row.content["tenths"], row.taken_at)


def count_outcomes(session: Session, person_id: int) -> int:
    """How many values are kept of a person."""
    return session.scalar(select(func.count(Outcome.id)).where(Outcome.person_id == person_id)) or 0


def visit_ends(session: Session, person_id: int, now: datetime) -> list[datetime]:
    """When a person's visits ended that took place, calls left out."""
    done = select(Appointment.ends_at).where(
        Appointment.person_id == person_id, Appointment.status == COMPLETED, Appointment.setting != "phone", Appointment.ends_at <= now
    )
    return list(session.scalars(done.order_by(Appointment.ends_at)))
