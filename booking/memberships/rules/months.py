"""The months of a membership: when each is due, what a pause moves, when a declined card is asked again. Pure, New York days.

Month 0 begins on the day of joining, the anchor. Month n is due n months later on the same day of the month, or on the month's last day
where it has none; it is always counted from the anchor, so that the 31st comes back after a February.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

JOINING, ACTIVE, SUSPENDED, ENDED = "joining", "active", "suspended", "ended"
STATES = (JOINING, ACTIVE, SUSPENDED, ENDED)
CLIENT_ENDS, PROVIDER_ENDS, UNPAID, DROPPED = "client", "provider", "unpaid", "dropped"
ENDS = (CLIENT_ENDS, PROVIDER_ENDS, UNPAID, DROPPED)
LEAST_PAUSE, MOST_PAUSE = 1, 6
# A declined card is asked again on these days after the month was due; then the membership stands still, and ends, always before the next
# month would be due: the shortest has 28 days.
RETRY_DAYS = (3, 7, 14)
END_DAYS = 27
# Whoever began to join and did not pay has not joined after so many days.
JOINING_DAYS = 1
# A member hears of each charge so long before it. A change of terms counts from the first month that is due so long after it was told;
# New York asks for 5 to 30 days (General Business Law 527-a), which the letter before the charge keeps.
REMIND_DAYS, NOTICE_DAYS = 7, 30


def due_on(anchor: date, number: int) -> date:
    """The New York day on which month `number` (from 0) of a membership is due."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def number_on(anchor: date, day: date) -> int:
    """The month in which a day lies: the last one that is due by then. Below 0 before the anchor."""
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    return months if due_on(anchor, months) <= day else months - 1


def number_to_charge(anchor: date, next_number: int, today: date) -> int | None:
    """Which month is to be charged today, if any. Months that went by uncharged are never charged afterwards."""
    if due_on(anchor, next_number) > today:
        return None
    return number_on(anchor, today)


def number_after_resuming(anchor: date, charged: int, today: date) -> int:
    """The next month of a membership that goes on today: the first that is not charged yet and not over; one that began today counts."""
    current = number_on(anchor, today)
    begins_today = due_on(anchor, current) == today
    return max(charged + 1, current if begins_today else current + 1)


def changes_with(anchor: date, next_number: int, told_on: date) -> int:
    """The first month to which terms that were told on a day apply: due at least `NOTICE_DAYS` later."""
    soonest = told_on + timedelta(days=NOTICE_DAYS)
    number = max(next_number, number_on(anchor, soonest))
    return number if due_on(anchor, number) >= soonest else number + 1


@dataclass(frozen=True)
class Patience:
    """What follows a declined charge: the card is asked again `retry_on`, or (None) the membership stands still until `ends_on`."""

    retry_on: date | None
    ends_on: date


def after_decline(due: date, tries: int, today: date) -> Patience:
    """What follows the `tries`-th declined charge of a month that was due on `due`; a day that is over is tomorrow."""
    ends_on = due + timedelta(days=END_DAYS)
    if tries > len(RETRY_DAYS):
        return Patience(None, ends_on)
    return Patience(max(due + timedelta(days=RETRY_DAYS[tries - 1]), today + timedelta(days=1)), ends_on)
