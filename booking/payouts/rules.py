"""What is to be paid out, out of the ledger: card money of a provider that nobody has a claim to any more, less the platform's fee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from booking.ledger.rules.entries import (
    CARD,
    DEPOSITS,
    DISPUTED,
    GIFTS,
    GIFTS_ASIDE,
    PAID_BACK,
    PAID_OUT,
    PARKING,
    PLATFORM_COSTS,
    PREPAID,
    REFUNDS,
    Entry,
    Group,
    entry,
)

ASKED, SENT, FAILED = "asked", "sent", "failed"
STATES = (ASKED, SENT, FAILED)
PAID, MEMO = "paid_out", "payout"
# What parking cost at a visit leaves in a line of its own beside its visit's: no bank of a client's holds it up.
VISIT, PARKING_MEMO = "visit", "payout_parking"
LINES = (VISIT, PARKING)
# Money of a payout that came back to us, and money that had left though we thought it had not.
BACK, FOUND = "payout_back", "payout_found"
# Nobody waits longer for money that is theirs than from one Monday to the next.
WEEK = timedelta(days=7)
# Figures by which a year is reported: 1099-K (third-party networks), gross and without refunds taken off. Rows, not law: a person looks.
K_CENTS, K_COUNT = 2_000_000, 200
# Card money is on the platform's side, and what a bank has taken is not lost until the bank has decided; what is held, owed back,
# prepaid or on a gift card is still the client's; what the platform cost is its own, and what it pays back is the provider's.
_WEIGHTS: Mapping[str, int] = {
    CARD: 1, DISPUTED: 1, DEPOSITS: 1, REFUNDS: 1, PREPAID: 1, GIFTS: 1, GIFTS_ASIDE: 1, PLATFORM_COSTS: -1, PAID_BACK: -1,
}  # fmt: skip

_OF_PARKING = frozenset({PARKING, PARKING_MEMO})


@dataclass(frozen=True)
class Moved:
    """One entry of a provider with the visit it is about, None where it is about none."""

    visit: int | None
    entry: Entry


@dataclass(frozen=True)
class Plan:
    """What a payout would be: cents by visit (None: about none), and what is left out because a bank disputes it.

    `parking` is what is paid back by visit, in lines of its own.
    """

    lines: tuple[tuple[int | None, int], ...]
    frozen_cents: int
    parking: tuple[tuple[int, int], ...] = ()

    @property
    def total_cents(self) -> int:
        """All lines together; below zero nothing is paid and the lines wait."""
        return sum(cents for _visit, cents in (*self.lines, *self.parking))


def payable(one: Entry) -> int:
    """What an entry adds to what a provider is to be paid. A payout takes from card money, so that what was paid counts no more."""
    return one.amount_cents * (_WEIGHTS.get(one.debit, 0) - _WEIGHTS.get(one.credit, 0))


def plan_payout(rows: Iterable[Moved], disputed: frozenset[int]) -> Plan:
    """What is to be paid now: each visit for itself. Card money that a client's bank asks back stays out until that is over."""
    found: defaultdict[int | None, int] = defaultdict(int)
    parking: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        if row.visit is not None and row.entry.memo in _OF_PARKING:
            parking[row.visit] += payable(row.entry)
        else:
            found[row.visit] += payable(row.entry)
    frozen = {visit: cents for visit, cents in found.items() if visit in disputed and cents > 0}
    lines = tuple((visit, cents) for visit, cents in sorted(found.items(), key=lambda pair: pair[0] or 0) if cents and visit not in frozen)
    return Plan(lines, sum(frozen.values()), tuple((visit, cents) for visit, cents in sorted(parking.items()) if cents))


def monday_of(day: date) -> date:
    """The Monday on which the payout of a New York day's week is due."""
    return day - timedelta(days=day.weekday())


def payout_key(payout: str, line: str) -> str:
    """The business key of one line of a payout, by its public id and the visit's (or `other`)."""
    return f"payout:{payout}:{line}"


def paid_out(payout: str, line: str, cents: int) -> Group:
    """Money of one visit leaves for its provider; a line below zero takes back what was paid too much."""
    return Group(payout_key(payout, line), entry(MEMO, PAID_OUT, CARD, cents))


def parking_paid_out(payout: str, visit: str, cents: int) -> Group:
    """What parking at a visit cost leaves for its provider."""
    return Group(payout_key(payout, parking_line(visit)), entry(PARKING_MEMO, PAID_OUT, CARD, cents))


def parking_line(visit: str) -> str:
    """A visit's line of parking in a payout's keys."""
    return f"{visit}:{PARKING}"


def came_back(payout: str, before: int, cents: int) -> Group:
    """Of a payout's transfer `cents` in all are back with the card company, `before` of which were written down already."""
    return Group(payout_key(payout, f"back:{cents}"), entry(BACK, CARD, PAID_OUT, cents - before))


def found_sent(payout: str, cents: int) -> Group:
    """A payout that had failed by our books left all the same."""
    return Group(payout_key(payout, "found"), entry(FOUND, PAID_OUT, CARD, cents))


@dataclass(frozen=True)
class Year:
    """A year of card money: `gross_cents` is what was taken by card before fees and refunds, in `count` payments."""

    year: int
    gross_cents: int
    count: int
    paid_out_cents: int
    fee_cents: int

    @property
    def reported(self) -> bool:
        """Whether a 1099-K is due by the figures above: more than both."""
        return self.gross_cents > K_CENTS and self.count > K_COUNT
