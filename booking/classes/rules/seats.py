"""Who gets which seat, and how a seat goes from one state to the next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

PLANNED, CALLED_OFF = "planned", "called_off"
HELD, BOOKED, CAME, NO_SHOW, CANCELED, RELEASED, EXPIRED = "held", "booked", "came", "no_show", "canceled", "released", "expired"
STATES = (HELD, BOOKED, CAME, NO_SHOW, CANCELED, RELEASED, EXPIRED)
# In these a seat is somebody's; in the others its number is free again.
TAKEN_STATES = (HELD, BOOKED, CAME, NO_SHOW)
COMING = (BOOKED, CAME, NO_SHOW)
CHECK_IN_OPENS = timedelta(minutes=60)


@dataclass(frozen=True)
class Refusal:
    """Why a step is not possible: a code and a sentence."""

    code: str
    sentence: str


def free_number(taken: Collection[int], capacity: int) -> int | None:
    """The lowest seat that is nobody's, or None where the class is full."""
    return next((number for number in range(1, capacity + 1) if number not in taken), None)


def is_live(state: str, expires_at: datetime, now: datetime) -> bool:
    """Whether a seat is somebody's now. A hold ends at the very second, whether or not it was marked."""
    return state in COMING or (state == HELD and now < expires_at)


def why_not_came(state: str, starts_at: datetime, now: datetime) -> Refusal | None:
    """Why somebody cannot be checked in: an hour before the class begins at the earliest."""
    if state != BOOKED:
        return Refusal("wrong_state", "This seat is not waiting for anybody.")
    if now < starts_at - CHECK_IN_OPENS:
        return Refusal("too_early", "Check people in from an hour before the class begins.")
    return None


def why_closed(state: str, starts_at: datetime, now: datetime) -> Refusal | None:
    """Why nobody can take a seat any more: the class is called off, or has begun."""
    if state != PLANNED:
        return Refusal("class_called_off", "This class does not take place.")
    if now >= starts_at:
        return Refusal("too_late", "This class has begun.")
    return None
