"""What entries come to: balances of accounts, and where one visit stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from booking.ledger.rules.entries import (
    CLIENT,
    DEPOSITS,
    FEES,
    GIFTS_ASIDE,
    GIFTS_ASIDE_IN_HAND,
    MONEY,
    REFUNDS,
    TAX,
    WAIVED,
    WAIVED_BY_REASON,
    WAIVED_TAX,
    Entry,
)
from marketplace.kernel.money import share_half_up

ALL = 10_000
OWED = frozenset({CLIENT, DEPOSITS, GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND})


@dataclass(frozen=True)
class VisitSums:
    """Where one visit stands in cents.

    `charged` is what was charged in all, `fee` the part of it that a late cancellation or no-show cost, `forgiven` what a reason of the
    terms waived, `waived` what people waived beyond that, tax included; `tax` what is left of the tax; `paid` what the client gave and
    did not get back. `due` is what is left, below zero where too much was paid.
    """

    charged: int = 0
    fee: int = 0
    forgiven: int = 0
    waived: int = 0
    tax: int = 0
    paid: int = 0

    @property
    def due(self) -> int:
        """What the client still owes."""
        return self.charged - self.forgiven - self.waived - self.paid

    @property
    def net_fee(self) -> int:
        """The fee as the terms make it, a reason that waives it counted."""
        return self.fee - self.forgiven


def balances(entries: Iterable[Entry]) -> Mapping[str, int]:
    """Each account's debits less its credits in cents; together they are always 0."""
    found: Counter[str] = Counter()
    for one in entries:
        found[one.debit] += one.amount_cents
        found[one.credit] -= one.amount_cents
    return found


def sum_visit(entries: Iterable[Entry]) -> VisitSums:
    """The sums of one visit's entries, in whatever order they come."""
    found: Counter[str] = Counter()
    for one in entries:
        for kind, cents in _counts(one):
            found[kind] += cents
    found.pop("plain", None)
    return VisitSums(**found)


def _counts(one: Entry) -> Iterator[tuple[str, int]]:
    """What one entry adds to a visit's sums; its way back takes the same off again. Between two others it is none of the client's."""
    if (one.debit in OWED) == (one.credit in OWED):
        return
    other, owes = (one.credit, one.amount_cents) if one.debit in OWED else (one.debit, -one.amount_cents)
    if other in MONEY or other == REFUNDS:
        yield "paid", -owes
    elif other == WAIVED:
        yield "forgiven" if one.memo == WAIVED_BY_REASON else "waived", -owes
    elif one.memo == WAIVED_TAX:
        yield "waived", -owes
        yield "tax", owes
    else:
        yield "charged", owes
        yield "tax" if other == TAX else "fee" if one.memo in FEES else "plain", owes


def tax_of_waiver(sums: VisitSums, tax_charged: int, cents: int) -> int:
    """How much of a waiver of `cents` is tax: what is let go of was never earned, so its tax is not owed either.

    Counted over all waivers of the visit together, so that many small ones never keep a cent too much, and the last takes all.
    """
    if not sums.charged:
        return 0
    after = share_half_up(tax_charged, Fraction((sums.waived + cents) * ALL, sums.charged))
    return after - (tax_charged - sums.tax)
