"""From when until when a visit opens what belongs to its client's health."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED, REQUESTED

SEEN_AFTER = timedelta(days=30)
NOT_YET, NO_LONGER = "not_yet", "no_longer"
_OPEN = (CONFIRMED, CHECKED_IN, COMPLETED)


def why_closed(status: str, ends_at: datetime, now: datetime) -> str | None:
    """None while the visit's therapist may look: from its confirmation until 30 days after it. Else why not: `not_yet` or `no_longer`."""
    if status == REQUESTED:
        return NOT_YET
    return None if status in _OPEN and now <= ends_at + SEEN_AFTER else NO_LONGER
