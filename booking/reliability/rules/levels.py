"""What follows from a record: nothing, a warning, requests alone, or a listing that rests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from booking.reliability.rules.lines import Line
from booking.reliability.rules.policies import CLEAR, LEVELS, WARNED, Figures
from marketplace.kernel.errors import FieldFault, Refused
from providers.limits.rules import LIMITS

LONGEST_REASON, LONGEST_LIFT_DAYS = 300, 90

LEVEL_WORDS = {
    CLEAR: "Nothing follows.",
    WARNED: "A warning. Nothing is limited.",
    "requests_only": "Bookings come as requests: each waits for a yes.",
    "resting": "The listing rests: nothing new can be booked.",
}


@dataclass(frozen=True)
class Record:
    """The sums of a window: `points`, how many `lines` count, how many visits took place (`kept`), and the level that they come to."""

    points: int
    lines: int
    kept: int
    level: str

    @property
    def percent(self) -> int:
        """The lines for each hundred visits that took place or counted, rounded down."""
        return self.lines * 100 // (self.lines + self.kept) if self.lines else 0


@dataclass(frozen=True)
class Standing:
    """Where a provider stands: the level that was told last, and since when."""

    level: str = CLEAR
    since_at: datetime | None = None


def sum_up(lines: Iterable[Line], kept: int, figures: Figures) -> Record:
    """The sums of the lines of a window, in which `kept` visits took place, and the strongest level for which both figures hold."""
    counting = [line.points for line in lines if line.counts]
    points, number = sum(counting), len(counting)
    reached = [one.level for one in figures.levels if points >= one.points and number and number * 100 >= one.percent * (number + kept)]
    return Record(points, number, kept, max(reached, key=LEVELS.index, default=CLEAR))


def next_level(standing: Standing, record: Record, newest_at: datetime | None, *, lifted: bool) -> str:
    """The level from now on. Down at once, as the window moves. Up by one at a time: nobody is limited who was not warned, and only
    what happened since the last step leads to the next one. While a lift is in force nothing goes up.
    """
    here, there = LEVELS.index(standing.level), LEVELS.index(record.level)
    if there <= here:
        return record.level
    since = standing.since_at
    new = since is None or standing.level == CLEAR or (newest_at is not None and newest_at > since)
    return LEVELS[here + 1] if new and not lifted else standing.level


def acting_limit(level: str, *, lifted: bool) -> str | None:
    """What rests on the provider: the limit of a level, unless it is lifted for now."""
    return level if level in LIMITS and not lifted else None


def check_lift(reason: str, until_on: date, today: date) -> None:
    """Raise Refused `invalid` for a lift without a reason, or until a day that is over or too far."""
    if not reason.strip():
        _refuse("reason", "Say why.")
    if until_on < today:
        _refuse("until_on", "That day is over.")
    if (until_on - today).days > LONGEST_LIFT_DAYS:
        _refuse("until_on", f"At most {LONGEST_LIFT_DAYS} days from today.")


def _refuse(field: str, sentence: str) -> None:
    raise Refused("invalid", sentence, faults=[FieldFault(field, sentence)])
