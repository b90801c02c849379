"""A therapist opens the note of a visit, beside the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.queries import Booked, get_any
from booking.care.changes import note_read
from booking.notes.changes import IN_CARE, check_own
from booking.notes.queries import Before, Kept, find_before, find_note
from booking.notes.rules.signing import Length, length_of
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict


@dataclass(frozen=True)
class Opened:
    """A visit, how long it was, what is kept of it, and the signed note of the visit before, to carry over from."""

    booked: Booked
    length: Length
    kept: Kept | None
    before: Before | None


def open_note(appointment: str, provider_id: int, actor: str, now: datetime, *, shown: bool = True) -> Opened:
    """A therapist's own visit with its note. What is shown of notes is written in the audit and in the client's log.

    A record of each client is the therapist's to keep, so there is no last day. Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        booked = get_any(session, appointment)
        check_own(booked, provider_id)
        visit = booked.appointment
        kept = find_note(session, visit.id, provider_id)
        if visit.status not in IN_CARE and (kept is None or kept.signature is None):
            raise Conflict("wrong_state", "There is a note for visits that are confirmed or took place.")
        before = find_before(session, visit.person_id, provider_id, visit.starts_at)
        for seen in set() if not shown else {one.appointment for one in (kept, before.kept if before else None) if one is not None}:
            note_read(session, booked.person, "note", actor, now, {"appointment": seen})
        return Opened(booked, length_of(visit.starts_at, visit.ends_at, visit.checked_in_at, visit.checked_out_at), kept, before)
