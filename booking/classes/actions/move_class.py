"""Moving a class: everybody's seat goes with it, and leaving is free for whoever cannot come then."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.appointments.changes.history import Doer
from booking.classes.changes.letters import write_moved
from booking.classes.changes.locking import NO_STANDING, end_run_out, lapsed, lock_own_to_come, note_lesson, note_seat
from booking.classes.changes.timing import Slot, take_time
from booking.classes.models import ClassSession
from booking.classes.queries import seats_of_lesson
from booking.classes.rules.planning import start_faults
from booking.classes.rules.seats import BOOKED, HELD
from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from providers.profiles.queries import get_facts
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


def move_class(public_id: str, provider_id: int, starts_at: datetime, doer: Doer, base_url: str, now: datetime) -> ClassSession:
    """Put a class elsewhere in time; whoever has a seat keeps it and is told, with a rising sequence.

    The terms run from the new start. Raises NotFound, Refused `invalid`, or `not_bookable` for a day without standing, Conflict
    `slot_taken`, or `wrong_state` once it has begun or is called off.
    """
    faults = start_faults(starts_at, now)
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        lesson = lock_own_to_come(session, public_id, provider_id, now)
        if starts_at == lesson.starts_at:
            return lesson
        end_run_out(session, lesson.id, now)
        release_claim(session, session.get_one(Claim, lesson.claim_id))
        claim = take_time(session, provider_id, Slot(lesson.title, starts_at, lesson.minutes, lesson.place_id, lesson.zip), now)
        lesson.claim_id, lesson.starts_at, lesson.ends_at = claim.id, starts_at, starts_at + timedelta(minutes=lesson.minutes)
        lesson.sequence += 1
        if lapsed(session, get_facts(session, provider_id), lesson):
            raise Refused("not_bookable", NO_STANDING)
        note_lesson(session, lesson, "moved", doer, now, starts_at=starts_at.isoformat(), sequence=lesson.sequence)
        for seated in seats_of_lesson(session, lesson.id, (HELD, BOOKED)):
            seat, agreed = seated.seat, agreed_from_dict(seated.seat.terms).moved_to(starts_at)
            summary = clock_words(agreed, now, day_words=False, what="class").sentence
            seat.terms = agreed_to_dict(agreed, summary)
            seat.sequence += 1
            seat.moved_at = now if seat.state == BOOKED else None
            note_seat(session, seat, "moved", doer, now, starts_at=starts_at.isoformat(), sequence=seat.sequence)
            if seat.state == BOOKED:
                write_moved(session, seated, base_url, now)
        return lesson
