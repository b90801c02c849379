"""How long a time is held, by whom how many, and how long a request may wait."""

from __future__ import annotations

from datetime import datetime, timedelta

HOLD_MINUTES = 10
LIVE_HOLDS_A_PERSON = 2
LIVE_HOLDS_AN_ORIGIN = 3
CLEARANCE_HOURS = 72
CLEARANCE_LEAD_HOURS = 12
TECHNIQUE_CHANGE_HOURS = 2
REMINDER_HOURS = (24, 2)
# How long what was typed at a checkout that led to nothing is kept, so that nothing is asked twice.
DRAFTS_KEPT = timedelta(days=1)


def hold_ends_at(now: datetime) -> datetime:
    """When a hold made now runs out."""
    return now + timedelta(minutes=HOLD_MINUTES)


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
