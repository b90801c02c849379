"""Appointments loaded to be changed: locked, judged from what was agreed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import MISSING, Booked, get_any
from booking.appointments.rules.cancellation import WAIVABLE, VisitFacts
from booking.quotes.rules.agreed import agreed_from_dict
from marketplace.kernel.errors import NotFound
from providers.registry.changes import lock_provider

WAIVERS_A_YEAR = 2
YEAR = timedelta(days=365)


def lock_appointment(session: Session, public_id: str) -> Booked:
    """An appointment with its provider's time locked, as it is now. Who may touch it was decided before. Raises NotFound."""
    provider_id = session.scalar(select(Appointment.provider_id).where(Appointment.public_id == public_id))
    if provider_id is None:
        raise NotFound("not_found", MISSING)
    lock_provider(session, provider_id)
    return get_any(session, public_id)


def verdict_facts(visit: Appointment) -> VisitFacts:
    """What the rules about leaving and moving need to know."""
    return VisitFacts(agreed_from_dict(visit.terms), visit.status, visit.paid_cents, visit.free_moves_used)


def waivers_left(session: Session, visit: Appointment, now: datetime) -> int:
    """How many times in a year emergencies, weather or buildings may still waive this client's fee."""
    used = session.scalar(
        select(func.count())
        .select_from(Appointment)
        .where(
            Appointment.person_id == visit.person_id,
            Appointment.cancel_reason.in_(WAIVABLE),
            Appointment.cancelled_by == "client",
            Appointment.cancelled_at > now - YEAR,
            Appointment.fee_cents == 0,
        )
    )
    return max(0, WAIVERS_A_YEAR - (used or 0))
