"""Visits and the platform's fee: agreed when a visit is booked, taken once it was had or its client is at fault."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CANCELLED, EXPIRED
from booking.fees.changes import Billed, agree_fee, take_fee
from providers.services.rules.calls import PHONE


def agree_platform_fee(session: Session, visit: Appointment, now: datetime) -> None:
    """Keep what is taken of a visit that is being booked; a call is free for everybody."""
    if visit.setting != PHONE:
        session.flush()
        agree_fee(session, _billed(visit), now, first=_is_first(session, visit))


def take_platform_fee(session: Session, visit: Appointment, by: str, now: datetime) -> None:
    """The visit was had, or a fee is owed for leaving it late or missing it: what was agreed is owed, once."""
    take_fee(session, _billed(visit), by, now)


def _is_first(session: Session, visit: Appointment) -> bool:
    """Whether the client has had, owes for, or has still before them no other visit with this provider."""
    other = exists().where(
        Appointment.provider_id == visit.provider_id,
        Appointment.person_id == visit.person_id,
        Appointment.id != visit.id,
        Appointment.setting != PHONE,
        Appointment.status != EXPIRED,
        (Appointment.status != CANCELLED) | (Appointment.fee_cents > 0),
    )
    return not session.scalar(select(other))


def _billed(visit: Appointment) -> Billed:
    return Billed(visit.id, visit.public_id, visit.provider_id, visit.person_id, visit.total_cents)
