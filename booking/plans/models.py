"""Plans, their versions, and what was decided about them. What they say is sealed; numbers and sums are not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedJson

KINDS = ("accepted", "went_on", "ended")
_OPEN = text("ended_at IS NULL")
_ACCEPTED = text("kind = 'accepted'")


class CarePlan(Base):
    """What a therapist and a client work for, begun at a visit. At most one of two people is open at a time."""

    __tablename__ = "care_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_care_plan_open", "provider_id", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)


class CarePlanVersion(Base):
    """A plan as it was written at a visit; never edited. `done` visits of it had taken place by then. `content` is sealed.

    `service_code`, `minutes` and `setting` are what the visits were priced as, `estimate` what that came to on that day.
    """

    __tablename__ = "care_plan_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"))
    visits: Mapped[int] = mapped_column(Integer)
    every_days: Mapped[int] = mapped_column(Integer)
    review_after: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    service_code: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(Integer)
    setting: Mapped[str] = mapped_column(String(12))
    estimate: Mapped[Any] = mapped_column(Json)
    content: Mapped[Any] = mapped_column(SealedJson)
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_care_plan_version_number", "plan_id", "number", unique=True),
        CheckConstraint("number >= 1 AND visits >= 1 AND every_days >= 1 AND done >= 0", name="counted_from_one"),
        CheckConstraint("review_after >= 1 AND review_after <= visits", name="review_within"),
    )


class CarePlanStep(Base):
    """What was decided about a plan, in order; never edited. `number` is the version it was about, `done` the visits had by then.

    `content` is sealed: the reason in words.
    """

    __tablename__ = "care_plan_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("care_plan.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson, nullable=True)

    __table_args__ = (
        Index("uq_care_plan_step_accepted", "plan_id", "number", unique=True, sqlite_where=_ACCEPTED, postgresql_where=_ACCEPTED),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="known_kind"),
    )


class PlanPolicy(Base):
    """Which of their services a therapist gives several visits of by plan alone; the newest row of a provider counts."""

    __tablename__ = "plan_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    services: Mapped[Any] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CarePause(Base):
    """A therapist has paused the coming visits of a client, so that a physician looks first. At most one of two people is open at a time.

    Until it ends (`resumed` or `called_off`), visits that begin after `begun_at` cannot take place. `content` is sealed: the words to the
    client, and the draft of the letter to the physician.
    """

    __tablename__ = "care_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    begun_by: Mapped[str] = mapped_column(String(80))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_how: Mapped[str | None] = mapped_column(String(12))
    content: Mapped[Any] = mapped_column(SealedJson)

    __table_args__ = (
        Index("uq_care_pause_open", "provider_id", "person_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("ended_how IN ('resumed', 'called_off')", name="known_end"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_somehow"),
    )
