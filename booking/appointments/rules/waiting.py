"""The waitlist: which free start is offered to whom, and for how long it is kept for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.openings.rules.wanted import PARTS, part_spans
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import day_begin, to_minute
from providers.services.rules.requests import night_over

# How many wishes one person may have on the list, and how many offers may pass unanswered before a wish rests.
OPEN_ENTRIES = 5
MOST_OFFERS = 5
# How many wishes may come from one network address without an account, and within what time a guest shows that a letter reaches them.
OPEN_ENTRIES_AN_ORIGIN = 10
CONFIRM_WITHIN = timedelta(days=1)
# How many letters go to one address in a quarter of an hour because somebody typed it.
MOST_ASKED = 3
LONGEST_DAYS = 60
# An offer keeps the time for a quarter of what is left until the visit, within these bounds.
LONGEST_OFFER, SHORTEST_OFFER = timedelta(hours=4), timedelta(minutes=15)
LEAST_LEAD = timedelta(minutes=30)
# Nobody has to answer at night when the visit is this far ahead: the offer then lives until the morning.
MORNING_LEAD = timedelta(hours=3)

WAITING, OFFERED, BOOKED, LEFT, RESTING, OVER = "waiting", "offered", "booked", "left", "resting", "over"


@dataclass(frozen=True)
class Wait:
    """When somebody would come: on the New York days from..until, both whole, in these parts of a day (none: any)."""

    minutes: int
    from_on: date
    until_on: date
    parts: frozenset[str] = frozenset()

    @property
    def window(self) -> Span:
        """The epoch minutes of the days."""
        return day_begin(self.from_on), day_begin(self.until_on + timedelta(days=1))

    def spans(self) -> Sequence[Span]:
        """The epoch minutes at which a visit may begin."""
        return part_spans(self.parts, *self.window) or [self.window]


def offer_ends_at(now: datetime, starts_at: datetime) -> datetime:
    """Until when an offer made now keeps the start: a quarter of what is left, 15 minutes to 4 hours; over night until 9 AM.

    The night's rule asks that three hours remain from the morning until the visit.
    """
    now = now.replace(microsecond=0)
    ends = now + timedelta(seconds=max(SHORTEST_OFFER, min(LONGEST_OFFER, (starts_at - now) / 4)) // timedelta(seconds=1))
    morning = night_over(ends)
    return morning if morning + MORNING_LEAD <= starts_at else ends


def offerable(wait: Wait, starts: Iterable[int], passed: Sequence[Span], own: Sequence[Span], now: datetime) -> list[int]:
    """Of free starts those that may be offered to somebody, the earliest first.

    `passed` are visits that were offered to them before and let go, `own` are the visits they have or hold: what meets one of them is
    not offered. Half an hour before its start nothing is offered any more.
    """
    earliest = to_minute(now + LEAST_LEAD)
    spans, barred = wait.spans(), [*passed, *own]

    def fits(start: int) -> bool:
        end = start + wait.minutes
        return any(low <= start < high for low, high in spans) and not any(begin < end and start < until for begin, until in barred)

    return sorted(start for start in set(starts) if start >= earliest and fits(start))


def state_of(*, left: bool, until_on: date, today: date, offers: Sequence[str]) -> str:
    """How a wish on the list stands; `offers` are the states of its holds in order: live, booked, released, expired.

    Nothing of it is stored: an offer that runs out has run out at its very second.
    """
    if "booked" in offers:
        return BOOKED
    if left:
        return LEFT
    if "live" in offers:
        return OFFERED
    if until_on < today:
        return OVER
    return RESTING if len(offers) >= MOST_OFFERS else WAITING


def may_confirm(asked_at: datetime, now: datetime) -> bool:
    """Whether a guest's wish can still be put in line: until the very second a day after it was asked for."""
    return now < asked_at + CONFIRM_WITHIN


def window_fault(from_on: date, until_on: date, today: date) -> str | None:
    """What is wrong with the days of a wish, in a sentence; None where nothing is."""
    if until_on < today:
        return "These days are over. Choose days from today on."
    if until_on < from_on:
        return "The last day must not come before the first."
    if (until_on - from_on).days >= LONGEST_DAYS or (until_on - today).days > LONGEST_DAYS:
        return f"Choose at most {LONGEST_DAYS} days, from today on."
    return None


def known_parts(parts: Iterable[str]) -> frozenset[str]:
    """The parts of a day; all of them are the same as none."""
    chosen = frozenset(parts)
    return frozenset() if chosen == frozenset(PARTS) else chosen
