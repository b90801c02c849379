"""A visit's money told step by step, out of its groups of entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from booking.ledger.rules.entries import Entry

CHARGE, CORRECTION = "charge", "correction"


@dataclass(frozen=True)
class Told:
    """One entry with its group's key, what it counters, when and why."""

    key: str
    entry: Entry
    at: datetime
    corrects: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """One event. `what` is `charge`, `correction` or the entry's memo; `number` counts payments at the visit, where it is one.

    `corrected` says that a later step took it back.
    """

    key: str
    what: str
    cents: int
    at: datetime
    number: int | None = None
    corrected: bool = False
    reason: str | None = None


def tell(entries: Iterable[Told]) -> list[Step]:
    """The steps in the order in which they were written; entries of one group stand together."""
    rows = list(entries)
    taken_back = {row.corrects for row in rows}
    steps = []
    for key, some in groupby(rows, key=lambda row: row.key):
        group = list(some)
        first = group[0]
        cents = sum(_signed(row.entry, first.entry) for row in group)
        steps.append(Step(key, _what(first), cents, first.at, _number(first), key in taken_back, first.reason))
    return steps


def _signed(one: Entry, first: Entry) -> int:
    """A line that goes the other way than its group's first (a cap on extras) is taken off."""
    along = one.debit == first.debit or one.credit == first.credit
    return one.amount_cents if along else -one.amount_cents


def _what(first: Told) -> str:
    if first.corrects is not None:
        return CORRECTION
    return CHARGE if first.key.endswith(":charge") else first.entry.memo


def _number(first: Told) -> int | None:
    """The number of a payment at the visit: the end of its key."""
    _visit, _mark, number = first.key.rpartition(":paid:")
    return int(number) if number.isdigit() else None
