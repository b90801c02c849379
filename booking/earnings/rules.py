"""Lines and sums of a provider's ledger: pure, in cents, by New York days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from booking.ledger.rules.entries import AT_VISIT, CARD, CREDIT, DISPUTED, FEES, PAID_BACK, PAID_OUT, PROVIDER, TAX, WAIVED, Entry
from booking.ledger.rules.story import Told, tell
from marketplace.kernel.walltime import NEW_YORK

WEEK, MONTH, YEAR = "week", "month", "year"
PERIODS = (WEEK, MONTH, YEAR)
# A bill that nobody paid for so long is overdue; until then it is merely due.
OVERDUE_AFTER = timedelta(days=30)
VISITS, TRAVEL, EXTRAS, FEES_KIND = "visits", "travel", "extras", "fees"
KINDS = (VISITS, TRAVEL, EXTRAS, FEES_KIND)
# A table program takes a cell that begins like this for a formula; a quote before it keeps it a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Visit:
    """The visit that a line is about."""

    public_id: str
    reference: str
    service_name: str
    starts_at: datetime


@dataclass(frozen=True)
class Written:
    """One entry of the ledger with its visit, where it is about one."""

    told: Told
    visit: Visit | None


@dataclass(frozen=True)
class Line:
    """One event: what it added to what was earned, to the tax that is the state's, to what was let go of, to what came in.

    `paid_back_cents` is what the platform pays back of what the visit cost its therapist: it is earned by nobody.
    """

    at: datetime
    what: str
    visit: Visit | None
    earned_cents: int
    tax_cents: int
    waived_cents: int
    received_cents: int
    paid_back_cents: int


@dataclass(frozen=True)
class Totals:
    """The sums of lines; `kinds` parts what was earned into visits, travel, extras and fees."""

    earned_cents: int
    tax_cents: int
    waived_cents: int
    received_cents: int
    paid_back_cents: int
    kinds: tuple[tuple[str, int], ...]


def bounds(period: str, on: date) -> tuple[date, date]:
    """The first day of the period in which `on` lies (weeks begin on Monday), and the first day after it."""
    if period == WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=7)
    if period == MONTH:
        first = on.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return on.replace(month=1, day=1), date(on.year + 1, 1, 1)


def list_lines(rows: Iterable[Written]) -> list[Line]:
    """One line for each group of entries, in their order; entries of one group stand together. What moves between others is left out."""
    lines = []
    for _key, some in groupby(rows, key=lambda row: row.told.key):
        group = list(some)
        step = tell(row.told for row in group)[0]
        earned, tax, waived, received, back = (sum(_toward(row.told.entry, accounts) for row in group) for accounts in _SIDES)
        if earned or tax or waived or received or back:
            lines.append(Line(step.at, step.what, group[0].visit, -earned, -tax, waived, received, -back))
    return lines


# What was paid in advance was received when it was paid, not when its visit came.
_SIDES = (
    frozenset({PROVIDER}), frozenset({TAX}), frozenset({WAIVED}), frozenset({AT_VISIT, CARD, CREDIT, DISPUTED}), frozenset({PAID_BACK}),
)  # fmt: skip


def _toward(one: Entry, accounts: frozenset[str]) -> int:
    """What an entry adds to the debits of these accounts together; a payout only hands on what was received before."""
    if PAID_OUT in {one.debit, one.credit}:
        return 0
    return one.amount_cents * ((one.debit in accounts) - (one.credit in accounts))


def add_up(rows: Sequence[Written]) -> Totals:
    """The sums of all entries."""
    earned, tax, waived, received, back = (sum(_toward(row.told.entry, accounts) for row in rows) for accounts in _SIDES)
    kinds: Counter[str] = Counter()
    for row in rows:
        kinds[_kind(row.told.entry.memo)] -= _toward(row.told.entry, _SIDES[0])
    return Totals(-earned, -tax, waived, received, -back, tuple((kind, kinds[kind]) for kind in KINDS))


def _kind(memo: str) -> str:
    if memo in FEES:
        return FEES_KIND
    return {"service": VISITS, "package": VISITS, "seat": VISITS, "travel": TRAVEL}.get(memo, EXTRAS)


def by_year(rows: Iterable[Written]) -> list[tuple[int, Totals]]:
    """The totals of each New York year in which anything was written, the newest first."""
    years: dict[int, list[Written]] = {}
    for row in rows:
        years.setdefault(row.told.at.astimezone(NEW_YORK).year, []).append(row)
    return [(year, add_up(years[year])) for year in sorted(years, reverse=True)]


def cell(value: object) -> str:
    """A cell of a table file: a text that a program would take for a formula is kept a text by a quote before it."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
