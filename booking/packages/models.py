"""Offers of packages, packages bought, and which visit used which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.packages.rules import ENDS, HOW, STATES, USES, Worth
from marketplace.db import Base, Json, UtcDateTime, new_public_id


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class PackagePolicy(Base):
    """Whether packages may be sold here, from `at` on; the newest row counts, none means no. Rows are history."""

    __tablename__ = "package_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    allowed: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackageOffer(Base):
    """What a provider offers. It is never edited: another price is another offer. `each_cents` is for one visit, before tax."""

    __tablename__ = "package_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    service_code: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer)
    each_cents: Mapped[int] = mapped_column(Integer)
    valid_months: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("visits > 1 AND each_cents > 0 AND valid_months > 0", name="about_something"),)


class Package(Base):
    """Visits that one person bought of one provider, with everything that was agreed.

    `used` is kept by triggers: the visits that use it, whether they are over or still to come; that it never passes `visits` is the
    database's constraint. Without `offer_id` it is a month of a membership. `closed_at` ends it: `refund_cents` went back or are owed
    until `refunded_at`.
    """

    __tablename__ = "package"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("package_offer.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    service_code: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer)
    each_cents: Mapped[int] = mapped_column(Integer)
    each_tax_cents: Mapped[int] = mapped_column(Integer)
    single_cents: Mapped[int] = mapped_column(Integer)
    single_tax_cents: Mapped[int] = mapped_column(Integer)
    valid_months: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default="ordered")
    used: Mapped[int] = mapped_column(Integer, default=0)
    how: Mapped[str | None] = mapped_column(String(12))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_on: Mapped[date | None] = mapped_column(Date)
    ended_by: Mapped[str | None] = mapped_column(String(12))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refund_cents: Mapped[int] = mapped_column(Integer, default=0)
    refunded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(_known("state", STATES), name="known_state"),
        CheckConstraint(f"how IS NULL OR {_known('how', HOW)}", name="known_way"),
        CheckConstraint(f"ended_by IS NULL OR {_known('ended_by', ENDS)}", name="known_end"),
        CheckConstraint("used >= 0 AND used <= visits", name="used_within_bought"),
        CheckConstraint("used = 0 OR paid_at IS NOT NULL", name="paid_before_used"),
        CheckConstraint("each_cents > 0 AND each_tax_cents >= 0 AND single_cents >= each_cents", name="no_dearer_than_single"),
        CheckConstraint("(state IN ('active', 'ended')) = (paid_at IS NOT NULL)", name="active_is_paid"),
        CheckConstraint("(paid_at IS NULL) = (how IS NULL) AND (paid_at IS NULL) = (last_on IS NULL)", name="paid_somehow"),
    )

    @property
    def worth(self) -> Worth:
        """What was agreed, as the rules see it."""
        return Worth(self.visits, self.each_cents, self.each_tax_cents, self.single_cents, self.single_tax_cents)


class PackageUse(Base):
    """One visit uses one of a package: `reserved` until it is over, then `spent`, or `returned`, which is the end of this row.

    `visit` and `reference` are the visit's own names, by which its client and its therapist know it.
    """

    __tablename__ = "package_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    visit: Mapped[str] = mapped_column(String(24))
    reference: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default="reserved")
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint(_known("state", USES), name="known_state"),)


class PackagePaper(Base):
    """A numbered receipt of a package, or the note about what went back; numbers run without a gap for each provider and year."""

    __tablename__ = "package_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    amount_cents: Mapped[int] = mapped_column(Integer)
    content: Mapped[Any] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_package_paper_package_kind", "package_id", "kind", unique=True),
        Index("uq_package_paper_provider_year_number", "provider_id", "year", "number", unique=True),
        CheckConstraint("kind IN ('receipt', 'credit_note')", name="known_kind"),
        CheckConstraint("number > 0 AND amount_cents > 0", name="about_something"),
    )
