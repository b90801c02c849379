"""What becomes of card money once it is known what a visit costs in the end: kept, taken, let go of, given back, or missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from booking.payments.rules.states import ACTION, ASKED, AUTHORISED, CAPTURED, CAPTURING

# What is under way to pay what is due already, not a deposit.
DUE = "fee"
# Stripe takes no smaller sum (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
LEAST_CENTS = 50
# In this order a sum is used: what was taken first, then what is on its way, then what a bank keeps, then what was only asked.
_ORDER = (CAPTURED, CAPTURING, AUTHORISED, ASKED, ACTION)


@dataclass(frozen=True)
class Held:
    """One payment of a visit: its row, its state, what it asked; of a captured one what is left of it, of a part that was ordered which.

    `bound_cents` of what is left a client's bank has taken until it has decided: they count, and nobody can give them back.
    """

    id: int
    state: str
    purpose: str
    amount_cents: int
    left_cents: int = 0
    wanted_cents: int | None = None
    bound_cents: int = 0


@dataclass(frozen=True)
class Closing:
    """Orders that follow, by row: cents to capture and to give back, and what to let go of. `rest_cents` nobody has been asked for yet."""

    captures: Mapping[int, int] = field(default_factory=dict)
    releases: tuple[int, ...] = ()
    refunds: Mapping[int, int] = field(default_factory=dict)
    rest_cents: int = 0


def close(owed_cents: int, held: Iterable[Held]) -> Closing:
    """How `owed_cents` are met by what is held of a card. Never more is kept or taken than is owed; nothing is asked twice.

    A deposit that was asked and has not come is let go of: should it still come, all of it goes back. A charge for what is due that was
    asked stays, unless it asks for more than is owed.
    """
    rest, captures, refunds, releases = owed_cents, dict[int, int](), dict[int, int](), list[int]()
    for one in sorted(held, key=_turn):
        kept = min(rest, _usable(one, rest))
        rest -= kept
        if one.state == CAPTURED:
            back = min(one.left_cents - kept, one.left_cents - one.bound_cents)
            refunds.update({one.id: back} if back > 0 else {})
        elif one.state == AUTHORISED and kept:
            captures[one.id] = kept
        elif one.state in {AUTHORISED, ASKED, ACTION} and not kept:
            releases.append(one.id)
    return Closing(captures, tuple(releases), refunds, rest)


def _turn(one: Held) -> tuple[int, int]:
    return (_ORDER.index(one.state) if one.state in _ORDER else len(_ORDER), one.id)


def _usable(one: Held, rest: int) -> int:
    """How much of what is owed a payment can meet."""
    if one.state == CAPTURED:
        return one.left_cents
    if one.state == CAPTURING:
        return one.wanted_cents or one.amount_cents
    if one.state == AUTHORISED:
        return one.amount_cents
    asked_for_due = one.state in {ASKED, ACTION} and one.purpose == DUE and one.amount_cents <= rest
    return one.amount_cents if asked_for_due else 0
