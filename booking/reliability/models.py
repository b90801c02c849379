"""Who said how late a visit began, what followed from a therapist's record, and what staff lifted. No health word is in any of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from booking.reliability.rules.lateness import LATEST_MINUTES
from booking.reliability.rules.policies import LEVELS
from marketplace.db import Base, UtcDateTime, new_public_id


class VisitLateness(Base):
    """What one side of a visit says of its beginning: minutes after the agreed start, 0 for on time. Once for each side, never edited.

    `given_minutes` is how long the visit was, where they say so, then or later; `back_cents` what came off the price for it.
    """

    __tablename__ = "visit_lateness"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(8))
    minutes: Mapped[int] = mapped_column(Integer)
    said_by: Mapped[str] = mapped_column(String(80))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_minutes: Mapped[int | None] = mapped_column(Integer)
    given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    back_cents: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        UniqueConstraint("appointment_id", "side", name="uq_visit_lateness_side"),
        CheckConstraint("side IN ('client', 'provider')", name="known_side"),
        CheckConstraint(f"minutes BETWEEN 0 AND {LATEST_MINUTES}", name="minutes_sane"),
        CheckConstraint("given_minutes >= 0 AND back_cents >= 0", name="not_negative"),
        CheckConstraint("(given_minutes IS NULL) = (given_at IS NULL)", name="given_sometime"),
    )


class ReliabilityStep(Base):
    """A therapist's level from `at` on, with the sums that led to it and the version of the figures. Never edited; the newest counts."""

    __tablename__ = "reliability_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(16))
    points: Mapped[int] = mapped_column(Integer)
    lines: Mapped[int] = mapped_column(Integer)
    kept: Mapped[int] = mapped_column(Integer)
    policy_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_reliability_step_provider", "provider_id", "id"),
        CheckConstraint(f"level IN ({', '.join(repr(level) for level in LEVELS)})", name="known_level"),
    )


class ReliabilityLift(Base):
    """Staff let a limit rest until a New York day, the whole of it, for a reason that the therapist reads. The newest counts."""

    __tablename__ = "reliability_lift"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(300))
    until_on: Mapped[date] = mapped_column(Date)
    lifted_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_reliability_lift_provider", "provider_id", "id"),)
