"""Visits that open what belongs to their client's health."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, get_any
from booking.care.rules import SEEN_AFTER, why_closed
from marketplace.kernel.errors import NotFound
from providers.services.rules.calls import PHONE


def get_in_care(session: Session, appointment: str, now: datetime) -> Booked:
    """A visit, no call, whose therapist may see what its client notes: from its confirmation until 30 days after it.

    Whose it is was decided before. Raises NotFound for others.
    """
    booked = get_any(session, appointment)
    visit = booked.appointment
    if visit.setting == PHONE or why_closed(visit.status, visit.ends_at, now) is not None:
        raise NotFound("not_found", "There is nothing here for you.")
    return booked


def is_in_care(session: Session, provider_id: int, person_id: int, now: datetime) -> bool:
    """Whether any visit of two people, no call, lets the therapist see what its client notes."""
    theirs = select(Appointment.status, Appointment.ends_at).where(
        Appointment.provider_id == provider_id, Appointment.person_id == person_id, Appointment.setting != PHONE,
        Appointment.ends_at >= now - SEEN_AFTER,
    )  # fmt: skip
    return any(why_closed(row[0], row[1], now) is None for row in session.execute(theirs))
