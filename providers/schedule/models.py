"""Hours, exceptions, rules and claims."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Computed, Date, ForeignKey, Index, Integer, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class WeeklyHours(Base):
    """A range of one weekday (Monday 0). `closes_minute` above 1440 means the next day."""

    __tablename__ = "weekly_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int] = mapped_column(Integer)
    opens_minute: Mapped[int] = mapped_column(Integer)
    closes_minute: Mapped[int] = mapped_column(Integer)
    settings: Mapped[list[str]] = mapped_column(Json, default=list)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    staffing: Mapped[str | None] = mapped_column(String(12))
    weeks: Mapped[str | None] = mapped_column(String(1))
    services: Mapped[list[str] | None] = mapped_column(Json)
    first_visits: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    contact: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_a_week"),
        CheckConstraint("opens_minute BETWEEN 0 AND 1439 AND closes_minute > opens_minute AND closes_minute <= 2880", name="range_sane"),
    )


class HoursStatement(Base):
    """A week as its provider stated it, and when: one row for every statement that changed something. Never edited, never deleted."""

    __tablename__ = "hours_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    weekly: Mapped[Any] = mapped_column(Json, default=list)


class HoursException(Base):
    """Other hours on one date, or closed."""

    __tablename__ = "hours_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    on: Mapped[date] = mapped_column("on_date", Date)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)
    opens_minute: Mapped[int | None] = mapped_column(Integer)
    closes_minute: Mapped[int | None] = mapped_column(Integer)
    settings: Mapped[list[str]] = mapped_column(Json, default=list)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    staffing: Mapped[str | None] = mapped_column(String(12))
    services: Mapped[list[str] | None] = mapped_column(Json)
    first_visits: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    contact: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class RosterShift(Base):
    """A provider's shift at a shared clinic on one date, planned by an admin. `closes_minute` above 1440 means the next day."""

    __tablename__ = "roster_shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    on: Mapped[date] = mapped_column("on_date", Date)
    opens_minute: Mapped[int] = mapped_column(Integer)
    closes_minute: Mapped[int] = mapped_column(Integer)
    staffing: Mapped[str] = mapped_column(String(12))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("opens_minute BETWEEN 0 AND 1439 AND closes_minute > opens_minute AND closes_minute <= 2880", name="shift_sane"),
        UniqueConstraint("clinic_id", "provider_id", "on_date", "opens_minute", name="uq_roster_shift_once"),
    )


class ScheduleRule(Base):
    """One provider's rules about start times, buffers, notice and horizon."""

    __tablename__ = "schedule_rule"

    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), primary_key=True)
    step_minutes: Mapped[int] = mapped_column(Integer, default=15)
    offset_minutes: Mapped[int | None] = mapped_column(Integer)
    buffer_before_minutes: Mapped[int] = mapped_column(Integer, default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(Integer, default=15)
    notice_minutes: Mapped[int] = mapped_column(Integer, default=120)
    horizon_days: Mapped[int] = mapped_column(Integer, default=60)
    max_per_day: Mapped[int | None] = mapped_column(Integer)
    turnover_minutes: Mapped[int] = mapped_column(Integer, default=0)
    week_a_from: Mapped[date | None] = mapped_column(Date)
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    max_per_week: Mapped[int | None] = mapped_column(Integer)
    max_minutes_per_day: Mapped[int | None] = mapped_column(Integer)
    max_minutes_per_week: Mapped[int | None] = mapped_column(Integer)
    run_minutes: Mapped[int | None] = mapped_column(Integer)
    break_minutes: Mapped[int | None] = mapped_column(Integer)
    closed_holidays: Mapped[list[str] | None] = mapped_column(Json)
    fill_gaps: Mapped[str | None] = mapped_column(String(6))
    offer_one_in: Mapped[int | None] = mapped_column(Integer)


class BookingPause(Base):
    """Booking has been stopped, with a message for everybody: of one provider, or without one of the whole house."""

    __tablename__ = "booking_pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    message: Mapped[str] = mapped_column(String(300))
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_by: Mapped[str] = mapped_column(String(80))


class TimeOff(Base):
    """Days or hours on which a provider sees nobody, in epoch minutes [begin, end); the truth that claims are laid from, as with `outside`.

    `reason` is sealed and forgotten when the time off is taken back; `message` is public. The colleague named may have taken their name
    off. Rows stay as history: `removed_at` says that nothing of one is left, an early end moves `end_minute`.
    """

    __tablename__ = "time_off"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    begin_minute: Mapped[int] = mapped_column(Integer)
    end_minute: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(SealedText)
    message: Mapped[str | None] = mapped_column(String(300))
    colleague_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id", ondelete="SET NULL"), index=True)
    colleague_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stated_by: Mapped[str] = mapped_column(String(80))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("end_minute > begin_minute", name="ends_after_begin"),
        CheckConstraint("colleague_id IS NULL OR colleague_id <> provider_id", name="to_somebody_else"),
        Index("ix_time_off_time", "provider_id", "end_minute", "begin_minute"),
    )


