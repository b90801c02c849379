"""Health screenings and consents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText


class Screening(Base):
    """One person's answers to one version of the form, and what the rules made of them. Answers and reasons are sealed."""

    __tablename__ = "screening"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    form_version: Mapped[str] = mapped_column(String(20))
    answers: Mapped[Any] = mapped_column(SealedJson)
    outcome: Mapped[str] = mapped_column(String(20))
    result: Mapped[Any] = mapped_column(SealedJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Base):
    """A person accepted one version of the consent text."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[str] = mapped_column(String(20))
    sections: Mapped[Any] = mapped_column(SealedJson)
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Prescription(Base):
    """What somebody prescribed for a person: for what, where, how many visits, from when until when (both days included).

    Health words and names are sealed. `regions` are codes of the body map.
    """

    __tablename__ = "prescription"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    prescriber_name: Mapped[str] = mapped_column(SealedText)
    prescriber_npi: Mapped[str] = mapped_column(SealedText)
    diagnosis: Mapped[str] = mapped_column(SealedText)
    icd10: Mapped[str] = mapped_column(SealedText)
    treatment: Mapped[str] = mapped_column(SealedText)
    frequency: Mapped[str | None] = mapped_column(SealedText)
    regions: Mapped[Any] = mapped_column(SealedJson)
    visits_allowed: Mapped[int] = mapped_column(Integer)
    issued_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("visits_allowed >= 1", name="some_visits"),
        CheckConstraint("expires_on >= issued_on", name="days_in_order"),
    )
