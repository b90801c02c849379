"""Terms of what is paid back, and what therapists sent in. A photo is sealed, and read by its therapist and by staff alone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.parking.rules.claims import LONGEST_REASON, STATES
from booking.parking.rules.terms import Terms
from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedBytes


class ParkingTerms(Base):
    """What is paid back of parking from a day on. Rows are never edited or deleted (triggers); either cap at 0 is off."""

    __tablename__ = "parking_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    starts_on: Mapped[date] = mapped_column(Date)
    visit_cents: Mapped[int] = mapped_column(Integer)
    month_cents: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("visit_cents >= 0 AND month_cents >= 0", name="not_negative"),
        CheckConstraint("days > 0", name="some_days"),
    )

    @property
    def terms(self) -> Terms:
        """The row as the rules see it."""
        return Terms(self.starts_on, self.visit_cents, self.month_cents, self.days)


class ParkingClaim(Base):
    """What parking at a visit cost, with the receipt's photo as it was drawn anew; one a visit, never deleted (a trigger).

    `photo_mark` is a keyed fingerprint by which the same photo is found again. `accepted_cents` stays when it is taken back; `reason`,
    `decided_by` and `decided_at` are of the last decision.
    """

    __tablename__ = "parking_claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    visit_on: Mapped[date] = mapped_column(Date)
    terms_id: Mapped[int] = mapped_column(ForeignKey("parking_terms.id"))
    asked_cents: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(String(60))
    photo: Mapped[bytes] = mapped_column(SealedBytes, deferred=True)
    photo_mark: Mapped[str] = mapped_column(String(64), index=True)
    sent_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="sent", index=True)
    accepted_cents: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_parking_claim_provider_day", "provider_id", "visit_on"),
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="known_state"),
        CheckConstraint("asked_cents > 0", name="about_something"),
        CheckConstraint("accepted_cents IS NULL OR (accepted_cents > 0 AND accepted_cents <= asked_cents)", name="never_more"),
        CheckConstraint("(accepted_cents IS NOT NULL) = (state IN ('accepted', 'taken_back'))", name="accepted_is_an_amount"),
        CheckConstraint("(decided_at IS NULL) = (state = 'sent')", name="decided_once"),
    )
