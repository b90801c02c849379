"""Notes as they are read. Whoever asks has been let in before, and each look by somebody other than the client is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.notes.models import ClinicalNote, NoteAddendum, NoteKey
from booking.notes.rules.content import Note, Used, note_from_dict
from booking.notes.rules.signing import Signature, digest_of
from marketplace.vault import open_under


@dataclass(frozen=True)
class Added:
    """Words added to a signed note, by whom and when."""

    public_id: str
    text: str
    name: str
    written_at: datetime


@dataclass(frozen=True)
class Kept:
    """A note as it is kept. `carried` are the fields whose words are the last note's and unconfirmed; a signed note has a `signature`."""

    id: int
    public_id: str
    appointment: str
    version: int
    note: Note
    carried: tuple[str, ...]
    changed_at: datetime
    signature: Signature | None = None
    digest: str | None = None
    addenda: tuple[Added, ...] = ()


@dataclass(frozen=True)
class Before:
    """The signed note of an earlier visit, and when that visit was."""

    kept: Kept
    starts_at: datetime


@dataclass(frozen=True)
class LockedNote:
    """A signed note for papers: the techniques with minutes and regions, the attested hands-on minutes, by whom and when it was signed.

    A technique's minutes are None where only the minutes of all together were attested.
    """

    public_id: str
    techniques: tuple[Used, ...]
    hands_on_minutes: int
    signed_by: str
    signed_at: datetime
    digest: str


def _with_keys() -> Select[ClinicalNote, str, str, datetime]:
    return (
        select(ClinicalNote, NoteKey.data_key, Appointment.public_id, Appointment.starts_at)
        .join(NoteKey, NoteKey.note_id == ClinicalNote.id)
        .join(Appointment, Appointment.id == ClinicalNote.appointment_id)
        .execution_options(populate_existing=True)
    )


def _kept(session: Session, row: ClinicalNote, data_key: str, appointment: str) -> Kept:
    content = json.loads(open_under(data_key, row.content))
    return Kept(
        row.id, row.public_id, appointment, row.version, note_from_dict(content["note"]), tuple(content["carried"]), row.changed_at,
        _signature(row, content), row.digest, _addenda(session, row.id, data_key) if row.locked_at else (),
    )  # fmt: skip


def _signature(row: ClinicalNote, content: Mapping[str, Any]) -> Signature | None:
    if row.locked_at is None or row.signed_name is None or row.signed_by is None:
        return None
    return Signature(row.signed_name, row.signed_by, row.locked_at, content["salt"])


def _addenda(session: Session, note_id: int, data_key: str) -> tuple[Added, ...]:
    rows = session.scalars(select(NoteAddendum).where(NoteAddendum.note_id == note_id).order_by(NoteAddendum.written_at, NoteAddendum.id))
    return tuple(Added(row.public_id, open_under(data_key, row.content), row.written_name, row.written_at) for row in rows)


def find_note(session: Session, appointment_id: int, provider_id: int) -> Kept | None:
    """What a therapist keeps of a visit, signed or not."""
    mine = _with_keys().where(ClinicalNote.appointment_id == appointment_id, ClinicalNote.provider_id == provider_id)
    found = session.execute(mine).one_or_none()
    return None if found is None else _kept(session, found[0], found[1], found[2])


def find_signed(session: Session, appointment_id: int) -> Kept | None:
    """The signed note of a visit."""
    signed = _with_keys().where(ClinicalNote.appointment_id == appointment_id, ClinicalNote.locked_at.is_not(None))
    found = session.execute(signed.order_by(ClinicalNote.id)).first()
    return None if found is None else _kept(session, found[0], found[1], found[2])


def find_locked(session: Session, appointment_id: int) -> LockedNote | None:
    """The signed note of a visit, as papers want it."""
    kept = find_signed(session, appointment_id)
    if kept is None or kept.signature is None or kept.digest is None:
        return None
    minutes = kept.note.minutes or 0
    return LockedNote(kept.public_id, kept.note.techniques, minutes, kept.signature.name, kept.signature.at, kept.digest)


def signed_at(session: Session, appointment_id: int) -> datetime | None:
    """When the note of a visit was signed, or None; no word of it is opened."""
    return session.scalar(
        select(ClinicalNote.locked_at).where(ClinicalNote.appointment_id == appointment_id, ClinicalNote.locked_at.is_not(None))
    )


def find_before(session: Session, person_id: int, provider_id: int, starts_at: datetime) -> Before | None:
    """The newest note that a therapist signed of an earlier visit of the same client."""
    mine = _with_keys().where(ClinicalNote.person_id == person_id, ClinicalNote.provider_id == provider_id)
    earlier = mine.where(ClinicalNote.locked_at.is_not(None), Appointment.starts_at < starts_at)
    found = session.execute(earlier.order_by(Appointment.starts_at.desc(), ClinicalNote.id.desc())).first()
    return None if found is None else Before(_kept(session, found[0], found[1], found[2]), found[3])


def note_findings(session: Session) -> list[str]:
    """One sentence for each signed note whose content is not what was signed, and for each note about somebody else than its visit."""
    strayed = select(ClinicalNote.public_id).join(Appointment, Appointment.id == ClinicalNote.appointment_id)
    others = session.scalars(strayed.where(Appointment.person_id != ClinicalNote.person_id).order_by(ClinicalNote.id))
    signed = session.execute(_with_keys().where(ClinicalNote.locked_at.is_not(None)).order_by(ClinicalNote.id)).all()
    broken = [f"note {row.public_id} is not what was signed" for row, key, visit, _at in signed if not _whole(row, key, visit)]
    return [*broken, *(f"note {public_id} is about somebody else than its visit" for public_id in others)]


def _whole(row: ClinicalNote, data_key: str, appointment: str) -> bool:
    try:
        content = json.loads(open_under(data_key, row.content))
    except InvalidToken:
        return False
    signature = _signature(row, content)
    return signature is not None and digest_of(appointment, content["note"], signature) == row.digest
