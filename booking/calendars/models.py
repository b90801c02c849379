"""The secret addresses of feeds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime
from marketplace.vault import SealedText


class CalendarFeed(Base):
    """One feed of an account: for whom it speaks, how much it says, and its secret.

    The secret (256 bits) is found by its hash; sealed, so that its owner can see the address again. Without either there is no address.
    A clinic's feed belongs to the admin who made it, so that it ends with their rights.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    audience: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(8))
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id", ondelete="CASCADE"))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    token: Mapped[str | None] = mapped_column(SealedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("audience IN ('client', 'provider', 'clinic')", name="known_audience"),
        CheckConstraint("detail IN ('busy', 'brief', 'full')", name="known_detail"),
        CheckConstraint("(audience = 'clinic') = (clinic_id IS NOT NULL)", name="clinics_have_their_own"),
        CheckConstraint("(token IS NULL) = (token_hash IS NULL)", name="secret_whole"),
        Index(
            "uq_calendar_feed_own", "account_id", "audience", "detail", unique=True, sqlite_where=text("clinic_id IS NULL"),
            postgresql_where=text("clinic_id IS NULL"),
        ),
        Index(
            "uq_calendar_feed_clinic", "account_id", "clinic_id", "detail", unique=True, sqlite_where=text("clinic_id IS NOT NULL"),
            postgresql_where=text("clinic_id IS NOT NULL"),
        ),
    )  # fmt: skip
