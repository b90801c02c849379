"""The limit that rests on a provider now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime
from providers.limits.rules import LIMITS


class ProviderLimit(Base):
    """A limit on what can be booked of a provider, beside and apart from their own choices; at most one a provider.

    The rows are set and taken away by whoever judges; the history of it is theirs to keep.
    """

    __tablename__ = "provider_limit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in LIMITS)})", name="known_kind"),)
