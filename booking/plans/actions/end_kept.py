"""Paused visits whose start has come, and therapists who have to look."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.calling_off import call_off_paused
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.pausing import paused_ids
from booking.appointments.rules.states import CONFIRMED, SYSTEM
from booking.plans.queries.pauses import paused_past
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one

JOB = Doer(SYSTEM, "job:plans")


def end_kept(now: datetime, base_url: str) -> int:
    """Call off at no cost what nobody resumed before its start; counts the visits."""
    return one_by_one("end paused", paused_past(db.session(), now), lambda public_id: _end(public_id, base_url, now))


def _end(public_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if visit.status != CONFIRMED or visit.starts_at > now or not paused_ids(session, [visit]):
            return False
        call_off_paused(session, booked, JOB, base_url, now)
        return True
