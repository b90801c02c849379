"""Releases, drafts of letters, letters that left, and when they were opened. What they say is sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.sharing.rules.releases import MOST_OPENINGS
from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText


class Release(Base):
    """A client's signed permission for one provider to send parts of what there is of them to one recipient.

    Triggers keep it as it was signed: only `revoked_at` may be set, once. `recipient` has name, profession, practice, email; `by_link` is
    whether there is an address. The last day `expires_on` counts whole, in New York.
    """

    __tablename__ = "sharing_release"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    recipient: Mapped[Any] = mapped_column(SealedJson)
    by_link: Mapped[bool]
    scope: Mapped[list[str]] = mapped_column(Json)
    purpose: Mapped[str] = mapped_column(SealedText)
    expires_on: Mapped[date] = mapped_column(Date)
    signed_name: Mapped[str] = mapped_column(SealedText)
    text_version: Mapped[str] = mapped_column(String(12))
    signed_by: Mapped[str] = mapped_column(String(80))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("revoked_at IS NULL OR revoked_at >= signed_at", name="revoked_after_it_was_signed"),)


class LetterDraft(Base):
    """What a therapist is writing, one at a time for a visit; gone when it is sent or the release is revoked.

    Its public id becomes the letter's.
    """

    __tablename__ = "sharing_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    release_id: Mapped[int] = mapped_column(ForeignKey("sharing_release.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), unique=True)
    words: Mapped[Any] = mapped_column(SealedJson)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SentLetter(Base):
    """A letter as it left, sealed. Triggers refuse one without a live release of the same two people, every change, and every removal.

    `digest` is a keyed hash of the content, so that a content that is sealed anew with another key is known to be the same.
    """

    __tablename__ = "sharing_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("sharing_release.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    way: Mapped[str] = mapped_column(String(8))
    parts: Mapped[list[str]] = mapped_column(Json)
    content: Mapped[Any] = mapped_column(SealedJson)
    digest: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    open_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("way IN ('link', 'print')", name="known_way"),
        CheckConstraint("(way = 'link') = (token_hash IS NOT NULL)", name="a_link_has_a_key"),
    )


class LetterOpening(Base):
    """One time that a letter was opened behind its link, or printed by its sender; numbered from 1, so that none is beyond the limit."""

    __tablename__ = "sharing_opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("sharing_letter.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("letter_id", "number", name="uq_sharing_opening_number"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_OPENINGS}", name="within_the_limit"),
    )
