"""What providers stated about insurers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime


class InsuranceStatement(Base):
    """One statement, one row a version; the highest is in force and none is ever changed.

    `entries` are as `entries_to_list` has them, `catalog` names the version of the table they were chosen from, `made_by` who stated them.
    """

    __tablename__ = "insurance_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    catalog: Mapped[str] = mapped_column(String(20))
    entries: Mapped[Any] = mapped_column(Json)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index("uq_insurance_statement_provider_version", "provider_id", "version", unique=True),)
