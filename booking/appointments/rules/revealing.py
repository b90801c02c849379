"""How much of a client's address the therapist may see, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED

STREET_BEFORE = timedelta(hours=24)
ACCESS_BEFORE = timedelta(hours=2)
GONE_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Reveal:
    """What is shown now: the street, the way in; and from when the street is shown, where it will be."""

    street: bool
    access: bool
    street_from_at: datetime | None


def assess_reveal(status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Reveal:
    """The street from 24 hours before the start, the way in from 2 hours before, both until 24 hours after the end; before that the area.

    Nothing before a visit is confirmed, and nothing once it is cancelled or missed.
    """
    if status not in (CONFIRMED, CHECKED_IN, COMPLETED) or now >= ends_at + GONE_AFTER:
        return Reveal(street=False, access=False, street_from_at=None)
    street = now >= starts_at - STREET_BEFORE
    return Reveal(street, now >= starts_at - ACCESS_BEFORE, None if street else starts_at - STREET_BEFORE)
