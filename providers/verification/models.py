"""What sources said, who was asked to confirm, and who resembles somebody on the exclusion list."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class SourceCheck(Base):
    """One question to one source about one credential, and what came back. A check never verifies anybody: a person decides.

    `outcome` is match, mismatch, not_found, unavailable or rubbish; `value_seen` the few values that matter, as JSON text.
    """

    __tablename__ = "source_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(24))
    outcome: Mapped[str] = mapped_column(String(16))
    value_seen: Mapped[str] = mapped_column(SealedText)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceRequest(Base):
    """A single-use link for somebody outside who can confirm a credential: a physician (`collaboration`) or a carrier (`insurance`).

    Only the hash of the link is kept. `answer` is JSON text; `withdrawn_at` may follow an answer, since a confirmation can be taken back.
    """

    __tablename__ = "evidence_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(SealedText)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    requested_by: Mapped[str] = mapped_column(String(80))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(SealedText)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExclusionImport(Base):
    """One reading of the federal exclusion list (LEIE). The entries of the newest complete one are the list."""

    __tablename__ = "exclusion_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(Integer)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    imported_by: Mapped[str] = mapped_column(String(80))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExclusionEntry(Base):
    """One person or firm on the list, as printed there; `name_key` is last and first name folded for comparing."""

    __tablename__ = "exclusion_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("exclusion_import.id", ondelete="CASCADE"))
    name_key: Mapped[str] = mapped_column(String(120))
    npi: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(16))
    excluded_on: Mapped[date | None] = mapped_column(Date)
    reinstated_on: Mapped[date | None] = mapped_column(Date)
    born_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        Index("ix_exclusion_entry_name", "import_id", "name_key"),
        Index("ix_exclusion_entry_npi", "import_id", "npi"),
    )


class ExclusionHit(Base):
    """A provider who resembles an entry, by NPI or by name, for a person to judge. `entry_key` stays the same from import to import."""

    __tablename__ = "exclusion_hit"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    entry_key: Mapped[str] = mapped_column(String(64))
    matched_by: Mapped[str] = mapped_column(String(8))
    printed: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(12), default="open", index=True)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(SealedText)

    __table_args__ = (UniqueConstraint("provider_id", "entry_key", name="uq_exclusion_hit_once"),)
