"""Drafts of an application's screens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime
from marketplace.vault import SealedJson


class ApplicationDraft(Base):
    """A screen that was left half-filled: what stood in its fields, sealed, and nothing of it handed in. Gone once the screen is whole."""

    __tablename__ = "application_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(16))
    content: Mapped[Any] = mapped_column(SealedJson)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("provider_id", "step", name="uq_application_draft_step"),)
