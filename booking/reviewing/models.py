"""Who supervises whom, which notes were offered, and what was said of them. Comments are sealed; a note is never written to from here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.reviewing.rules.steps import KINDS
from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson

_OPEN = text("ended_at IS NULL")


class Supervision(Base):
    """A therapist has named a colleague who may look at notes that are offered to them. It counts from their yes until either ends it.

    Triggers keep a beginning and an end once they are there.
    """

    __tablename__ = "supervision"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    named_by: Mapped[str] = mapped_column(String(80))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        Index("uq_supervision_open", "provider_id", "supervisor_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("provider_id <> supervisor_id", name="two_people"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint("accepted_at >= named_at AND ended_at >= named_at", name="in_order"),
    )


class NoteReview(Base):
    """A signed note that was offered under a supervision; what became of it are its steps. Append-only."""

    __tablename__ = "note_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    note_id: Mapped[int] = mapped_column(ForeignKey("clinical_note.id"))
    supervision_id: Mapped[int] = mapped_column(ForeignKey("supervision.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("note_id", "supervision_id"),)


class NoteReviewStep(Base):
    """One step of a review, numbered from 1 so that of two at once one counts. Append-only. `content` is `{comments}`."""

    __tablename__ = "note_review_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("note_review.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    content: Mapped[Any] = mapped_column(SealedJson)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("review_id", "number"),
        CheckConstraint("number >= 1", name="counted_from_one"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="known_kind"),
    )
