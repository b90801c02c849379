"""What a gift card may be, what of it pays for a visit and what goes back to it. Pure, in cents.

A card is of one therapist, who owes what is left of it in visits. It has no end and costs nothing beside its amount, which is more than
the law asks for (`data/law.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from booking.ledger.rules.entries import (
    AT_VISIT,
    CLIENT,
    DEPOSITS,
    GIFT_ASIDE,
    GIFT_BACK,
    GIFT_CASHED,
    GIFT_REFUNDED,
    GIFT_SOLD,
    GIFT_USED,
    GIFTS,
    GIFTS_ASIDE,
    GIFTS_ASIDE_IN_HAND,
    GIFTS_IN_HAND,
    REFUND_SENT,
    REFUNDS,
    Entry,
    Group,
    entry,
    visit_key,
)
from booking.ledger.rules.entries import HOW as WAYS
from marketplace.kernel.errors import Conflict, FieldFault, Refused, Stale
from marketplace.kernel.money import format_usd

ORDERED, ACTIVE, VOID, WITHDRAWN = "ordered", "active", "void", "withdrawn"
STATES = (ORDERED, ACTIVE, VOID, WITHDRAWN)
PLEDGED, TAKEN = "pledged", "taken"
USES = (PLEDGED, TAKEN)
BY_CARD = "card"
HOW = (*WAYS, BY_CARD)
SOLD, PAID_VISIT, CAME_BACK, CASHED, MOVED_OUT, MOVED_IN = "sold", "visit", "back", "cashed", "moved_out", "moved_in"
REFUNDED = "refunded"
MOVES = (SOLD, PAID_VISIT, CAME_BACK, CASHED, MOVED_OUT, MOVED_IN, REFUNDED)
RECEIPT, CREDIT_NOTE = "receipt", "credit_note"
PAPERS = (RECEIPT, CREDIT_NOTE)

# Without letters and digits that are taken for one another; 16 of 30 signs are 78 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SIGNS = 16
NOT_VALID = "This gift card cannot be used here. Look at the code again, or ask whoever gave it to you."
SHORT = "Less is left on a gift card than was set aside for this visit. Look at what is left, and at the price, again."
HIGHEST_CENTS, LONGEST_MESSAGE, MOST_AMOUNTS, MOST_AT_ONCE = 200_000, 300, 8, 5
# Whoever gives something to a birthday knows it for a year; an order that nobody pays for is let go of.
FARTHEST_DAYS = 366
ORDER_LIVES = timedelta(days=30)


@dataclass(frozen=True)
class LawRow:
    """What the law says from a day on: how long a card lasts at least, and below what a balance is paid out in cash on request."""

    version: int
    effective_from: date
    effective_to: date | None
    least_years: int
    cash_below_cents: int
    source: str


def law_on(rows: Iterable[LawRow], day: date) -> LawRow | None:
    """The row in force on a New York day."""
    return next((one for one in rows if one.effective_from <= day and (one.effective_to is None or day <= one.effective_to)), None)


# --- what is sold ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """What may be bought: one of `amounts`, or an own amount of whole dollars from `least_cents` to `most_cents`."""

    allowed: bool
    amounts: tuple[int, ...]
    least_cents: int
    most_cents: int

    def sells(self, cents: int) -> bool:
        """Whether a card of this amount may be bought."""
        return cents in self.amounts or (self.least_cents <= cents <= self.most_cents and cents % 100 == 0)

    def faults(self) -> dict[str, str]:
        """What cannot stand, by field."""
        found: dict[str, str] = {}
        if not 0 < self.least_cents <= self.most_cents <= HIGHEST_CENTS:
            found["most_cents"] = f"Give limits between $0.01 and {format_usd(HIGHEST_CENTS)}, the lower one first."
        if len(self.amounts) > MOST_AMOUNTS or any(not 0 < cents <= HIGHEST_CENTS for cents in self.amounts):
            found["amounts"] = f"At most {MOST_AMOUNTS} amounts, none above {format_usd(HIGHEST_CENTS)}."
        return found


@dataclass(frozen=True)
class Gift:
    """A card as its buyer wants it: for whom, with which words, sent when (None: at once). Without an address it goes to the buyer."""

    amount_cents: int
    to_name: str | None = None
    to_email: str | None = None
    from_name: str | None = None
    message: str | None = None
    deliver_on: date | None = None


def check_gift(gift: Gift, policy: Policy, today: date) -> None:
    """Whether such a card may be bought today. Raises Refused `gift_cards_off`, or `invalid` with the fields at fault."""
    if not policy.allowed:
        raise Refused("gift_cards_off", "Gift cards are not sold here.")
    faults = []
    if not policy.sells(gift.amount_cents):
        limits = f"from {format_usd(policy.least_cents)} to {format_usd(policy.most_cents)}"
        faults.append(FieldFault("amount_cents", f"Choose one of the amounts, or whole dollars {limits}."))
    if gift.deliver_on is not None and not today <= gift.deliver_on <= today + timedelta(days=FARTHEST_DAYS):
        faults.append(FieldFault("deliver_on", "Choose today or a day within a year."))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


# --- codes -------------------------------------------------------------------------------------------------------------------


def normal(typed: str) -> str:
    """A code as it was typed, the way it is hashed: spaces and dashes do not count, small letters are large ones."""
    return re.sub(r"[\s-]", "", typed).upper()[:40]


def is_code(code: str) -> bool:
    """Whether a normal code can be one at all."""
    return len(code) == CODE_SIGNS and set(code) <= set(ALPHABET)


def pretty(code: str) -> str:
    """A code as it is read out: in fours."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


