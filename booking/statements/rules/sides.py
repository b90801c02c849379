"""The two sides of a statement: which accounts make a balance, and what an entry is called that changes it.

Every account of the ledger has its place on either side. A balance is the sum of the accounts that stand in it, so what changed it
between two instants is exactly what was written between them; a test goes through all entries by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from booking.ledger.rules.entries import (
    AT_VISIT,
    CLIENT,
    CREDIT,
    DEPOSITS,
    GIFT_REFUNDED,
    GIFT_SOLD,
    GIFTS,
    GIFTS_ASIDE,
    GIFTS_ASIDE_IN_HAND,
    GIFTS_IN_HAND,
    MONEY,
    PAID_BACK,
    PAID_OUT,
    PARTIES,
    PLATFORM,
    PLATFORM_COSTS,
    PLATFORM_SPENDING,
    PREPAID,
    PREPAID_IN_HAND,
    PROVIDER,
    REFUNDS,
    TAX,
    WAIVED,
    WAIVED_TAX,
    Entry,
)
from booking.ledger.rules.story import Told
from booking.ledger.rules.sums import balances

Cents = Mapping[str, int]
Change = tuple[str, int]


@dataclass(frozen=True)
class Side:
    """Whose statement it is.

    `stands` gives each account of the balance its name and sign: with it, a part is told as people think of it (what is held for
    a client is more than nothing). `parts` gives each part's sign in the balance. `changes` names every kind of change with what a cent
    of it does to the balance: 1, -1, or 0 for what only moves inside of it. `read` says what an entry changes.
    """

    stands: Mapping[str, tuple[str, int]]
    parts: Mapping[str, int]
    changes: Mapping[str, int]
    read: Callable[[Told], Iterator[Change]]

    def standing(self, entries: Iterable[Entry]) -> Cents:
        """Each part in cents, and the `balance` of all, once these entries are written."""
        found = dict.fromkeys(self.parts, 0)
        for account, cents in balances(entries).items():
            if account in self.stands:
                part, sign = self.stands[account]
                found[part] += sign * cents
        return found | {"balance": sum(self.parts[part] * cents for part, cents in found.items())}

    def changed(self, told: Iterable[Told]) -> Cents:
        """How much of each kind these entries change."""
        found: Counter[str] = Counter(dict.fromkeys(self.changes, 0))
        for one in told:
            for kind, cents in self.read(one):
                found[kind] += cents
        return dict(found)

    def effect(self, changed: Cents) -> int:
        """What changes do to the balance."""
        return sum(self.changes[kind] * cents for kind, cents in changed.items())


# --- a client: what they owe, less what is held for them ------------------------------------------------------------------------

CHARGED, WAIVED_KIND, CREDITS, PAID, REFUNDED, MOVED = "charged", "waived", "credits", "paid", "refunded", "moved"
_OWN = frozenset({CLIENT, DEPOSITS, REFUNDS, CREDIT, PREPAID, PREPAID_IN_HAND, GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND})
# Where money goes that a client gives: to the card company, into the therapist's hands. A gift card is whoever's who holds it: for the
# buyer it is bought, for whoever uses it, it pays.
_MONEY = MONEY - _OWN


def _read_client(told: Told) -> Iterator[Change]:
    """One kind an entry; the way back of a slip takes off what the slip was called. Between two others it is none of the client's."""
    one, sign = (told.entry.reversed, -1) if told.corrects else (told.entry, 1)
    cents = sign * one.amount_cents
    if one.debit in _OWN and one.credit in _OWN:
        yield MOVED, cents
    elif one.debit in _OWN:
        yield _client_kind(one.debit, one.credit, one.memo, cents, owes=True)
    elif one.credit in _OWN:
        yield _client_kind(one.credit, one.debit, one.memo, cents, owes=False)


def _client_kind(own: str, other: str, memo: str, cents: int, *, owes: bool) -> Change:
    if memo in {GIFT_SOLD, GIFT_REFUNDED}:
        return CHARGED, cents if owes else -cents
    if other in _MONEY:
        return (REFUNDED if owes else PAID), cents
    if other == WAIVED or memo == WAIVED_TAX:
        return WAIVED_KIND, -cents if owes else cents
    if own == CREDIT:
        return CREDITS, -cents if owes else cents
    return CHARGED, cents if owes else -cents


OF_CLIENT = Side(
    {CLIENT: ("due", 1), DEPOSITS: ("held", -1), REFUNDS: ("refunds_owed", -1), CREDIT: ("credit", -1), PREPAID: ("prepaid", -1),
     PREPAID_IN_HAND: ("prepaid", -1), GIFTS_ASIDE: ("held", -1), GIFTS_ASIDE_IN_HAND: ("held", -1)},
    {"due": 1, "held": -1, "refunds_owed": -1, "credit": -1, "prepaid": -1},
    {CHARGED: 1, WAIVED_KIND: -1, CREDITS: -1, PAID: -1, REFUNDED: 1, MOVED: 0},
    _read_client,
)  # fmt: skip

# --- a provider: what is with the platform for them and owed by clients, less what they owe clients in visits and credit ------------

EARNED, TAXED, LET_GO, IN_HAND, BY_CARD, FEES, PAID_OUT_KIND = "earned", "tax", "waived", "in_hand", "card", "fees", "paid_out"
PAID_BACK_KIND = "paid_back"
_FLOWS: Mapping[str, tuple[str, int]] = {
    PROVIDER: (EARNED, -1), TAX: (TAXED, -1), WAIVED: (LET_GO, 1), AT_VISIT: (IN_HAND, 1), PLATFORM_COSTS: (FEES, 1),
    PAID_OUT: (PAID_OUT_KIND, 1), PAID_BACK: (PAID_BACK_KIND, -1),
}  # fmt: skip
_CARD_MONEY = frozenset(account for account, party in PARTIES.items() if party == "platform") - {PLATFORM, PLATFORM_SPENDING}
# Card money on our side, less what of it is a client's still.
_BY_CARD = _CARD_MONEY | {DEPOSITS, REFUNDS, PREPAID, GIFTS, GIFTS_ASIDE}


def _read_provider(told: Told) -> Iterator[Change]:
    """Each account of an entry by itself; card money counts when it comes and goes, and is not handed out twice by a payout."""
    one = told.entry
    for account, cents in ((one.debit, one.amount_cents), (one.credit, -one.amount_cents)):
        if account in _FLOWS:
            kind, sign = _FLOWS[account]
            yield kind, sign * cents
        elif account in _BY_CARD and PAID_OUT not in {one.debit, one.credit}:
            yield BY_CARD, cents


OF_PROVIDER = Side(
    dict.fromkeys((*_BY_CARD, PLATFORM, PLATFORM_SPENDING), ("with_us", 1))
    | {CLIENT: ("owed_by_clients", 1), CREDIT: ("credit_given", -1)}
    | dict.fromkeys((PREPAID_IN_HAND, GIFTS_IN_HAND, GIFTS_ASIDE_IN_HAND), ("prepaid_in_hand", -1)),
    {"with_us": 1, "owed_by_clients": 1, "credit_given": -1, "prepaid_in_hand": -1},
    {EARNED: 1, TAXED: 1, LET_GO: -1, IN_HAND: -1, BY_CARD: 0, FEES: -1, PAID_BACK_KIND: 1, PAID_OUT_KIND: -1},
    _read_provider,
)  # fmt: skip
