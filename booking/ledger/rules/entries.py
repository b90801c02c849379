"""What each event writes into the ledger. One entry moves cents from a credited account to a debited one, so it balances by itself.

Entries stand in groups with a business key of their own (`visit:ID:charge`): written again, a group changes nothing. What was wrong is
countered by another group that names it; nothing is ever edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marketplace.kernel.errors import Refused

# Accounts. A debit balance of CLIENT is what the client still owes; credit balances of PROVIDER and TAX are what is theirs.
CLIENT, PROVIDER, TAX, PLATFORM = "client_receivable", "provider_earned", "tax_collected", "platform_fee"
AT_VISIT, CARD = "cash_at_visit", "card_clearing"
DEPOSITS, CREDIT, REFUNDS, WAIVED = "deposits_held", "store_credit", "refunds_owed", "waived"
# Visits that were paid in advance and are still to come: what of it the card company took, and what the therapist has in hand.
PREPAID, PREPAID_IN_HAND = "prepaid_visits", "prepaid_in_hand"
# What is owed on gift cards, of card money and of what the therapist has in hand; and what of it waits for one visit's charge.
GIFTS, GIFTS_IN_HAND = "gift_cards", "gift_cards_in_hand"
GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND = "gift_aside", "gift_aside_in_hand"
# What the platform cost a provider, and what was paid out to them.
PLATFORM_COSTS, PAID_OUT = "platform_costs", "paid_out"
# Card money that a client's bank has taken out of ours until it has decided.
DISPUTED = "disputed"
# What the platform spends on visits out of its own pocket, and what of a provider's own spending it pays back to them.
PLATFORM_SPENDING, PAID_BACK = "platform_spending", "paid_back"
ACCOUNTS = (
    *(CLIENT, PROVIDER, TAX, PLATFORM, AT_VISIT, CARD, DEPOSITS, CREDIT, REFUNDS, WAIVED),
    *(PREPAID, PREPAID_IN_HAND, PLATFORM_COSTS, PAID_OUT, DISPUTED),
    *(PLATFORM_SPENDING, PAID_BACK),
    *(GIFTS, GIFTS_IN_HAND, GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND),
)
# Where a client's money is once it was given: with the therapist, at the card company, back at their bank for now, or taken from credit,
# a package or a gift card of earlier.
MONEY = frozenset({AT_VISIT, CARD, CREDIT, PREPAID, PREPAID_IN_HAND, DISPUTED, GIFTS, GIFTS_IN_HAND})

PARTIES: Mapping[str, str] = {
    CLIENT: "person", DEPOSITS: "person", CREDIT: "person", REFUNDS: "person", PROVIDER: "provider", AT_VISIT: "provider",
    WAIVED: "provider", TAX: "tax", PLATFORM: "platform", CARD: "platform", PREPAID: "person", PREPAID_IN_HAND: "person",
    PLATFORM_COSTS: "provider", PAID_OUT: "provider", DISPUTED: "platform",
    PLATFORM_SPENDING: "platform", PAID_BACK: "provider",
    GIFTS: "person", GIFTS_IN_HAND: "person", GIFTS_ASIDE: "person", GIFTS_ASIDE_IN_HAND: "person",
}  # fmt: skip

TAX_LINE = "tax"
LATE_CANCEL, NO_SHOW = "late_cancel_fee", "no_show_fee"
FEES = frozenset({LATE_CANCEL, NO_SHOW})
# A fee forgiven by the terms' own reasons is apart from one that a person forgave.
WAIVED_BY_REASON, WAIVED_BY_HAND, WAIVED_TAX = "waived_by_reason", "waived", "waived_tax"
HOW = ("cash", "terminal", "check", "other")
PROVIDER_CANCELED, DEPOSIT, DEPOSIT_USED, CREDIT_USED = "provider_canceled", "deposit", "deposit_used", "credit_used"
CREDIT_ENDED = "credit_ended"
GIFT_SOLD, GIFT_ASIDE, GIFT_USED, GIFT_BACK, GIFT_CASHED = "gift_sold", "gift_aside", "gift_used", "gift_back", "gift_cashed"
GIFT_REFUNDED = "gift_refunded"
CARD_PAID, REFUND, REFUND_SENT = "paid_card", "refund", "refund_sent"
PARKING = "parking"


@dataclass(frozen=True)
class Entry:
    """`amount_cents` (more than 0) from `credit` to `debit`; `memo` says what for: a quote line's code, a fee, a way of paying."""

    memo: str
    debit: str
    credit: str
    amount_cents: int

    def __post_init__(self) -> None:
        """An entry is between two known accounts and never about nothing."""
        if self.amount_cents <= 0 or self.debit == self.credit or not {self.debit, self.credit} <= set(ACCOUNTS):
            raise ValueError(f"not an entry: {self}")

    @property
    def reversed(self) -> Entry:
        """The same cents the way back."""
        return replace(self, debit=self.credit, credit=self.debit)


