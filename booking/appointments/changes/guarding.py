"""Visits of people under 18: what is known at the door of their guardian, and the sign on a visit that lacks one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, write_unguarded
from booking.appointments.models import Appointment, AppointmentEvent
from booking.appointments.queries import get_any
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.guardians.changes import refuse_unguarded
from booking.guardians.queries import find_guardian, standing_of, unguarded
from booking.guardians.rules import day_of
from marketplace.kernel.errors import Refused
from providers.services.rules.calls import PHONE

# The sign on a coming visit of somebody under 18 for whom no guardian's agreement holds. Never stored.
GUARDIAN_DUE = "guardian_due"
DOOR_CHECKED, AT_DOOR = "door_checked", "guardian"
ABSENT = "Check at the door first that the guardian is there and stays in the room. Without them the visit does not begin."


def refuse_unattended(session: Session, visit: Appointment) -> None:
    """Let no visit of somebody under 18 begin before its therapist has seen at the door the guardian who has agreed.

    Nobody comes to a call, so there the agreement is enough. Raises Refused `guardian_needed` or `guardian_absent`.
    """
    refuse_unguarded(session, visit.person_id, visit.starts_at)
    if visit.setting == PHONE or not standing_of(session, visit.person_id, day_of(visit.starts_at)).needed:
        return
    guardian = find_guardian(session, visit.person_id)
    checks = select(AppointmentEvent.facts).where(AppointmentEvent.appointment_id == visit.id, AppointmentEvent.verb == DOOR_CHECKED)
    if guardian is None or guardian.public_id not in {facts.get(AT_DOOR) for facts in session.scalars(checks)}:
        raise Refused("guardian_absent", ABSENT)


def unguarded_ids(session: Session, visits: Iterable[Appointment]) -> set[int]:
    """Which of these visits cannot begin as things stand, because no guardian has agreed."""
    waiting = [visit for visit in visits if visit.status in (REQUESTED, CONFIRMED)]
    return unguarded(session, [(visit.id, visit.person_id, day_of(visit.starts_at)) for visit in waiting])


def tell_unguarded(session: Session, person_id: int, base_url: str, now: datetime) -> None:
    """A guardian has taken their agreement back: each therapist of a visit to come hears what follows, once for each time.

    The visit stays and the time is kept: the guardian, or another one, may agree again before it. It does not begin without.
    """
    coming = select(Appointment).where(
        Appointment.person_id == person_id, Appointment.status.in_((REQUESTED, CONFIRMED)), Appointment.starts_at > now
    )
    visits = session.scalars(coming.order_by(Appointment.starts_at, Appointment.id)).all()
    without = unguarded_ids(session, visits)
    for visit in visits:
        if visit.id in without:
            write_unguarded(session, get_any(session, visit.public_id), Sending(base_url), now)
