"""The outbox's table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText


class Letter(Base):
    """One letter to one person. `key` makes it unique: the same letter cannot be written twice. `about` names the object it tells of.

    `attempts` counts every try, `refusals` those that failed for the letter's own sake; `failed_at` is when it was given up.
    """

    __tablename__ = "outbox_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str | None] = mapped_column(String(40), index=True)
    recipient: Mapped[str] = mapped_column(SealedText)
    facts: Mapped[Any] = mapped_column(SealedJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_after_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (Index("ix_outbox_letter_due", "sent_at", "withdrawn_at", "send_after_at"),)
