"""Requests for more visits. Why, and what was answered in words, is sealed; numbers and days are not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.extensions.rules.asking import KEPT, WAYS
from marketplace.db import Base, UtcDateTime, new_public_id
from marketplace.vault import SealedJson

_OPEN = text("state IN ('written', 'sent')")


class ExtensionRequest(Base):
    """A therapist asks for more visits of a client than a prescription allows; at most one request of a prescription is open.

    Triggers keep what was asked and, once it has an answer, the answer. `content` is `{reason}`, `answer` is `{name, npi, words}` of who
    answered. A yes makes `given_id`, a prescription of its own: the one that it was about stays as it is.
    """

    __tablename__ = "extension_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescription.id"))
    visits: Mapped[int] = mapped_column(Integer)
    until_on: Mapped[date] = mapped_column(Date)
    content: Mapped[Any] = mapped_column(SealedJson)
    written_by: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_how: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    given_id: Mapped[int | None] = mapped_column(ForeignKey("prescription.id"), unique=True)

    __table_args__ = (
        Index("uq_extension_request_open", "prescription_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint(f"state IN ({', '.join(repr(one) for one in KEPT)})", name="known_state"),
        CheckConstraint(f"answered_how IN ({', '.join(repr(one) for one in WAYS)})", name="known_way"),
        CheckConstraint("visits >= 1", name="some_visits"),
        CheckConstraint("(answered_at IS NULL) = (state IN ('written', 'sent'))", name="answered_with_a_day"),
        CheckConstraint("(answered_at IS NULL) = (answered_how IS NULL)", name="answered_somehow"),
        CheckConstraint("(given_id IS NOT NULL) = (state = 'approved')", name="a_yes_has_a_paper"),
        CheckConstraint("given_id <> prescription_id", name="a_paper_of_its_own"),
        CheckConstraint("(token_hash IS NOT NULL) = (state = 'sent')", name="a_link_while_sent"),
    )
