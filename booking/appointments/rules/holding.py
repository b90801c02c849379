"""How long a time is held, by whom how many, and how long a request may wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from marketplace.kernel.intervals import Span, intersect
from marketplace.kernel.walltime import DAY_MINUTES, to_minute

HOLD_MINUTES = 10
LIVE_HOLDS_A_PERSON = 2
LIVE_HOLDS_AN_ORIGIN = 3
# One client may hold this share of the open time that one provider has in the coming days, so that nobody is shut out by holds.
SHARE_PERCENT = 5
SHARE_DAYS = 7
CLEARANCE_HOURS = 72
CLEARANCE_LEAD_HOURS = 12
TECHNIQUE_CHANGE_HOURS = 2
REMINDER_HOURS = (24, 2)
# A client calls the same provider for nothing once in so long: whoever wants to ask more books a first visit.
CALL_AGAIN_AFTER = timedelta(days=30)
# How long what was typed at a checkout that led to nothing is kept, so that nothing is asked twice.
DRAFTS_KEPT = timedelta(days=1)


def hold_ends_at(now: datetime) -> datetime:
    """When a hold made now runs out."""
    return now + timedelta(minutes=HOLD_MINUTES)


def share_window(now: datetime) -> Span:
    """The coming days, as epoch minutes [from, until), of which one client may hold a share."""
    begin = to_minute(now)
    return begin, begin + SHARE_DAYS * DAY_MINUTES


def passes_share(held: Sequence[Span], wished: Span, open_time: Sequence[Span], now: datetime) -> bool:
    """Whether a wished hold beside those that a client has with one provider would pass their share of the provider's coming days.

    `held` are the client's live holds there; booked visits are none of them. All are epoch minutes, and only those in `share_window`
    count. A single hold is always within the share.
    """
    window = [share_window(now)]
    before, wanted = (_minutes(intersect(spans, window)) for spans in (held, [wished]))
    return before > 0 and wanted > 0 and (before + wanted) * 100 > _minutes(intersect(open_time, window)) * SHARE_PERCENT


def _minutes(spans: Sequence[Span]) -> int:
    return sum(end - begin for begin, end in spans)


def clearance_due_at(now: datetime, starts_at: datetime, *, asked_at: datetime | None = None) -> datetime:
    """Until when a request waits for its clearance: three days, but half a day before the visit at the latest.

    A visit nearer than that leaves until its start. `asked_at` is when the three days began, where that was not now.
    """
    latest = starts_at - timedelta(hours=CLEARANCE_LEAD_HOURS)
    return min((asked_at or now) + timedelta(hours=CLEARANCE_HOURS), latest if latest > now else starts_at)


def technique_changes_until(starts_at: datetime) -> datetime:
    """The last instant at which the client may choose another technique for a booked visit."""
    return starts_at - timedelta(hours=TECHNIQUE_CHANGE_HOURS)


def reminder_instants(starts_at: datetime, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """When to remind, as (hours before, instant); times that have passed already are left out."""
    planned = ((hours, starts_at - timedelta(hours=hours)) for hours in REMINDER_HOURS)
    return tuple((hours, at) for hours, at in planned if at > now)
