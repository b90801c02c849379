"""Minutes from the street to a client's door: an elevator, a doorman, stairs, a place to park.

The client says at booking how long it takes, the therapist after a visit how long it took. Either is added to set-up from the next booking
there on, and the therapist's own word counts more: it is about this therapist with this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.states import CHECKED_IN, COMPLETED, PROVIDER
from providers.profiles.rules import MOBILE

LONGEST_DOOR_MINUTES = 60
TOLD_AT_BOOKING = (0, 5, 10, 15, 20, 30)
"""What a client chooses from."""
TOLD_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class DoorVerdict:
    """Whether a therapist may say now how long it took to get in. Codes: open; forbidden, wrong_state, too_late."""

    allowed: bool
    code: str
    sentence: str


def assess_door(status: str, setting: str, ends_at: datetime, part: str, now: datetime) -> DoorVerdict:
    """Only who was there says it: the therapist of a visit at the client's that has begun, until a month after it."""
    if part != PROVIDER:
        return DoorVerdict(False, "forbidden", "Only the therapist says how long it took to get in.")
    if setting not in MOBILE or status not in (CHECKED_IN, COMPLETED):
        return DoorVerdict(False, "wrong_state", "This is said of a visit at the client's place that has begun.")
    if now >= ends_at + TOLD_WITHIN:
        return DoorVerdict(False, "too_late", "This is said within a month after the visit.")
    return DoorVerdict(True, "open", "")


def same_door(address: Mapping[str, object]) -> str:
    """An address as one line, so that the same door written with other spaces or letters is the same one."""
    return "|".join(" ".join(str(address.get(part) or "").casefold().split()) for part in ("line1", "unit", "zip"))


def minutes_to_door(own: int | None, address: Mapping[str, object] | None) -> int:
    """The minutes that count: what the therapist said of this door, else what the client said with the address, else none."""
    if own is not None:
        return own
    told = (address or {}).get("door_minutes")
    return told if isinstance(told, int) else 0
