"""What the verbs of notes do to rows inside their transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.loading import lock_appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED
from booking.intake.queries import find_comfort
from booking.notes.models import ClinicalNote, NoteAddendum, NoteKey
from booking.notes.queries import Kept, find_note
from booking.notes.rules.agreeing import NOT_AGREED, agreement_fault, card_counts
from booking.notes.rules.content import Note, note_to_dict
from booking.screening import catalogue
from marketplace.kernel.errors import Conflict, NotFound, Refused, Stale
from marketplace.vault import new_data_key, seal_under
from providers.services.rules.calls import PHONE

IN_CARE = frozenset({CONFIRMED, CHECKED_IN, COMPLETED})
MISSING = "There is no such appointment."


def check_own(booked: Booked, provider_id: int) -> None:
    """Raises NotFound for calls and for visits of others."""
    if booked.appointment.provider_id != provider_id or booked.appointment.setting == PHONE:
        raise NotFound("not_found", MISSING)


def lock_for_writing(session: Session, appointment: str, provider_id: int, version: int | None) -> tuple[Booked, Kept | None]:
    """A therapist's own visit, locked, with what is kept of it so far, ready to be written on.

    `version` is what the writer saw: 0 for nothing, None if they did not say. Raises NotFound, Conflict `note_locked` once it is signed,
    `wrong_state` for a visit that is not or did not take place, Stale `note_changed` with the other words in `details`.
    """
    booked = lock_appointment(session, appointment)
    check_own(booked, provider_id)
    kept = find_note(session, booked.appointment.id, provider_id)
    if kept is not None and kept.signature is not None:
        raise Conflict("note_locked", "This note is signed. It does not change any more; you can add to it.")
    if booked.appointment.status not in IN_CARE:
        raise Conflict("wrong_state", "There is a note for visits that are confirmed or took place.")
    saved = kept.version if kept else 0
    if version is not None and version != saved:
        other = {} if kept is None else note_to_dict(kept.note)
        raise Stale("note_changed", "The note was changed elsewhere meanwhile.", details={"version": saved, "saved": other})
    return booked, kept


def check_agreed(session: Session, booked: Booked, note: Note, now: datetime) -> None:
    """Hold a note against the comfort card that stood when the visit ended. Raises Refused `not_agreed`."""
    visit = booked.appointment
    if not card_counts(visit.status, visit.ends_at, now):
        return
    kept = find_comfort(session, visit.person_id, visit.ends_at)
    fault = agreement_fault(note, kept.card if kept else None, catalogue.body_map().names)
    if fault is not None:
        raise Refused(NOT_AGREED, fault.message, faults=[fault])


def store(session: Session, booked: Booked, kept: Kept | None, note: Note, carried: Collection[str], now: datetime) -> None:
    """Keep the words, as a new note or as the next version of one that is not signed."""
    content = json.dumps({"note": note_to_dict(note), "carried": list(carried)})
    if kept is not None:
        row = session.get_one(ClinicalNote, kept.id)
        row.content, row.version, row.changed_at = seal_under(_key(session, kept.id).data_key, content), kept.version + 1, now
        session.flush()
        return
    visit, key = booked.appointment, new_data_key()
    row = ClinicalNote(
        appointment_id=visit.id, provider_id=visit.provider_id, person_id=visit.person_id, version=1, content=seal_under(key, content),
        created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(NoteKey(note_id=row.id, data_key=key))
    session.flush()


def seal_signed(session: Session, kept: Kept, content: Mapping[str, Any]) -> ClinicalNote:
    """Put the words that are signed into the row; the caller signs it before anything is flushed."""
    row = session.get_one(ClinicalNote, kept.id)
    row.content = seal_under(_key(session, kept.id).data_key, json.dumps(content))
    return row


def append(session: Session, kept: Kept, text: str, name: str, actor: str, now: datetime) -> NoteAddendum:
    """Add words to a signed note."""
    content = seal_under(_key(session, kept.id).data_key, text)
    row = NoteAddendum(note_id=kept.id, content=content, written_name=name, written_by=actor, written_at=now)
    session.add(row)
    session.flush()
    return row


def _key(session: Session, note_id: int) -> NoteKey:
    return session.scalars(select(NoteKey).where(NoteKey.note_id == note_id)).one()
