"""A provider's entries with their visits, and what is still owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.money import SETTLED
from booking.earnings.rules import OVERDUE_AFTER, Visit, Written
from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import Entry
from booking.ledger.rules.story import Told


@dataclass(frozen=True)
class Owed:
    """What clients owe as of an instant; `overdue_cents` is the part of it that is older than thirty days."""

    due_cents: int
    overdue_cents: int


def entries_of_provider(
    session: Session, provider_id: int | None, from_at: datetime | None = None, until_at: datetime | None = None
) -> list[Written]:
    """What was written from `from_at` until just before `until_at` (None: without end), in order of time."""
    entry, visit = LedgerEntry.__table__.c, Appointment.__table__.c
    wanted = select(
        entry.key, entry.memo, entry.debit, entry.credit, entry.amount_cents, entry.at, entry.corrects, entry.reason, visit.public_id,
        visit.reference, visit.service_name, visit.starts_at,
    ).outerjoin_from(LedgerEntry, Appointment, Appointment.id == LedgerEntry.appointment_id)  # fmt: skip
    wanted = wanted.where(entry.provider_id == provider_id)
    if from_at is not None:
        wanted = wanted.where(entry.at >= from_at)
    if until_at is not None:
        wanted = wanted.where(entry.at < until_at)
    return [
        Written(
            Told(row.key, Entry(row.memo, row.debit, row.credit, row.amount_cents), row.at, row.corrects, row.reason),
            None if row.public_id is None else Visit(row.public_id, row.reference, row.service_name, row.starts_at),
        )
        for row in session.execute(wanted.order_by(entry.at, entry.id))
    ]


def owed_to(session: Session, provider_id: int | None, now: datetime) -> Owed:
    """What is due for visits that are over."""
    owed = select(func.coalesce(func.sum(Appointment.due_cents), 0)).where(
        Appointment.provider_id == provider_id, Appointment.status.in_(SETTLED)
    )
    old = owed.where(Appointment.ends_at < now - OVERDUE_AFTER)
    return Owed(session.scalar(owed) or 0, session.scalar(old) or 0)
