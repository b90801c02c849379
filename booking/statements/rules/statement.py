"""A statement: the balance before, what changed it, the balance after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.earnings.rules import Visit
from booking.ledger.rules.entries import Entry
from booking.ledger.rules.story import Told, tell
from booking.statements.rules.sides import Cents, Side
from booking.statements.rules.spans import Span, months_in


@dataclass(frozen=True)
class Row:
    """One entry with its visit, and the provider's public name and name, where it is about one."""

    told: Told
    visit: Visit | None = None
    provider: tuple[str, str] | None = None


@dataclass(frozen=True)
class Line:
    """One event: what it changed, and the balance after it."""

    at: datetime
    what: str
    visit: Visit | None
    provider: tuple[str, str] | None
    changed: Cents
    balance_cents: int


@dataclass(frozen=True)
class Month:
    """What changed in a month, or in the days of it that are asked for, and the balance at its end."""

    span: Span
    changed: Cents
    balance_cents: int


@dataclass(frozen=True)
class Statement:
    """`final` says that it will never say anything else. There are lines in a short one, months in a long one."""

    span: Span
    final: bool
    before: Cents
    changed: Cents
    after: Cents
    lines: tuple[Line, ...]
    months: tuple[Month, ...]


def state(side: Side, span: Span, earlier: Sequence[Entry], rows: Sequence[Row], now: datetime) -> Statement:
    """The statement of a span.

    `earlier` is everything before it (sums by pair of accounts will do), `rows` what was written in it, in order.
    """
    before = side.standing(earlier)
    return Statement(
        span=span,
        final=span.is_final(now),
        before=before,
        changed=side.changed(row.told for row in rows),
        after=side.standing([*earlier, *(row.told.entry for row in rows)]),
        lines=tuple(_lines(side, before["balance"], rows)) if span.lined else (),
        months=() if span.lined else tuple(_months(side, before["balance"], span, rows)),
    )


def _lines(side: Side, balance_cents: int, rows: Iterable[Row]) -> list[Line]:
    """One line for each group of entries, where it began; what changes nothing here is left out."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.told.key, []).append(row)
    lines = []
    for group in groups.values():
        changed = side.changed(row.told for row in group)
        if any(changed.values()):
            balance_cents += side.effect(changed)
            step = tell(row.told for row in group)[0]
            lines.append(Line(step.at, step.what, group[0].visit, group[0].provider, changed, balance_cents))
    return lines


def _months(side: Side, balance_cents: int, span: Span, rows: Sequence[Row]) -> list[Month]:
    months = []
    for part in months_in(span):
        changed = side.changed(row.told for row in rows if part.begins_at <= row.told.at < part.ends_at)
        balance_cents += side.effect(changed)
        months.append(Month(part, changed, balance_cents))
    return months
