"""Screenings as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.screening.models import Prescription, Screening
from marketplace.kernel.errors import NotFound


def find_screening(session: Session, public_id: str, person_id: int) -> Screening | None:
    """A person's own screening."""
    return session.scalar(select(Screening).where(Screening.public_id == public_id, Screening.person_id == person_id))


def find_newest(session: Session, person_id: int, now: datetime) -> Screening | None:
    """A person's newest screening that still counts."""
    return session.scalar(
        select(Screening).where(Screening.person_id == person_id, Screening.valid_until_at > now).order_by(Screening.id.desc()).limit(1)
    )


def get_prescription(session: Session, public_id: str, person_id: int, *, lock: bool = False) -> Prescription:
    """A person's own prescription. Raises NotFound."""
    mine = select(Prescription).where(Prescription.public_id == public_id, Prescription.person_id == person_id)
    found = session.scalar(mine.with_for_update() if lock else mine)
    if found is None:
        raise NotFound("not_found", "There is no such prescription.")
    return found


def list_prescriptions(session: Session, person_id: int) -> Sequence[Prescription]:
    """A person's prescriptions, the newest first."""
    return session.scalars(select(Prescription).where(Prescription.person_id == person_id).order_by(Prescription.id.desc())).all()
