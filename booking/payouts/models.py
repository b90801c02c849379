"""Providers' accounts at Stripe, and what was sent there. Rows are written before Stripe is asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.payouts.rules import STATES, VISIT
from marketplace.db import Base, UtcDateTime, new_public_id

_STANDING = text("state <> 'failed'")


class PayoutAccount(Base):
    """A provider's account at Stripe: `account` once it is known there, `ready` as it was read last."""

    __tablename__ = "payout_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    account: Mapped[str | None] = mapped_column(String(64), unique=True)
    ready: Mapped[bool] = mapped_column(Boolean, default=False)
    stated: Mapped[bool] = mapped_column(Boolean, default=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("NOT ready OR account IS NOT NULL", name="ready_is_known"),)


class Payout(Base):
    """Money for a provider, once a week; `week_on` is its Monday. One that failed is followed by another."""

    __tablename__ = "payout"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    week_on: Mapped[date] = mapped_column(Date)
    amount_cents: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8), default="asked")
    transfer: Mapped[str | None] = mapped_column(String(64), unique=True)
    failure_code: Mapped[str | None] = mapped_column(String(64))
    ordered_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="known_state"),
        CheckConstraint("amount_cents > 0", name="some_money"),
        CheckConstraint("(state = 'sent') = (transfer IS NOT NULL)", name="sent_is_known"),
        Index("uq_payout_week", "provider_id", "week_on", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )


class PayoutLine(Base):
    """What a payout is made of: cents of one visit, or (None) of no visit; below zero what was paid too much before.

    `kind` is `visit`, or `parking` for what parking at that visit cost.
    """

    __tablename__ = "payout_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    kind: Mapped[str] = mapped_column(String(8), default=VISIT, server_default=VISIT)
    cents: Mapped[int] = mapped_column(Integer)

    __table_args__ = (CheckConstraint("cents <> 0", name="about_something"),)
