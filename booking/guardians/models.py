"""Birth dates as they were stated, and guardians with what they agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class CareAge(Base):
    """When a person who receives care was born (an ISO day, sealed), as it was stated. Whoever decides by it locks this row."""

    __tablename__ = "care_age"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    born_on: Mapped[str] = mapped_column(SealedText)
    stated_by: Mapped[str] = mapped_column(String(80))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Guardianship(Base):
    """One guardian of a person, asked by a link or named by themselves; never deleted, so that it stays known who agreed when.

    Names, relation and ways to reach them are sealed. `text_version` is the text that was agreed to. `end_token_hash` opens the page
    on which the guardian takes it back. One at a time waits, and one at a time holds.
    """

    __tablename__ = "guardianship"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(SealedText)
    relation: Mapped[str] = mapped_column(SealedText)
    phone: Mapped[str | None] = mapped_column(SealedText)
    email: Mapped[str | None] = mapped_column(SealedText)
    by_booker: Mapped[bool] = mapped_column(Boolean)
    text_version: Mapped[str | None] = mapped_column(String(20))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("state IN ('asked', 'given', 'declined', 'ended')", name="known_state"),
        CheckConstraint("state <> 'given' OR (text_version IS NOT NULL AND answered_at IS NOT NULL)", name="given_to_a_text"),
        Index(
            "uq_guardianship_asked",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        Index(
            "uq_guardianship_given",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'given'"),
            postgresql_where=text("state = 'given'"),
        ),
    )
