"""What a seat writes into the ledger, under keys of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from booking.classes.rules.seats import BOOKED
from booking.ledger.rules.entries import AT_VISIT, CLIENT, HOW, PROVIDER, Entry, Group, entry
from booking.ledger.rules.sums import sum_visit
from marketplace.kernel.errors import Refused

SEAT = "seat"
EVENTS = ("price", "fee", "paid:1")


@dataclass(frozen=True)
class Figures:
    """Where one seat stands, in cents."""

    fee_cents: int
    paid_cents: int
    due_cents: int


def seat_key(seat: str, what: str) -> str:
    """The business key of an event of a seat, by its public id."""
    return f"seat:{seat}:{what}"


def keys_of(seat: str) -> tuple[str, ...]:
    """Every key that a seat can have."""
    return tuple(seat_key(seat, what) for what in EVENTS)


def charge(seat: str, cents: int) -> Group:
    """Somebody came: they owe the price of the seat."""
    return Group(seat_key(seat, "price"), entry(SEAT, CLIENT, PROVIDER, cents))


def fee(seat: str, memo: str, cents: int) -> Group:
    """Somebody left late or did not come, by the agreed terms: one fee a seat at most."""
    return Group(seat_key(seat, "fee"), entry(memo, CLIENT, PROVIDER, cents))


def paid(seat: str, how: str, cents: int) -> Group:
    """What is due was given to the therapist, all of it at once. Refused `unknown_way`."""
    if how not in HOW:
        raise Refused("unknown_way", "Say how it was paid: cash, the therapist's own card terminal, a check, or another way.")
    return Group(seat_key(seat, "paid:1"), entry(f"paid_{how}", AT_VISIT, CLIENT, cents))


def figures(state: str, total_cents: int, entries: Iterable[Entry]) -> Figures:
    """What a seat says of money: its price as long as the class is to come, then what its entries come to."""
    sums = sum_visit(entries)
    return Figures(sums.net_fee, sums.paid, total_cents if state == BOOKED else max(0, sums.due))
