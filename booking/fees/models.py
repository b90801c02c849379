"""Agreements about the platform's fee, and what was agreed for each visit when it was booked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.fees.rules import KINDS, Agreement, SignOff
from marketplace.db import Base, UtcDateTime, new_public_id


class FeeAgreement(Base):
    """What is taken from a day on. Rows are never edited or deleted (triggers); a percentage stands with its sign-off or not at all."""

    __tablename__ = "fee_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date] = mapped_column(Date)
    cents: Mapped[int] = mapped_column(Integer, default=0)
    percent: Mapped[int] = mapped_column(Integer, default=0)
    signed_by: Mapped[str | None] = mapped_column(String(120))
    signed_on: Mapped[date | None] = mapped_column(Date)
    sign_text: Mapped[str | None] = mapped_column(String(2000))
    reason: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="known_kind"),
        CheckConstraint("cents >= 0 AND percent >= 0 AND (percent > 0) = (kind = 'percent')", name="a_share_is_a_share"),
        CheckConstraint(
            "kind <> 'percent' OR (signed_by IS NOT NULL AND signed_on IS NOT NULL AND sign_text IS NOT NULL)", name="a_share_is_signed"
        ),
    )

    @property
    def agreement(self) -> Agreement:
        """The row as the rules see it."""
        signed = None
        if self.signed_by is not None and self.signed_on is not None:
            signed = SignOff(self.signed_by, self.signed_on, self.sign_text or "")
        return Agreement(self.kind, self.starts_on, self.cents, self.percent, signed)


class VisitFee(Base):
    """What the platform takes of a visit if it is had, as agreed when it was booked; `first` of its client with its provider."""

    __tablename__ = "visit_fee"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("fee_agreement.id"))
    cents: Mapped[int] = mapped_column(Integer)
    first: Mapped[bool] = mapped_column(Boolean)
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("cents > 0", name="about_something"),)
