"""What providers stated about people under 18."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, UtcDateTime


class MinorPolicy(Base):
    """From which age a provider treats people; None: adults alone. One row a version, the highest is in force and none is changed."""

    __tablename__ = "minor_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    from_age: Mapped[int | None] = mapped_column(Integer)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index("uq_minor_policy_provider_version", "provider_id", "version", unique=True),
        CheckConstraint("from_age IS NULL OR from_age BETWEEN 0 AND 17", name="age_under_18"),
    )
