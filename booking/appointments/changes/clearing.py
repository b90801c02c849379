"""A clearance was taken: visits that waited for nothing else are confirmed, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.couples import confirm_waiting, deadline_of
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_accepted
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.pairing import other_half
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.requests import CLEARANCE_DUE
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.screening.changes import left_of
from booking.screening.models import Screening
from booking.screening.queries import cleared_codes, find_newest
from booking.screening.rules.outcome import CLEARANCE_NEEDED, STOP
from marketplace.kernel.walltime import local_day, to_minute
from providers.schedule.changes import APPOINTMENT, turn_claim
from providers.schedule.models import Claim

CLEARED, RESCREENED = "cleared", "rescreened"


def waiting_for_clearance(session: Session, person_id: int, provider_id: int | None = None) -> Sequence[Appointment]:
    """A person's visits that wait for a clearance, the soonest first."""
    wanted = select(Appointment).where(Appointment.person_id == person_id, Appointment.status.in_((REQUESTED, CONFIRMED)))
    if provider_id is not None:
        wanted = wanted.where(Appointment.provider_id == provider_id)
    rows = session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)).all()
    return [visit for visit in rows if CLEARANCE_DUE in visit.attention]


def clear_visit(session: Session, public_id: str, doer: Doer, base_url: str, now: datetime) -> Booked | None:
    """Let a visit wait no longer for a clearance, where what its therapist has taken lifts all that kept it waiting and it is in time.

    It is confirmed where it waits for nothing else. None where it goes on waiting, or has run out.
    """
    booked = lock_appointment(session, public_id)
    visit, claim = booked.appointment, session.get_one(Claim, booked.appointment.claim_id)
    over = visit.respond_by_at is not None and visit.respond_by_at <= now
    if CLEARANCE_DUE not in visit.attention or visit.status not in (REQUESTED, CONFIRMED) or over or not claim.live:
        return None
    screening = find_newest(session, visit.person_id, now) or session.get_one(Screening, visit.screening_id)
    cleared = cleared_codes(session, visit.person_id, local_day(to_minute(visit.starts_at)), visit.provider_id)
    if left_of(screening, cleared) in {CLEARANCE_NEEDED, STOP}:
        return None
    visit.attention = [sign for sign in visit.attention if sign != CLEARANCE_DUE]
    write_history(session, visit, CLEARED, doer, now)
    if visit.status == REQUESTED and not confirm_waiting(session, booked, doer, base_url, now):
        _wait_on(session, booked, claim, base_url, now)
    return booked


def heed_answers(session: Session, booked: Booked, screening: Screening, doer: Doer, now: datetime) -> str:
    """New answers before a visit: a confirmed one that needs a clearance now shows so, one that does not any more no longer does.

    Gives what the answers lead to for this visit.
    """
    visit = booked.appointment
    cleared = cleared_codes(session, visit.person_id, local_day(to_minute(visit.starts_at)), visit.provider_id)
    left = left_of(screening, cleared)
    if visit.status == CONFIRMED:
        others = [sign for sign in visit.attention if sign != CLEARANCE_DUE]
        visit.attention = [CLEARANCE_DUE, *others] if left == CLEARANCE_NEEDED else others
    write_history(session, visit, RESCREENED, doer, now)
    return left


def _wait_on(session: Session, booked: Booked, claim: Claim, base_url: str, now: datetime) -> None:
    visit = booked.appointment
    if other_half(session, visit) is None:
        visit.respond_by_at = deadline_of(session, visit, now)
        turn_claim(session, claim, APPOINTMENT, expires_at=visit.respond_by_at)
    visit.sequence += 1
    write_accepted(session, booked, Sending(base_url), now)
