"""Writing into the ledger inside the caller's transaction: the only way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.ledger.models import LedgerEntry, Receipt
from booking.ledger.queries import as_entry, entries_of, find_receipt_for
from booking.ledger.rules.entries import Group, counter
from marketplace.db import wait_turn
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import NEW_YORK
from providers.registry.models import Provider

RECEIPT, CREDIT_NOTE = "receipt", "credit_note"


@dataclass(frozen=True)
class Whose:
    """Whose business entries are, by row ids."""

    appointment_id: int | None
    provider_id: int | None
    person_id: int | None


def post(session: Session, group: Group, whose: Whose, by: str, now: datetime) -> bool:
    """Write a group once; False where it stands already (or is about nothing). `by` names who does it, as the audit does.

    Raises Conflict `ledger_conflict` where something else stands under the same key: that is never the same event.
    """
    wait_turn(session, f"ledger {group.key}")
    session.flush()
    known = entries_of(session, group.key)
    if known:
        if tuple(as_entry(row) for row in known) != group.entries:
            raise Conflict("ledger_conflict", "Something else was recorded for this already.")
        return False
    for line, one in enumerate(group.entries):
        row = LedgerEntry(
            key=group.key, line=line, memo=one.memo, debit=one.debit, credit=one.credit, amount_cents=one.amount_cents, at=now, by=by,
            appointment_id=whose.appointment_id, provider_id=whose.provider_id, person_id=whose.person_id, corrects=group.corrects,
            reason=group.reason,
        )  # fmt: skip
        session.add(row)
    session.flush()
    return bool(group.entries)


def counter_post(session: Session, key: str, reason: str, by: str, now: datetime) -> Group:
    """Counter what stands under `key`, once; gives the countering group. Raises NotFound, Conflict `already_corrected`."""
    wait_turn(session, f"ledger {key}")
    known = entries_of(session, key)
    if not known:
        raise NotFound("not_found", "There is no such entry here.")
    group = counter(key, [as_entry(row) for row in known], reason)
    if entries_of(session, group.key):
        raise Conflict("already_corrected", "This was corrected already.")
    post(session, group, Whose(known[0].appointment_id, known[0].provider_id, known[0].person_id), by, now)
    return group


@dataclass(frozen=True)
class Paper:
    """What a receipt is about: the group of entries, whose, and its content in plain JSON."""

    entry_key: str
    provider_id: int
    person_id: int
    appointment_id: int
    amount_cents: int
    content: Mapping[str, object]


def issue_receipt(session: Session, paper: Paper, now: datetime, *, voids: Receipt | None = None) -> Receipt:
    """The next paper of the provider's New York year, once for each group of entries; with `voids` it is a credit note to that one.

    Numbers have no gap: whoever comes next waits for whoever comes now, and a number that was not committed was never given.
    """
    year, number = next_number(session, Receipt, "receipts", paper.provider_id, now)
    known = find_receipt_for(session, paper.entry_key)
    if known is not None:
        return known
    receipt = Receipt(
        name=receipt_name(session.get_one(Provider, paper.provider_id).slug, year, number), provider_id=paper.provider_id, year=year,
        number=number, kind=RECEIPT if voids is None else CREDIT_NOTE, entry_key=paper.entry_key,
        voids_id=None if voids is None else voids.id,
        appointment_id=paper.appointment_id, person_id=paper.person_id, amount_cents=paper.amount_cents, content=dict(paper.content),
        issued_at=now,
    )  # fmt: skip
    session.add(receipt)
    session.flush()
    return receipt


def next_number(session: Session, table: type[Any], papers: str, provider_id: int, now: datetime) -> tuple[int, int]:
    """The New York year and the next number in it of a provider's `papers` (kept in `table`), whose turn the caller then has."""
    year = now.astimezone(NEW_YORK).year
    wait_turn(session, f"{papers} {provider_id} {year}")
    last = select(func.max(table.number)).where(table.provider_id == provider_id, table.year == year)
    return year, (session.scalar(last) or 0) + 1


def receipt_name(slug: str, year: int, number: int) -> str:
    """A paper's full number, the same everywhere: whose, the year, the running number."""
    return f"{slug}-{year}-{number:04d}"
