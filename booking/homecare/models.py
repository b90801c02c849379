"""Programs for home, and journals. What they say is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson


class HomeProgram(Base):
    """A program that a therapist left at a visit; never edited: the newest of a visit counts."""

    __tablename__ = "home_program"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)


class JournalEntry(Base):
    """One entry of a client's journal, about one day. The client may remove it."""

    __tablename__ = "journal_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)