# --- what pays ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pledge:
    """What somebody wants one card to pay for a held time: the row and the most cents."""

    id: int
    cents: int


def fill(pledges: Iterable[Pledge], total_cents: int) -> list[tuple[int, int]]:
    """Which of these pay how much of a price: in the order in which they were put in, never more than the price."""
    found, rest = [], max(0, total_cents)
    for one in sorted(pledges, key=lambda each: each.id):
        cents = min(one.cents, rest)
        if cents > 0:
            found.append((one.id, cents))
            rest -= cents
    return found


@dataclass(frozen=True)
class Standing:
    """What a card has paid for a visit: `cents` in all, of which `used` were charged and `back` went back; the rest waits, set aside."""

    id: int
    cents: int
    used_cents: int = 0
    back_cents: int = 0

    @property
    def aside_cents(self) -> int:
        """What waits for the visit's charge."""
        return self.cents - self.used_cents - self.back_cents


def use(standings: Iterable[Standing], owed_cents: int) -> list[tuple[int, int]]:
    """Of what is set aside, how much each card pays of what is owed now: the first that was put in pays first."""
    return fill((Pledge(one.id, one.aside_cents) for one in standings), owed_cents)


@dataclass(frozen=True)
class Return:
    """Cents that go back to a card: out of what is set aside, and out of what was charged already."""

    id: int
    aside_cents: int
    used_cents: int


def give_back(standings: Sequence[Standing], cents: int) -> list[Return]:
    """How `cents` go back: what waits before what was charged, and the last card that was put in first."""
    rest, aside, used = max(0, cents), dict[int, int](), dict[int, int]()
    newest = sorted(standings, key=lambda one: -one.id)
    for one in newest:
        aside[one.id] = min(one.aside_cents, rest)
        rest -= aside[one.id]
    for one in newest:
        used[one.id] = min(one.used_cents, rest)
        rest -= used[one.id]
    return [Return(one.id, aside[one.id], used[one.id]) for one in newest if aside[one.id] or used[one.id]]


def check_cash(left_cents: int, row: LawRow | None) -> None:
    """Whether what is left is paid out in cash on request. Raises Conflict `nothing_left`, Refused `above_cash_limit`."""
    if left_cents <= 0:
        raise Conflict("nothing_left", "Nothing is left on this gift card.")
    limit = 0 if row is None else row.cash_below_cents
    if left_cents >= limit:
        sentence = f"Less than {format_usd(limit)} is paid out in cash. {format_usd(left_cents)} is left: it pays for visits."
        raise Refused("above_cash_limit", sentence, details={"left_cents": left_cents})


