"""Intakes, comfort cards and clients' papers. What they say is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedBytes, SealedJson


class IntakeVersion(Base):
    """One version of what a person told; never edited, the newest counts. `form_version` is the form it answers.

    A version with the same content as the one before says that it still stood then.
    """

    __tablename__ = "intake_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    form_version: Mapped[str] = mapped_column(String(20))
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)


class ComfortVersion(Base):
    """One version of a person's comfort card; never edited, the newest counts. `text_version` is the text they agreed to."""

    __tablename__ = "comfort_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    text_version: Mapped[str] = mapped_column(String(20))
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)


class HealthFile(Base):
    """A paper that a client keeps for their visits, as it was cleaned: `about` is `{kind, taken_on, title}`. The client may remove it."""

    __tablename__ = "health_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    about: Mapped[Any] = mapped_column(SealedJson)
    content: Mapped[bytes] = mapped_column(SealedBytes)

    __table_args__ = (CheckConstraint("size_bytes > 0", name="some_bytes"),)
