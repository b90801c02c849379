"""Codes that providers give out, and which checkout used which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id


class Coupon(Base):
    """A code of one provider. It is never edited: another discount is another code; `retired_at` ends it.

    `percent` of the service's price or `amount_cents`, one of the two. `services` are codes, none means all. `uses` counts bookings that
    have it now; that it never passes `most_uses` and never falls below zero is the database's constraint.
    """

    __tablename__ = "coupon"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(24))
    percent: Mapped[int | None] = mapped_column(Integer)
    amount_cents: Mapped[int | None] = mapped_column(Integer)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    most_uses: Mapped[int | None] = mapped_column(Integer)
    once_a_client: Mapped[bool] = mapped_column(Boolean, default=False)
    services: Mapped[list[str]] = mapped_column(Json, default=list)
    least_cents: Mapped[int] = mapped_column(Integer, default=0)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_coupon_provider_code", "provider_id", "code", unique=True),
        CheckConstraint("uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)", name="uses_within_most"),
        CheckConstraint("(percent IS NULL) <> (amount_cents IS NULL)", name="percent_or_amount"),
        CheckConstraint("percent IS NULL OR (percent > 0 AND percent <= 100)", name="percent_sane"),
        CheckConstraint("amount_cents IS NULL OR amount_cents > 0", name="amount_above_zero"),
    )


class CouponUse(Base):
    """One booking has a code, from its own transaction on; `returned_at` says that nothing came of it.

    `client_key` is a keyed hash of the client's confirmed address, so that whoever comes again without an account is the same client.
    """

    __tablename__ = "coupon_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupon.id", ondelete="CASCADE"), index=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)
    client_key: Mapped[str] = mapped_column(String(64))
    once: Mapped[bool] = mapped_column(Boolean, default=False)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_coupon_use_once", "coupon_id", "client_key", unique=True,
            sqlite_where=text("once AND returned_at IS NULL"), postgresql_where=text("once AND returned_at IS NULL"),
        ),
    )  # fmt: skip
