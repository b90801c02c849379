"""Who did or read what of whose: append-only and hash-chained.

Entries stand in a few chains (lanes) chosen by the object, so that writers of different objects do not wait for one another. Each
entry's hash covers its content and the hash before it in its lane; a changed, missing or swapped entry breaks the chain. A lane's head
keeps how many entries there are and the last one's hash, in the same transaction, so that entries cut off the end are missed too.
Entries are collected during a transaction and written just before its commit in the order of lanes, which leaves no room for a deadlock.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Index, Integer, Row, String, func, select, text
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


class AuditHead(Base):
    """How far one lane has come: its last entry's number and hash. Triggers let it go forward by one at a time and never away."""

    __tablename__ = "audit_head"

    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(Integer)
    last_hash: Mapped[str] = mapped_column(String(64))


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
    head = session.get(AuditHead, deed.lane, populate_existing=True)
    number, previous = (head.last_number + 1, head.last_hash) if head else (1, FIRST_HASH)
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
    if head is None:
        head = AuditHead(lane=deed.lane)
        session.add(head)
    head.last_number, head.last_hash = number, entry.entry_hash
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
    """One sentence for each place at which a chain does not hold, lane by lane; others may write meanwhile."""
    heads = {head.lane: head for head in session.scalars(select(AuditHead).order_by(AuditHead.lane))}
    # Each entry comes with its lane's head as of the same instant.
    beside = select(AuditEntry, AuditHead.last_number, AuditHead.last_hash).outerjoin(AuditHead, AuditHead.lane == AuditEntry.lane)
    ordered = beside.order_by(AuditEntry.lane, AuditEntry.number).execution_options(yield_per=1000)
    with closing(session.execute(ordered)) as rows:
        for lane, entries in groupby(rows, key=lambda row: row[0].lane):
            heads.pop(lane, None)
            yield from _broken_in_lane(lane, entries)
    for head in heads.values():
        yield f"audit lane {head.lane}: all {head.last_number} entries are missing"


def _broken_in_lane(lane: int, rows: Iterable[Row[AuditEntry, int | None, str | None]]) -> Iterator[str]:
    number, previous = 0, FIRST_HASH
    head_number: int | None = None
    head_hash: str | None = None
    for row in rows:
        entry, head_number, head_hash = row[0], row[1], row[2]
        number += 1
        if entry.number != number:
            yield f"audit lane {lane}: entry {number} is missing"
        elif entry.previous_hash != previous or entry.entry_hash != entry_hash(entry):
            yield f"audit lane {lane}: entry {number} ({entry.verb} at {entry.at.isoformat()}) was changed"
        number, previous = entry.number, entry.entry_hash
    if head_number is None:
        yield f"audit lane {lane}: its head is missing"
    elif head_number > number:
        yield f"audit lane {lane}: entry {number + 1} and all behind it are missing, {head_number - number} in all"
    elif (head_number, head_hash) != (number, previous):
        yield f"audit lane {lane}: its last entry {number} is not the one that was written"


def count_entries(session: Session) -> int:
    """How many entries stand in the audit."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
