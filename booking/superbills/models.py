"""Superbills as they were issued."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson


class Superbill(Base):
    """One version of a visit's superbill, sealed as it was issued; never edited.

    Numbers run from 1 without a gap for each provider and New York year of the first version; a later version keeps its visit's number.
    `name` is the full number with the version.
    """

    __tablename__ = "superbill"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    issued_by: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[Any] = mapped_column(SealedJson)

    __table_args__ = (
        UniqueConstraint("appointment_id", "version"),
        UniqueConstraint("provider_id", "year", "number", "version"),
        CheckConstraint("number > 0 AND version > 0", name="counted_from_one"),
    )
