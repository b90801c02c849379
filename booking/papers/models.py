"""Papers as they were given, and what people state for papers alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson


class Estimate(Base):
    """One version of an estimate, sealed as it was given; never edited.

    `subject` is `visit:ID`, or `series:ID` for visits that were planned together.
    """

    __tablename__ = "estimate"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    subject: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)

    __table_args__ = (
        UniqueConstraint("subject", "version", name="uq_estimate_subject_version"),
        CheckConstraint("reason IN ('scheduled', 'asked', 'changed')", name="known_reason"),
    )


class EstimateVisit(Base):
    """Until when a visit's changes have been looked at for its estimate, whether or not one was needed."""

    __tablename__ = "estimate_visit"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperFacts(Base):
    """What somebody states for papers alone, sealed: a client their birth date, a provider the tax number of the business."""

    __tablename__ = "paper_facts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    facts: Mapped[Any] = mapped_column(SealedJson)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (provider_id IS NULL)", name="of_one"),)
