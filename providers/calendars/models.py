"""Outside calendars that providers have added. What they say is kept in the schedule, as busy minutes and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedText


class OutsideCalendar(Base):
    """One calendar: a link that is looked at again and again, or a file that was uploaded once.

    The address is a secret: sealed, found again by its keyed hash. `stale_since` is the first failed look after the last good one.
    `flag` says why blocks that the calendar no longer names are kept until the provider agrees. Until `known_until_minute` (epoch)
    everything it says has been laid; None means that it says nothing later.
    """

    __tablename__ = "outside_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(SealedText)
    address_hash: Mapped[str | None] = mapped_column(String(64))
    places: Mapped[bool] = mapped_column(Boolean, default=False)
    etag: Mapped[str | None] = mapped_column(String(300))
    last_modified: Mapped[str | None] = mapped_column(String(100))
    last_good_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stale_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    known_until_minute: Mapped[int | None] = mapped_column(Integer)
    warnings: Mapped[list[str]] = mapped_column(Json, default=list)
    events: Mapped[int] = mapped_column(Integer, default=0)
    unplaced: Mapped[int] = mapped_column(Integer, default=0)
    flag: Mapped[str | None] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("provider_id", "address_hash", name="uq_outside_calendar_once"),
        CheckConstraint("kind IN ('link', 'file')", name="known_kind"),
        CheckConstraint("flag IN ('lost_half', 'unplaced')", name="known_flag"),
    )