class Claim(Base):
    """Minutes of a provider that are taken: by an appointment, a hold, a block or an outside event.

    All columns named `*_minute` count from 1970-01-01T00:00Z. `begin..end` is the thing itself, `busy_from..busy_until` the same with its
    pads; the database lets no two live claims of a provider overlap there (an exclusion constraint on PostgreSQL, triggers on SQLite, both
    written in the first migration). Released claims stay as history; `released_at` is kept of blocks, since calendars are told of it.

    `clinic_id` is the shared clinic of whose rooms it takes one, as long as it is busy. The database derives it from the place, so nobody
    writes it, but for a hold that has run out and lets its room go before its provider's time is looked at. Claims with one `room_key`
    share a room; without a key each has its own.
    """

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    live: Mapped[bool] = mapped_column(Boolean, default=True)
    begin_minute: Mapped[int] = mapped_column(Integer)
    end_minute: Mapped[int] = mapped_column(Integer)
    before_minutes: Mapped[int] = mapped_column(Integer, default=0)
    after_minutes: Mapped[int] = mapped_column(Integer, default=0)
    busy_from_minute: Mapped[int] = mapped_column(Integer, Computed("begin_minute - before_minutes", persisted=True))
    busy_until_minute: Mapped[int] = mapped_column(Integer, Computed("end_minute + after_minutes", persisted=True))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    zip: Mapped[str | None] = mapped_column(String(5))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(SealedText)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    room_key: Mapped[str | None] = mapped_column(String(24))

    __table_args__ = (
        CheckConstraint("end_minute > begin_minute", name="ends_after_begin"),
        CheckConstraint("before_minutes >= 0 AND after_minutes >= 0", name="pads_not_negative"),
        Index(
            "ix_claim_live",
            "provider_id",
            "busy_from_minute",
            "busy_until_minute",
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index(
            "ix_claim_expiry",
            "expires_at",
            sqlite_where=text("live AND expires_at IS NOT NULL"),
            postgresql_where=text("live AND expires_at IS NOT NULL"),
        ),
        Index(
            "ix_claim_rooms",
            "clinic_id",
            "busy_until_minute",
            "busy_from_minute",
            sqlite_where=text("live AND clinic_id IS NOT NULL"),
            postgresql_where=text("live AND clinic_id IS NOT NULL"),
        ),
    )


class OutsideBusy(Base):
    """Minutes in which an outside calendar says that its provider is busy: the truth that claims of kind `outside` are laid from.

    Epoch minutes; spans of one calendar never meet. `zip` says where, when the provider wants places to count.
    """

    __tablename__ = "outside_busy"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    calendar_id: Mapped[int] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"), index=True)
    begin_minute: Mapped[int] = mapped_column(Integer)
    end_minute: Mapped[int] = mapped_column(Integer)
    zip: Mapped[str | None] = mapped_column(String(5))

    __table_args__ = (
        CheckConstraint("end_minute > begin_minute", name="ends_after_begin"),
        Index("ix_outside_busy_time", "provider_id", "end_minute", "begin_minute"),
    )
