"""Statements out of the ledger: one sum of what came before, one statement for what was written in the days."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.earnings.rules import Visit
from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import Entry
from booking.ledger.rules.story import Told
from booking.statements.rules.sides import OF_CLIENT, OF_PROVIDER
from booking.statements.rules.spans import Span
from booking.statements.rules.statement import Row, Statement, state
from providers.registry.models import Provider

_ENTRY = LedgerEntry.__table__.c


def statement_of_person(session: Session, person_id: int, span: Span, now: datetime) -> Statement:
    """A client's statement, whoever's visits they are."""
    mine = _ENTRY.person_id == person_id
    return state(OF_CLIENT, span, _earlier(session, mine, span.begins_at), _rows(session, mine, span), now)


def statement_of_provider(session: Session, provider_id: int, span: Span, now: datetime) -> Statement:
    """A provider's statement, whoever's visits they are."""
    own = _ENTRY.provider_id == provider_id
    return state(OF_PROVIDER, span, _earlier(session, own, span.begins_at), _rows(session, own, span), now)


def first_of_person(session: Session, person_id: int) -> datetime | None:
    """When the first entry about a person was written."""
    return session.scalar(select(func.min(LedgerEntry.at)).where(_ENTRY.person_id == person_id))


def first_of_provider(session: Session, provider_id: int) -> datetime | None:
    """When the first entry about a provider was written."""
    return session.scalar(select(func.min(LedgerEntry.at)).where(_ENTRY.provider_id == provider_id))


def _earlier(session: Session, whose: ColumnElement[bool], until_at: datetime) -> list[Entry]:
    """Everything before an instant, added up by pair of accounts: a balance needs no more."""
    summed = select(_ENTRY.debit, _ENTRY.credit, func.sum(_ENTRY.amount_cents)).where(whose, _ENTRY.at < until_at)
    return [Entry("", row[0], row[1], int(row[2])) for row in session.execute(summed.group_by(_ENTRY.debit, _ENTRY.credit))]


def _rows(session: Session, whose: ColumnElement[bool], span: Span) -> list[Row]:
    entry, visit, provider = _ENTRY, Appointment.__table__.c, Provider.__table__.c
    wanted = select(
        entry.key, entry.memo, entry.debit, entry.credit, entry.amount_cents, entry.at, entry.corrects, entry.reason,
        visit.public_id, visit.reference, visit.service_name, visit.starts_at, provider.slug, provider.name,
    )  # fmt: skip
    joined = wanted.select_from(LedgerEntry).outerjoin(Appointment, visit.id == entry.appointment_id)
    joined = joined.outerjoin(Provider, provider.id == entry.provider_id)
    inside = joined.where(whose, entry.at >= span.begins_at, entry.at < span.ends_at).order_by(entry.at, entry.id)
    return [
        Row(
            Told(row.key, Entry(row.memo, row.debit, row.credit, row.amount_cents), row.at, row.corrects, row.reason),
            None if row.public_id is None else Visit(row.public_id, row.reference, row.service_name, row.starts_at),
            None if row.slug is None else (row.slug, row.name),
        )
        for row in session.execute(inside)
    ]
