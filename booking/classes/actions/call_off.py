"""Calling a class off: nobody pays anything, and the time is free again."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.history import Doer
from booking.classes.changes.letters import write_gone
from booking.classes.changes.locking import end_run_out, lock_own_to_come, note_lesson, note_seat
from booking.classes.models import ClassSession
from booking.classes.queries import seats_of_lesson
from booking.classes.rules.seats import BOOKED, CALLED_OFF, CANCELED, HELD, RELEASED
from marketplace.db import transaction
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


def call_off(public_id: str, provider_id: int, why: str | None, doer: Doer, base_url: str, now: datetime) -> ClassSession:
    """Call a class off and tell everybody who has a seat. `why` is read by them.

    Raises NotFound, Conflict `wrong_state` once it has begun or is called off.
    """
    with transaction() as session:
        lesson = lock_own_to_come(session, public_id, provider_id, now)
        lesson.state, lesson.called_off_why = CALLED_OFF, why
        lesson.sequence += 1
        end_run_out(session, lesson.id, now)
        release_claim(session, session.get_one(Claim, lesson.claim_id))
        note_lesson(session, lesson, "called_off", doer, now, sequence=lesson.sequence)
        for seated in seats_of_lesson(session, lesson.id, (HELD, BOOKED)):
            seat, booked = seated.seat, seated.seat.state == BOOKED
            seat.state, seat.ended_at = CANCELED if booked else RELEASED, now
            seat.canceled_by, seat.due_cents = doer.part, 0
            seat.sequence += 1
            note_seat(session, seat, "called_off", doer, now, sequence=seat.sequence)
            if booked:
                write_gone(session, seated, base_url, now, tell_provider=False)
        return lesson
