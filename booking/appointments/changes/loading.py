"""Appointments loaded to be changed: locked, judged from what was agreed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import MISSING, Booked, get_any
from booking.appointments.rules.cancellation import VisitFacts
from booking.quotes.rules.agreed import agreed_from_dict
from marketplace.accounts.models import Person
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


def lock_waivers(session: Session, person_id: int) -> None:
    """Let two visits that one client leaves at once be counted one after the other."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def waivers_left(session: Session, visit: Appointment, now: datetime) -> int:
    """How many times in a year emergencies, weather or buildings may still waive this client's fee; leaving for free used up none."""
    waived = select(func.count()).select_from(Appointment).where(Appointment.person_id == visit.person_id, Appointment.waived_cents > 0)
    used = session.scalar(waived.where(Appointment.cancelled_at > now - YEAR))
    return max(0, WAIVERS_A_YEAR - (used or 0))
