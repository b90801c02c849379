"""What of a late fee would be forgiven: the year's waivers of a client, and health answers that turned true after booking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.loading import verdict_facts
from booking.appointments.models import Appointment
from booking.appointments.rules.cancellation import Verdict, assess_cancellation
from booking.appointments.rules.waivers import Given, Left, count_left, year_bounds
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.rules.outcome import turned_true
from marketplace.accounts.models import Person


def lock_waivers(session: Session, person_id: int) -> None:
    """Let two visits that one client leaves at once be counted one after the other."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def waivers_left(session: Session, visit: Appointment, now: datetime) -> Left:
    """What is left to the visit's client this New York year; leaving for free used up none, and what a person let go of neither."""
    first, after = year_bounds(now)
    waived = select(Appointment.cancel_reason, Appointment.cancelled_at).where(
        Appointment.person_id == visit.person_id, Appointment.waived_cents > 0, Appointment.cancelled_at.between(first, after)
    )
    return count_left((Given(row[0] or "", row[1]) for row in session.execute(waived) if row[1] is not None), now)


def assess_leaving(session: Session, visit: Appointment, part: str, now: datetime, reason: str | None = None) -> Verdict:
    """What it costs whoever plays that part to cancel now, for a reason or none: every page and every verb asks this."""
    left = waivers_left(session, visit, now).of(reason)
    facts = verdict_facts(session, visit)
    return assess_cancellation(facts, actor=part, now=now, reason=reason, waivers_left=left, must_not_come=must_not_come(session, visit))


def must_not_come(session: Session, visit: Appointment) -> bool:
    """Whether the client's newest health answers since booking hold something that waives the fee and was not so before."""
    newest = session.scalar(
        select(Screening)
        .where(Screening.person_id == visit.person_id, Screening.created_at >= visit.booked_at)
        .order_by(Screening.id.desc())
        .limit(1)
    )
    if newest is None or newest.id == visit.screening_id:
        return False
    before = session.get(Screening, visit.screening_id) if visit.screening_id is not None else None
    return turned_true(_codes(before), _codes(newest), catalogue.rules())


def _codes(screening: Screening | None) -> frozenset[str]:
    return frozenset(reason["code"] for reason in screening.result["reasons"]) if screening is not None else frozenset()
