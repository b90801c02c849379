"""Entries and receipts as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from booking.ledger.models import Credit, LedgerEntry, Receipt
from booking.ledger.rules.entries import CREDIT, DEPOSITS, PAID_BACK, PAID_OUT, Entry
from booking.ledger.rules.story import Step, Told, tell
from booking.ledger.rules.sums import VisitSums, balances, sum_visit
from marketplace.accounts.models import Person
from marketplace.db import Base
from marketplace.kernel.errors import Conflict, NotFound
from providers.registry.models import Provider

Sold = TypeVar("Sold", bound=Base)


def get_sold(
    session: Session, table: type[Sold], public_id: str, missing: str, *, person_id: int | None, provider_id: int | None, lock: bool
) -> tuple[Sold, Provider, Person]:
    """What one person bought of one provider (a row of `table`) with its two sides: a person's, a provider's, or (both None) anybody's.

    `lock` keeps it as it is until the transaction is over. Raises NotFound with `missing` for everybody else's.
    """
    columns: Any = table
    wanted = select(table).where(columns.public_id == public_id).execution_options(populate_existing=True)
    if person_id is not None:
        wanted = wanted.where(columns.person_id == person_id)
    if provider_id is not None:
        wanted = wanted.where(columns.provider_id == provider_id)
    found: Any = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("not_found", missing)
    return found, session.get_one(Provider, found.provider_id), session.get_one(Person, found.person_id)


def as_entry(row: LedgerEntry) -> Entry:
    """A row as the rules see it."""
    return Entry(row.memo, row.debit, row.credit, row.amount_cents)


def entries_of(session: Session, key: str) -> list[LedgerEntry]:
    """A group's entries in order; none where nothing was written under the key."""
    return list(session.scalars(select(LedgerEntry).where(LedgerEntry.key == key).order_by(LedgerEntry.line)))


def count_groups(session: Session, appointment_id: int, beginning: str) -> int:
    """How many groups about a visit were written under keys with this beginning, corrections aside."""
    wanted = select(func.count(LedgerEntry.key.distinct())).where(
        LedgerEntry.appointment_id == appointment_id, LedgerEntry.key.startswith(beginning, autoescape=True), LedgerEntry.corrects.is_(None)
    )
    return session.scalar(wanted) or 0


def entries_of_visit(session: Session, appointment_id: int) -> list[LedgerEntry]:
    """All entries about a visit as they were written."""
    wanted = select(LedgerEntry).where(LedgerEntry.appointment_id == appointment_id)
    return list(session.scalars(wanted.order_by(LedgerEntry.id)))


def story_of_visit(session: Session, appointment_id: int) -> list[Step]:
    """What money did about a visit, step by step; what the platform hands on or pays back to the provider is told to them elsewhere."""
    rows = [row for row in entries_of_visit(session, appointment_id) if not {PAID_OUT, PAID_BACK} & {row.debit, row.credit}]
    return tell(Told(row.key, as_entry(row), row.at, row.corrects, row.reason) for row in rows)


def visit_sums(session: Session, appointment_id: int) -> VisitSums:
    """Where one visit stands."""
    return sum_visit(as_entry(row) for row in entries_of_visit(session, appointment_id))


def held_of_visit(session: Session, appointment_id: int) -> int:
    """How many cents of a visit's deposit are held and not used yet."""
    return -balances(as_entry(row) for row in entries_of_visit(session, appointment_id)).get(DEPOSITS, 0)


def sums_of_visits(session: Session, appointment_ids: Collection[int]) -> Mapping[int, VisitSums]:
    """Where each of these visits stands, in one statement; nothing was written about those that are missing."""
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    table = LedgerEntry.__table__.c
    wanted = select(table.appointment_id, table.memo, table.debit, table.credit, table.amount_cents)
    for row in session.execute(wanted.where(table.appointment_id.in_(appointment_ids))):
        found[row.appointment_id].append(Entry(row.memo, row.debit, row.credit, row.amount_cents))
    return {visit_id: sum_visit(entries) for visit_id, entries in found.items()}


