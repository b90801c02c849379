"""Credit of a client whose provider canceled: how long it lasts, and how much of it a visit uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute

LASTS_DAYS = 365


@dataclass(frozen=True)
class Pot:
    """One credit: its row, what is left of it, until when."""

    id: int
    left_cents: int
    expires_at: datetime


def ends_at(now: datetime) -> datetime:
    """The last second of the credit: the whole New York day a year after it was given still counts."""
    last: date = now.astimezone(NEW_YORK).date() + timedelta(days=LASTS_DAYS)
    return from_minute(day_begin(last + timedelta(days=1))) - timedelta(seconds=1)


def take(pots: Iterable[Pot], due_cents: int, now: datetime) -> list[tuple[int, int]]:
    """From which credits how many cents are taken for what is due: those that end first, never more than is left or due."""
    taken, open_cents = [], max(0, due_cents)
    for pot in sorted(pots, key=lambda one: (one.expires_at, one.id)):
        cents = min(pot.left_cents, open_cents) if now <= pot.expires_at else 0
        if cents > 0:
            taken.append((pot.id, cents))
            open_cents -= cents
    return taken
