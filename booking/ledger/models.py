"""Entries of the ledger, and receipts. Triggers refuse UPDATE and DELETE of both on either database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id


class LedgerEntry(Base):
    """Cents moved from the credited account to the debited one. Entries of one `key` were written together, `line` counts them from 0.

    `appointment_id`, `provider_id` and `person_id` say whose business it is, `by` who wrote it, `corrects` the key of what it counters.
    """

    __tablename__ = "ledger_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    line: Mapped[int] = mapped_column(Integer)
    memo: Mapped[str] = mapped_column(String(40))
    debit: Mapped[str] = mapped_column(String(24))
    credit: Mapped[str] = mapped_column(String(24))
    amount_cents: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    corrects: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(String(300))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_ledger_entry_key_line", "key", "line", unique=True),
        Index("ix_ledger_entry_provider_at", "provider_id", "at"),
        CheckConstraint("amount_cents > 0", name="about_something"),
        CheckConstraint("debit <> credit", name="between_two"),
        CheckConstraint("currency = 'USD'", name="one_currency"),
    )


class Receipt(Base):
    """A numbered paper about one payment (`kind` receipt) or about its taking back (credit_note, which names what it `voids`).

    Numbers run from 1 without a gap for each provider and New York year. `content` is the paper as it was
    given, without the client's name, which is looked up for those who may see it.
    """

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    entry_key: Mapped[str] = mapped_column(String(120), unique=True)
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), unique=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    content: Mapped[Any] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_receipt_provider_year_number", "provider_id", "year", "number", unique=True),
        CheckConstraint("kind IN ('receipt', 'credit_note')", name="known_kind"),
        CheckConstraint("(kind = 'credit_note') = (voids_id IS NOT NULL)", name="a_note_voids"),
        CheckConstraint("number > 0 AND amount_cents > 0", name="about_something"),
    )


class Credit(Base):
    """What a provider who canceled owes their client for a later visit with them: one for each visit that was left so.

    `left_cents` is what has not been used; the entries of the ledger say the same, and the database keeps it from falling below zero.
    """

    __tablename__ = "credit"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    left_cents: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        CheckConstraint("amount_cents > 0 AND left_cents >= 0 AND left_cents <= amount_cents", name="never_negative"),
        CheckConstraint("expires_at > issued_at", name="lasts"),
    )
