"""Notes of visits, what was added to them, and their keys.

What a note says is sealed with a key of its own, which is sealed in turn: field keys can be changed without touching a signed note.
Triggers refuse UPDATE and DELETE of a signed note, of what was added to it, and the loss of its key, on either database.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class ClinicalNote(Base):
    """What one therapist writes of one visit. `version` counts how often it was kept; from `locked_at` on nothing of it changes.

    `content` is `{note, carried, salt}` under the note's own key. `digest` marks the signed content.
    """

    __tablename__ = "clinical_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_name: Mapped[str | None] = mapped_column(String(120))
    signed_by: Mapped[str | None] = mapped_column(String(80))
    digest: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("appointment_id", "provider_id"),
        CheckConstraint(
            "(locked_at IS NULL) = (digest IS NULL) AND (locked_at IS NULL) = (signed_by IS NULL)"
            " AND (locked_at IS NULL) = (signed_name IS NULL)",
            name="signed_as_a_whole",
        ),
        CheckConstraint("version >= 1", name="kept_once"),
    )


class NoteKey(Base):
    """The key under which a note and its addenda are sealed. It may be sealed anew, and never goes."""

    __tablename__ = "note_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("clinical_note.id"), unique=True)
    data_key: Mapped[str] = mapped_column(SealedText)


class NoteAddendum(Base):
    """Words added to a signed note, with their day and writer; never edited, never deleted. `content` is under the note's key."""

    __tablename__ = "note_addendum"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    note_id: Mapped[int] = mapped_column(ForeignKey("clinical_note.id"), index=True)
    content: Mapped[str] = mapped_column(Text)
    written_name: Mapped[str] = mapped_column(String(120))
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
