"""What clients told of their insurance for claim forms, and the forms as they were made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.claims.rules.filling import REPLACES, VOIDS
from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText

_LIVE = text("ended_at IS NULL")


class InsuranceDetails(Base):
    """A client's insurance details with their permission to make claim forms of one therapist's visits, until `expires_on` (whole day).

    New details are a new row that ends the one before; what an ended row said is emptied, that it was permitted stays.
    """

    __tablename__ = "insurance_details"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    content: Mapped[Any] = mapped_column(SealedJson)
    signed_name: Mapped[str] = mapped_column(SealedText)
    text_version: Mapped[str] = mapped_column(String(12))
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_on: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_insurance_details_live", "person_id", "provider_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        CheckConstraint("ended_at IS NULL OR ended_at >= given_at", name="ended_after_it_was_given"),
    )


class ClaimForm(Base):
    """One version of a visit's claim form, sealed as it was made; never edited.

    `frequency` is 1 for a first claim, 7 for one that replaces an earlier one, 8 for one that takes it back. `addenda` is how many the
    signed note had.
    """

    __tablename__ = "claim_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    superbill_id: Mapped[int] = mapped_column(ForeignKey("superbill.id"), index=True)
    details_id: Mapped[int] = mapped_column(ForeignKey("insurance_details.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    frequency: Mapped[str] = mapped_column(String(1))
    addenda: Mapped[int] = mapped_column(Integer)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)

    __table_args__ = (
        UniqueConstraint("appointment_id", "version"),
        CheckConstraint("version > 0 AND addenda >= 0", name="counted"),
        CheckConstraint(f"frequency IN ('1', '{REPLACES}', '{VOIDS}')", name="known_frequency"),
        CheckConstraint("frequency = '1' OR version > 1", name="something_to_replace"),
    )
