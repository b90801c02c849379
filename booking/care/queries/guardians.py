"""What must hold of visits of people under 18."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.guardians.catalogue import house
from booking.guardians.models import CareAge
from booking.guardians.queries import birth_dates, guardian_at
from booking.guardians.rules import day_of, is_minor


def guardian_findings(session: Session) -> Iterator[str]:
    """Visits of somebody who was known to be under 18 that began without a guardian's agreement."""
    begun = select(Appointment).join(CareAge, CareAge.person_id == Appointment.person_id)
    rows = session.scalars(begun.where(Appointment.checked_in_at >= CareAge.stated_at).order_by(Appointment.id)).all()
    born, limit = birth_dates(session, {row.person_id for row in rows}), house().age_limit
    for row in rows:
        at = row.checked_in_at or row.starts_at
        if is_minor(born[row.person_id], day_of(row.starts_at), limit) and guardian_at(session, row.person_id, at) is None:
            yield f"visit {row.reference} of somebody under 18 began without a guardian's agreement"
