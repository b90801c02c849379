"""Keeping a note while it is written, and carrying over the words of the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.care.changes import note_read
from booking.notes.changes import check_agreed, lock_for_writing, store
from booking.notes.queries import Kept, find_before, find_note
from booking.notes.rules.carrying import carry_over, still_carried
from booking.notes.rules.content import Note, note_faults
from booking.screening import catalogue
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from providers.services import catalogue as services


@dataclass(frozen=True)
class Written:
    """A note as its writer sends it: the version they saw (0 for none, None if they do not say), and which carried words they confirm."""

    note: Note
    version: int | None = None
    confirmed: frozenset[str] = frozenset()


def keep_note(appointment: str, provider_id: int, written: Written, actor: str, now: datetime) -> Kept:
    """Keep what is written of a visit. The same words again change nothing.

    Raises Refused `invalid_note` with every fault, `not_agreed` for areas that the comfort card leaves out, NotFound, Conflict
    `note_locked` or `wrong_state`, Stale `note_changed`.
    """
    if faults := note_faults(written.note, services.techniques(), catalogue.body_map().names):
        raise Refused("invalid_note", "Not everything can stay as it is.", faults=faults)
    with transaction() as session:
        booked, kept = lock_for_writing(session, appointment, provider_id, written.version)
        check_agreed(session, booked, written.note, now)
        carried = still_carried(kept.carried, kept.note, written.note, written.confirmed) if kept else ()
        if kept is not None and (kept.note, kept.carried) == (written.note, carried):
            return kept
        store(session, booked, kept, written.note, carried, now)
        return _recorded(session, booked, "note.kept", actor, now)


def carry_note(appointment: str, provider_id: int, version: int | None, actor: str, now: datetime) -> Kept:
    """Fill what is empty with the words of the note before, each marked until it is confirmed.

    Raises NotFound (also without an earlier note), Conflict `note_locked` or `wrong_state`, Stale `note_changed`.
    """
    with transaction() as session:
        booked, kept = lock_for_writing(session, appointment, provider_id, version)
        visit = booked.appointment
        before = find_before(session, visit.person_id, provider_id, visit.starts_at)
        if before is None:
            raise NotFound("not_found", "There is no earlier note of yours to carry over.")
        note, filled = carry_over(before.kept.note, kept.note if kept else Note())
        note_read(session, booked.person, "note", actor, now, {"appointment": before.kept.appointment})
        store(session, booked, kept, note, dict.fromkeys((*(kept.carried if kept else ()), *filled)), now)
        return _recorded(session, booked, "note.carried_over", actor, now)


def _recorded(session: Session, booked: Booked, verb: str, actor: str, now: datetime) -> Kept:
    kept = find_note(session, booked.appointment.id, booked.appointment.provider_id)
    if kept is None:
        raise RuntimeError("a note that was just kept is not there")
    audit.record(session, audit.Deed(now, actor, verb, "appointment", kept.appointment, {"note": kept.public_id, "version": kept.version}))
    return kept
