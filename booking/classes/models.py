"""Classes and their seats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class ClassSession(Base):
    """One class: a single claim of its therapist's time, `capacity` seats in it.

    `uid` and `sequence` are those of its event in the therapist's own calendar; each seat has its own. `zip` is the place's.
    """

    __tablename__ = "class_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    zip: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(String(2000), default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    capacity: Mapped[int] = mapped_column(Integer)
    price_cents: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default="planned")
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    called_off_why: Mapped[str | None] = mapped_column(String(300))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("id", "capacity", name="uq_class_session_seats"),
        Index("ix_class_session_provider_starts", "provider_id", "starts_at"),
        CheckConstraint("state IN ('planned', 'called_off')", name="known_state"),
        CheckConstraint("capacity BETWEEN 1 AND 60", name="seats_sane"),
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )


class ClassSeat(Base):
    """One seat of a class, held for ten minutes or booked. No seat is had twice, whoever races, and none beyond the last one.

    `number` counts from 1. While the seat is somebody's (`ended_at` is null) the number is theirs alone, and so is the seat the person's
    only one in the class. `capacity` is always the class's own, by the foreign key, so that the check on `number` holds for it: on either
    database, with no trigger. Money as in an appointment; `terms` as agreed. `moved_at` says that the class
    is not at the time that was booked any more.
    """

    __tablename__ = "class_seat"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    session_id: Mapped[int] = mapped_column(Integer)
    capacity: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="held")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str | None] = mapped_column(String(64), index=True)
    total_cents: Mapped[int] = mapped_column(Integer)
    fee_cents: Mapped[int] = mapped_column(Integer, default=0)
    paid_cents: Mapped[int] = mapped_column(Integer, default=0)
    due_cents: Mapped[int] = mapped_column(Integer, default=0)
    terms: Mapped[Any] = mapped_column(Json)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    guest_key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    canceled_by: Mapped[str | None] = mapped_column(String(12))
    cancel_reason: Mapped[str | None] = mapped_column(String(24))
    cancel_note: Mapped[str | None] = mapped_column(SealedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "capacity"], ["class_session.id", "class_session.capacity"], name="fk_class_seat_class_session",
            onupdate="CASCADE", ondelete="CASCADE",
        ),
        CheckConstraint("state IN ('held', 'booked', 'came', 'no_show', 'canceled', 'released', 'expired')", name="known_state"),
        CheckConstraint("(ended_at IS NULL) = (state IN ('held', 'booked', 'came', 'no_show'))", name="ended_or_somebodys"),
        CheckConstraint("ended_at IS NOT NULL OR number BETWEEN 1 AND capacity", name="no_seat_beyond_the_last"),
        CheckConstraint("fee_cents >= 0 AND paid_cents >= 0 AND due_cents >= 0", name="money_not_negative"),
        Index(
            "uq_class_seat_number", "session_id", "number", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_class_seat_person", "session_id", "person_id", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_class_seat_held", "expires_at", sqlite_where=text("state = 'held'"), postgresql_where=text("state = 'held'"),
        ),
    )  # fmt: skip