@dataclass(frozen=True)
class Group:
    """Entries of one event under its business key; `corrects` is the key of a group that this one counters, `reason` says why."""

    key: str
    entries: tuple[Entry, ...]
    corrects: str | None = None
    reason: str | None = None


def visit_key(visit: str, what: str) -> str:
    """The business key of an event of a visit, by its public id."""
    return f"visit:{visit}:{what}"


def entry(memo: str, debit: str, credit: str, cents: int) -> tuple[Entry, ...]:
    """One entry; a negative amount goes the other way, nothing gives none."""
    if cents == 0:
        return ()
    found = Entry(memo, debit, credit, abs(cents))
    return (found,) if cents > 0 else (found.reversed,)


def charge(visit: str, lines: Iterable[Mapping[str, Any]]) -> Group:
    """A visit took place: the client owes each agreed line, tax is the state's, the rest the provider's. Lines below zero go back."""
    found = (entry(line["code"], CLIENT, TAX if line["code"] == TAX_LINE else PROVIDER, line["amount_cents"]) for line in lines)
    return Group(visit_key(visit, "charge"), tuple(one for some in found for one in some))


def fee(visit: str, memo: str, cents: int) -> Group:
    """A late cancellation or a no-show, by the agreed terms: one key for both, so that a visit has one fee at most."""
    return Group(visit_key(visit, "fee"), entry(memo, CLIENT, PROVIDER, cents))


def forgiven(visit: str, cents: int, reason: str) -> Group:
    """A reason of the client's that the terms waive the fee for; the fee stays on record above it."""
    return Group(visit_key(visit, "forgiven"), entry(WAIVED_BY_REASON, WAIVED, CLIENT, cents), reason=reason)


def waived(visit: str, number: int, cents: int, tax_cents: int, reason: str) -> Group:
    """A person lets go of `cents` of what is due, `tax_cents` of them tax; `number` counts the waivers of this visit from 1."""
    own = entry(WAIVED_BY_HAND, WAIVED, CLIENT, cents - tax_cents)
    return Group(visit_key(visit, f"waived:{number}"), (*own, *entry(WAIVED_TAX, TAX, CLIENT, tax_cents)), reason=reason)


def paid_at_visit(visit: str, number: int, how: str, cents: int) -> Group:
    """Money given to the therapist; `number` counts the payments of this visit from 1. Refused `unknown_way`."""
    if how not in HOW:
        raise Refused("unknown_way", "Say how it was paid: cash, the therapist's own card terminal, a check, or another way.")
    return Group(visit_key(visit, f"paid:{number}"), entry(f"paid_{how}", AT_VISIT, CLIENT, cents))


def paid_by_card(key: str, cents: int) -> Group:
    """A captured card payment for what is due; `key` is the payment's own."""
    return Group(key, entry(CARD_PAID, CARD, CLIENT, cents))


def deposit_taken(key: str, cents: int) -> Group:
    """Card money taken before the visit: held for the client until something is charged."""
    return Group(key, entry(DEPOSIT, CARD, DEPOSITS, cents))


def deposit_used(visit: str, cents: int) -> Group:
    """A held deposit counts toward what is due."""
    return Group(visit_key(visit, "deposit_used"), entry(DEPOSIT_USED, DEPOSITS, CLIENT, cents))


def credited(visit: str, cents: int) -> Group:
    """The provider cancelled: a credit for a later visit with them, at their own cost. One for each visit."""
    return Group(visit_key(visit, "credited"), entry(PROVIDER_CANCELED, PROVIDER, CREDIT, cents))


def credit_ended(visit: str, cents: int) -> Group:
    """What was left of the credit for that visit has run out, so it is the provider's again."""
    return Group(visit_key(visit, "credit_ended"), entry(CREDIT_ENDED, CREDIT, PROVIDER, cents))


def credit_used(visit: str, number: int, cents: int) -> Group:
    """Credit of earlier pays for this visit."""
    return Group(visit_key(visit, f"credit_used:{number}"), entry(CREDIT_USED, CREDIT, CLIENT, cents))


def refund(key: str, cents: int, reason: str, *, held: bool = False) -> Group:
    """Paid money that goes back is owed to the client; `held` takes it out of a deposit that nothing was charged to."""
    return Group(key, entry(REFUND, DEPOSITS if held else CLIENT, REFUNDS, cents), reason=reason)


def refund_sent(key: str, cents: int, through: str = CARD) -> Group:
    """What was owed has left, through the card company or by hand (`AT_VISIT`)."""
    return Group(key, entry(REFUND_SENT, REFUNDS, through, cents))


def parking_paid_back(visit: str, cents: int) -> Group:
    """What parking at a visit cost its therapist, as far as the platform pays it back; the client has no part in it. One for each visit."""
    return Group(visit_key(visit, PARKING), entry(PARKING, PLATFORM_SPENDING, PAID_BACK, cents))


def counter(key: str, entries: Sequence[Entry], reason: str) -> Group:
    """The way back of a whole group, under a key that is its own: a group can be countered once."""
    return Group(f"{key}:undone", tuple(one.reversed for one in entries), corrects=key, reason=reason)
