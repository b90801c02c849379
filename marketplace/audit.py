"""Who did or read what of whose: append-only and hash-chained.

Entries stand in a few chains (lanes) chosen by the object, so that writers of different objects do not wait for one another. Each
entry's hash covers its content and the hash before it in its lane; a changed, missing or swapped entry breaks the chain. Entries are
collected during a transaction and written just before its commit in the order of lanes, which leaves no room for a deadlock.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.db import Base, Json, UtcDateTime, before_commit, unit_of_work

LANES = 32
LOCK_SPACE = 0x4C48  # advisory locks of this kind on PostgreSQL
FIRST_HASH = "0" * 64


class AuditEntry(Base):
    """One line of the audit. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    details: Mapped[Any] = mapped_column(Json)
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("uq_audit_entry_lane_number", "lane", "number", unique=True),
        Index("ix_audit_entry_object", "object_kind", "object_id"),
        Index("ix_audit_entry_actor_at", "actor", "at"),
    )


@dataclass(frozen=True)
class Deed:
    """What is to be written: who (`account:ID`, `person:ID`, `command:NAME`, `job:NAME`), what, of which object, before and after."""

    at: datetime
    actor: str
    verb: str
    object_kind: str
    object_id: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def lane(self) -> int:
        """The chain this deed belongs to."""
        return zlib.crc32(f"{self.object_kind}:{self.object_id}".encode()) % LANES


def record(session: Session, deed: Deed) -> None:
    """Put `deed` into the audit with the running transaction. Details must be plain JSON without health words or addresses."""
    unit_of_work(session).setdefault("deeds", []).append(deed)
    before_commit(session, "audit", _write_deeds)


def _write_deeds(session: Session) -> None:
    deeds: list[Deed] = unit_of_work(session).pop("deeds", [])
    for deed in sorted(deeds, key=lambda deed: deed.lane):
        _append(session, deed)
    session.flush()


def _append(session: Session, deed: Deed) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:space, :lane)"), {"space": LOCK_SPACE, "lane": deed.lane})
    last = session.execute(
        select(AuditEntry.number, AuditEntry.entry_hash).where(AuditEntry.lane == deed.lane).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.entry_hash) if last else (1, FIRST_HASH)
    content = json.loads(json.dumps(dict(deed.details), sort_keys=True, default=str))
    entry = AuditEntry(
        lane=deed.lane,
        number=number,
        at=deed.at,
        actor=deed.actor,
        verb=deed.verb,
        object_kind=deed.object_kind,
        object_id=deed.object_id,
        details=content,
        previous_hash=previous,
        entry_hash="",
    )
    entry.entry_hash = entry_hash(entry)
    session.add(entry)
    session.flush()


def entry_hash(entry: AuditEntry) -> str:
    """The hash (64 hex digits) that an entry's content and predecessor give."""
    content = [
        entry.lane,
        entry.number,
        entry.at.isoformat(),
        entry.actor,
        entry.verb,
        entry.object_kind,
        entry.object_id,
        entry.details,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def broken_entries(session: Session) -> Iterator[str]:
    """One sentence for each entry at which a chain does not hold, lane by lane."""
    previous = FIRST_HASH
    lane, number = -1, 0
    ordered = select(AuditEntry).order_by(AuditEntry.lane, AuditEntry.number).execution_options(yield_per=1000)
    with closing(session.scalars(ordered)) as rows:
        for entry in rows:
            if entry.lane != lane:
                lane, number, previous = entry.lane, 0, FIRST_HASH
            number += 1
            if entry.number != number:
                yield f"audit lane {lane}: entry {number} is missing"
            elif entry.previous_hash != previous or entry.entry_hash != entry_hash(entry):
                yield f"audit lane {lane}: entry {number} ({entry.verb} at {entry.at.isoformat()}) was changed"
            number, previous = entry.number, entry.entry_hash


def count_entries(session: Session) -> int:
    """How many entries stand in the audit."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
