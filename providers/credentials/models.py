"""Credentials with their documents and decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedBytes, SealedText


class Credential(Base):
    """One proof of one kind. A renewal is a new row; the old one stands until its own date.

    `taken_by` (an actor) has it on the table; `first_verified_by` is the first of two where two are asked for. `level`, `level_at`
    and `reconfirm_on` belong to a collaboration: declared, attested or confirmed, since when, and when it is asked about again;
    `partner_named` is the physician's leave to show their name.
    """

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    issuer: Mapped[str] = mapped_column(String(120))
    holder_name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str | None] = mapped_column(SealedText)
    number_fingerprint: Mapped[str | None] = mapped_column(String(64))
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    details: Mapped[Any] = mapped_column(Json, default=dict)
    technique: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(Integer, default=1)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_source: Mapped[str | None] = mapped_column(String(200))
    verified_by: Mapped[str | None] = mapped_column(String(80))
    next_check_on: Mapped[date | None] = mapped_column(Date)
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_verified_by: Mapped[str | None] = mapped_column(String(80))
    level: Mapped[str | None] = mapped_column(String(12))
    level_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reconfirm_on: Mapped[date | None] = mapped_column(Date)
    partner_named: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_credential_license_number",
            "number_fingerprint",
            unique=True,
            sqlite_where=text("kind = 'license' AND status = 'verified'"),
            postgresql_where=text("kind = 'license' AND status = 'verified'"),
        ),
        Index("ix_credential_provider_kind", "provider_id", "kind"),
    )


class CredentialDocument(Base):
    """An uploaded proof, sealed; never public. Every version is kept."""

    __tablename__ = "credential_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes] = mapped_column(SealedBytes)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CredentialDecision(Base):
    """What a checker decided: who, when, at which source, which value was seen, and why."""

    __tablename__ = "credential_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id", ondelete="CASCADE"), index=True)
    decision: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(Integer, default=1)
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    source_value: Mapped[str] = mapped_column(SealedText)
    valid_until: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(SealedText)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CredentialPolicy(Base):
    """One version of what is asked of whom, in force from a day on until a later version begins; never edited, never deleted."""

    __tablename__ = "credential_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, unique=True)
    effective_from: Mapped[date] = mapped_column(Date)
    table: Mapped[Any] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(300))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
