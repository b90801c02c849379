"""How often a year a reason of the client's own waives the fee: each reason for itself, by New York calendar years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from booking.appointments.rules.cancellation import WAIVABLE
from marketplace.kernel.walltime import NEW_YORK

# Fever and contagion are no part of this: they are always free.
WAIVERS_A_YEAR: Mapping[str, int] = dict.fromkeys(WAIVABLE, 2)


@dataclass(frozen=True)
class Given:
    """A waiver that was given: for which reason, when."""

    reason: str
    at: datetime


@dataclass(frozen=True)
class Left:
    """What is left of each reason in a New York year."""

    year: int
    by_reason: Mapping[str, int]

    def of(self, reason: str | None) -> int:
        """How many are left for a reason; none for one that has none."""
        return self.by_reason.get(reason or "", 0)


def year_bounds(now: datetime) -> tuple[datetime, datetime]:
    """The New York calendar year in which an instant lies, as UTC instants: the first of it, and the first of the next."""
    year = now.astimezone(NEW_YORK).year
    first, after = (datetime(one, 1, 1, tzinfo=NEW_YORK).astimezone(UTC) for one in (year, year + 1))
    return first, after


def count_left(given: Iterable[Given], now: datetime) -> Left:
    """What is left at an instant, of all that was ever given."""
    first, after = year_bounds(now)
    used = [one.reason for one in given if first <= one.at < after]
    return Left(first.astimezone(NEW_YORK).year, {reason: max(0, most - used.count(reason)) for reason, most in WAIVERS_A_YEAR.items()})
