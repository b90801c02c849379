"""Held seats that ran out are marked so. Nothing waited for this: they did not keep anybody from a seat any more."""

from __future__ import annotations

from datetime import datetime

from booking.classes.changes.locking import end_run_out, lock_lesson
from booking.classes.models import ClassSeat, ClassSession
from booking.classes.queries import run_out_seats
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one


def expire_seats(now: datetime) -> int:
    """Mark held seats whose ten minutes are over; counts them."""
    return one_by_one("expire seats", run_out_seats(db.session(), now), lambda seat_id: _expire(seat_id, now))


def _expire(seat_id: int, now: datetime) -> None:
    with transaction() as session:
        seat = session.get(ClassSeat, seat_id)
        if seat is not None:
            lock_lesson(session, ClassSession.id == seat.session_id)
            end_run_out(session, seat.session_id, now)
