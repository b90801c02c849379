"""Health screenings and consents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedBytes, SealedJson, SealedText


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


class Clearance(Base):
    """A physician's word about a person: sent as a document, or given through a single-use link. What it says is sealed.

    `provider_id` is the therapist it was sent to, where no visit says so. `covers` are codes of rules and conditions, `regions` those of
    the body map (none: everywhere). `state` is asked (a link waits for its answer), submitted or refused (by whoever was asked).
    """

    __tablename__ = "clearance"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    signer_name: Mapped[str] = mapped_column(SealedText)
    signer_profession: Mapped[str] = mapped_column(SealedText)
    signer_npi: Mapped[str | None] = mapped_column(SealedText)
    signed_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    covers: Mapped[Any] = mapped_column(SealedJson)
    regions: Mapped[Any] = mapped_column(SealedJson)
    words: Mapped[str | None] = mapped_column(SealedText)
    media_type: Mapped[str | None] = mapped_column(String(60))
    content: Mapped[bytes | None] = mapped_column(SealedBytes)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('asked', 'submitted', 'refused')", name="known_state"),
        CheckConstraint("state <> 'submitted' OR (signed_on IS NOT NULL AND expires_on IS NOT NULL)", name="signed_with_days"),
    )


class ClearanceDecision(Base):
    """A therapist took a clearance for their visits, or did not; never edited, the newest of each therapist counts."""

    __tablename__ = "clearance_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    decision: Mapped[str] = mapped_column(String(8))
    note: Mapped[str | None] = mapped_column(SealedText)
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("decision IN ('accept', 'reject')", name="known_decision"),)
