"""A therapist looks who agreed for somebody under 18 and comes with them."""

from __future__ import annotations

from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.guardians.models import Guardianship
from booking.guardians.queries import guardian_at, standing_of
from booking.guardians.rules import day_of
from marketplace.db import transaction


def look_guardian(appointment: str, actor: str, now: datetime) -> Guardianship | None:
    """Whose agreement the visit rests on: today's, or for one that has begun that of its beginning. None where none is needed or holds.

    Written in the audit and in the client's log of who has read what. The caller has made sure that the visit is theirs. Raises
    NotFound where the visit is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        visit = booked.appointment
        if not standing_of(session, visit.person_id, day_of(visit.starts_at)).needed:
            return None
        row = guardian_at(session, visit.person_id, min(now, visit.checked_in_at or now))
        if row is not None:
            note_read(session, booked.person, "guardian", actor, now, {"appointment": appointment})
        return row