def check_refund(state: str, left_cents: int, expected_cents: int | None, *, disputed: bool) -> None:
    """Whether what is left goes back to whoever bought the card, all of it; `expected_cents` is the figure that was shown.

    Raises Conflict `wrong_state`, `disputed` or `nothing_left`, Stale `left_changed` with the new figure.
    """
    if state != ACTIVE:
        raise Conflict("wrong_state", "Only a gift card in use can be given back.")
    if disputed:
        raise Conflict("disputed", "The buyer's bank has taken this money back. Settle that with the bank first.")
    if left_cents <= 0:
        raise Conflict("nothing_left", "Nothing is left on this gift card.")
    if expected_cents not in {None, left_cents}:
        sentence = f"Now {format_usd(left_cents)} is left on it. Look again."
        raise Stale("left_changed", sentence, details={"left_cents": left_cents})


# --- entries -----------------------------------------------------------------------------------------------------------------


def owed_account(how: str) -> str:
    """Where what is left of a card stands: card money is at the card company, other money in the therapist's hands."""
    return GIFTS if how == BY_CARD else GIFTS_IN_HAND


def aside_account(how: str) -> str:
    """The same for what waits for a visit's charge."""
    return GIFTS_ASIDE if how == BY_CARD else GIFTS_ASIDE_IN_HAND


def sold(card: str, how: str, cents: int) -> Group:
    """A card was paid: it is owed to whoever holds it. Card money was a deposit until now."""
    return Group(f"gift_card:{card}:sold", entry(GIFT_SOLD, DEPOSITS if how == BY_CARD else AT_VISIT, owed_account(how), cents))


def set_aside(visit: str, card: str, how: str, cents: int) -> Group:
    """A visit was booked with it: so much waits for what the visit will cost."""
    return Group(visit_key(visit, f"gift:{card}:aside"), entry(GIFT_ASIDE, owed_account(how), aside_account(how), cents))


def used(visit: str, card: str, how: str, cents: int) -> Group:
    """What was set aside pays what is due now. A visit is charged once, its price or a fee."""
    return Group(visit_key(visit, f"gift:{card}:used"), entry(GIFT_USED, aside_account(how), CLIENT, cents))


def came_back(visit: str, card: str, number: int, how: str, given: Return) -> Group:
    """What is not owed goes back to the card; `number` counts the times from 1."""
    aside = entry(GIFT_BACK, aside_account(how), owed_account(how), given.aside_cents)
    charged = entry(GIFT_BACK, CLIENT, owed_account(how), given.used_cents)
    return Group(visit_key(visit, f"gift:{card}:back:{number}"), (*aside, *charged))


def cashed(card: str, number: int, how: str, cents: int) -> Group:
    """The therapist gave the small rest in cash; of card money they get it with their next payout."""
    return Group(f"gift_card:{card}:cashed:{number}", entry(GIFT_CASHED, owed_account(how), AT_VISIT, cents))


def refunded(card: str, number: int, how: str, cents: int) -> Group:
    """What is left is the buyer's again: card money a deposit that goes back to their bank card, other money owed by the therapist."""
    target = DEPOSITS if how == BY_CARD else REFUNDS
    return Group(f"gift_card:{card}:refunded:{number}", entry(GIFT_REFUNDED, owed_account(how), target, cents))


def given_back(card: str, number: int, cents: int) -> Group:
    """The therapist gave it back in the way in which they were paid."""
    return Group(f"gift_card:{card}:given_back:{number}", entry(REFUND_SENT, REFUNDS, AT_VISIT, cents))


def liability(entries: Iterable[Entry]) -> int:
    """What these entries leave owed on gift cards, apart from what is set aside."""
    return sum(one.amount_cents * ((one.credit in _OWED) - (one.debit in _OWED)) for one in entries)


def waiting(entries: Iterable[Entry]) -> int:
    """What these entries leave set aside for visits."""
    return sum(one.amount_cents * ((one.credit in _ASIDE) - (one.debit in _ASIDE)) for one in entries)


_OWED, _ASIDE = frozenset({GIFTS, GIFTS_IN_HAND}), frozenset({GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND})
