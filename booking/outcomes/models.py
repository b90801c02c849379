"""What was measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson


class Outcome(Base):
    """One value a client or their therapist took down; never edited. What it is of and how much, is sealed: `{measure, label, tenths}`."""

    __tablename__ = "outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id", ondelete="SET NULL"), index=True)
    side: Mapped[str] = mapped_column(String(12))
    taken_by: Mapped[str] = mapped_column(String(80))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)

    __table_args__ = (CheckConstraint("side IN ('client', 'provider')", name="known_side"),)
