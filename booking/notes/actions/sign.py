"""Signing a note, and adding to one that is signed."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.loading import lock_appointment
from booking.notes.changes import append, check_agreed, check_own, lock_for_writing, seal_signed
from booking.notes.queries import Added, Kept, find_note
from booking.notes.rules.content import note_to_dict, settled
from booking.notes.rules.signing import BEGUN, Signature, digest_of, length_of, signing_faults
from marketplace import audit
from marketplace.db import new_public_id, transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused

LONGEST_ADDENDUM, MOST_ADDENDA = 4_000, 200


def lock_note(appointment: str, provider_id: int, version: int | None, actor: str, now: datetime) -> Kept:
    """Sign a note: the hands-on minutes are attested, and no path changes it any more.

    Raises NotFound, Conflict `note_locked` or `wrong_state` (also before the visit has begun), Stale `note_changed`, Refused
    `note_incomplete` with everything that is missing, `not_agreed` for areas that the comfort card leaves out.
    """
    with transaction() as session:
        booked, kept = lock_for_writing(session, appointment, provider_id, version)
        visit = booked.appointment
        if kept is None:
            raise NotFound("not_found", "Nothing is written of this visit yet.")
        if visit.status not in BEGUN:
            raise Conflict("wrong_state", "A note is signed once the visit has begun.")
        check_agreed(session, booked, kept.note, now)
        length = length_of(visit.starts_at, visit.ends_at, visit.checked_in_at, visit.checked_out_at)
        if faults := signing_faults(kept.note, kept.carried, length):
            raise Refused("note_incomplete", "The note cannot be signed yet.", faults=faults)
        signature, note = Signature(booked.provider.name, actor, now, new_public_id()), note_to_dict(settled(kept.note))
        row = seal_signed(session, kept, {"note": note, "carried": [], "salt": signature.salt})
        row.signed_name, row.signed_by, row.locked_at, row.changed_at = signature.name, signature.actor, now, now
        row.digest, row.version = digest_of(visit.public_id, note, signature), kept.version + 1
        session.flush()
        facts = {"note": kept.public_id, "digest": row.digest}
        audit.record(session, audit.Deed(now, actor, "note.signed", "appointment", visit.public_id, facts))
        signed = find_note(session, visit.id, provider_id)
        if signed is None:
            raise RuntimeError("a note that was just signed is not there")
        return signed


def add_to_note(appointment: str, provider_id: int, text: str, actor: str, now: datetime) -> Added:
    """Add words to a signed note, for good.

    Raises Refused `invalid_addendum` or `too_many_addenda`, NotFound, Conflict `note_open` while the note is not signed.
    """
    words = text.strip()
    if not words or len(words) > LONGEST_ADDENDUM:
        fault = FieldFault("text", f"Write something, at most {LONGEST_ADDENDUM:,} characters.")
        raise Refused("invalid_addendum", fault.message, faults=[fault])
    with transaction() as session:
        booked = lock_appointment(session, appointment)
        check_own(booked, provider_id)
        kept = find_note(session, booked.appointment.id, provider_id)
        if kept is None:
            raise NotFound("not_found", "Nothing is written of this visit yet.")
        if kept.signature is None:
            raise Conflict("note_open", "The note is not signed yet. Write into it.")
        if len(kept.addenda) >= MOST_ADDENDA:
            raise Refused("too_many_addenda", f"At most {MOST_ADDENDA} addenda.")
        row = append(session, kept, words, booked.provider.name, actor, now)
        facts = {"note": kept.public_id, "addendum": row.public_id}
        audit.record(session, audit.Deed(now, actor, "note.added_to", "appointment", appointment, facts))
        return Added(row.public_id, words, row.written_name, row.written_at)
