"""Screenings as they are read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.screening.models import Screening


def find_screening(session: Session, public_id: str, person_id: int) -> Screening | None:
    """A person's own screening."""
    return session.scalar(select(Screening).where(Screening.public_id == public_id, Screening.person_id == person_id))


def find_newest(session: Session, person_id: int, now: datetime) -> Screening | None:
    """A person's newest screening that still counts."""
    return session.scalar(
        select(Screening).where(Screening.person_id == person_id, Screening.valid_until_at > now).order_by(Screening.id.desc()).limit(1)
    )