def receipts_of_visit(session: Session, appointment_id: int) -> Sequence[Receipt]:
    """The papers about a visit, the first one first."""
    return session.scalars(select(Receipt).where(Receipt.appointment_id == appointment_id).order_by(Receipt.id)).all()


def get_newest_receipt(session: Session, appointment_id: int) -> Receipt:
    """The newest paper about a visit. Raises Conflict `nothing_paid` where there is none."""
    receipts = receipts_of_visit(session, appointment_id)
    if not receipts:
        raise Conflict("nothing_paid", "Nothing was paid for this visit yet.")
    return receipts[-1]


def receipts_of_person(session: Session, person_id: int, *, limit: int, after_id: int | None = None) -> Sequence[Receipt]:
    """A client's papers, the newest first."""
    wanted = select(Receipt).where(Receipt.person_id == person_id).order_by(Receipt.id.desc()).limit(limit)
    return session.scalars(wanted if after_id is None else wanted.where(Receipt.id < after_id)).all()


def get_receipt(session: Session, name: str, *, person_id: int | None = None, appointment_id: int | None = None) -> Receipt:
    """A paper by its full number: one of a person's, or of a visit's. Raises NotFound for everybody else's too."""
    wanted = select(Receipt).where(Receipt.name == name)
    if person_id is not None:
        wanted = wanted.where(Receipt.person_id == person_id)
    if appointment_id is not None:
        wanted = wanted.where(Receipt.appointment_id == appointment_id)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("not_found", "There is no such receipt here.")
    return found


def find_voiding(session: Session, receipt_id: int) -> Receipt | None:
    """The credit note that took a receipt back, if there is one."""
    return session.scalar(select(Receipt).where(Receipt.voids_id == receipt_id))


def find_receipt_for(session: Session, entry_key: str) -> Receipt | None:
    """The paper about a group of entries, where there is one."""
    return session.scalar(select(Receipt).where(Receipt.entry_key == entry_key))


def credits_of_person(session: Session, person_id: int, now: datetime) -> list[tuple[Credit, Provider]]:
    """A client's credit that can still be used, with whose visits it pays for; what ends first stands first."""
    wanted = select(Credit, Provider).join(Provider, Provider.id == Credit.provider_id)
    mine = wanted.where(Credit.person_id == person_id, Credit.left_cents > 0, Credit.expires_at >= now)
    return [(row[0], row[1]) for row in session.execute(mine.order_by(Credit.expires_at, Credit.id))]


def credit_with(session: Session, person_id: int, provider_id: int, now: datetime) -> int:
    """How much credit a client has with one provider, in cents."""
    left = select(func.coalesce(func.sum(Credit.left_cents), 0))
    mine = left.where(Credit.person_id == person_id, Credit.provider_id == provider_id, Credit.expires_at >= now)
    return session.scalar(mine) or 0


def strayed_credit(session: Session) -> list[tuple[int, int, int, int]]:
    """Person, provider, what their credits say is left and what the ledger says, where the two differ."""
    left = select(Credit.person_id, Credit.provider_id, func.sum(Credit.left_cents)).group_by(Credit.person_id, Credit.provider_id)
    kept = {(row[0], row[1]): int(row[2]) for row in session.execute(left)}
    cents = case((LedgerEntry.credit == CREDIT, LedgerEntry.amount_cents), else_=-LedgerEntry.amount_cents)
    about = or_(LedgerEntry.credit == CREDIT, LedgerEntry.debit == CREDIT)
    sums = select(LedgerEntry.person_id, LedgerEntry.provider_id, func.sum(cents)).where(about)
    told = {(row[0], row[1]): int(row[2]) for row in session.execute(sums.group_by(LedgerEntry.person_id, LedgerEntry.provider_id))}
    return [(*who, kept.get(who, 0), told.get(who, 0)) for who in sorted(kept.keys() | told.keys()) if kept.get(who, 0) != told.get(who, 0)]
