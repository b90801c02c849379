"""Two people side by side: what one half waits for because of the other, and who may move or leave what.

Both halves are confirmed at once or not at all. From then on each is its owner's own visit, with its own price and terms; only its time
is one with the other's, so that moving moves both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from booking.appointments.rules.requests import HEALTH_DUE, OTHER_DUE, WAITS
from booking.appointments.rules.states import ADMIN, CANCELLED, CONFIRMED, PROVIDER, REQUESTED

Waits = tuple[Sequence[str], datetime | None]
"""The signs of what a visit waits for, and until when."""

# Why a half is off whose other half did not come about, as a code on the visit: never what the reason was.
BOTH_OR_NONE = "both_or_none"
MOVABLE = (REQUESTED, CONFIRMED)
MOVES_TOGETHER = "moves_together"
MOVES_TOGETHER_WORDS = (
    "This visit is one of two side by side, and the other one is with another therapist. Its clients or the staff move both; "
    "if you cannot give yours, cancel it or hand it over."
)


def own_waits(attention: Collection[str]) -> list[str]:
    """What a half waits for by itself, whatever the other one waits for."""
    return [sign for sign in WAITS if sign in attention and sign != OTHER_DUE]


def beside(attention: Collection[str], other: Collection[str]) -> list[str]:
    """What a half waits for when the other half stands as it does: its own, and the other where that one waits."""
    kept = [sign for sign in attention if sign != OTHER_DUE]
    return [*kept, OTHER_DUE] if own_waits(other) else kept


def both_wait(waits: Mapping[int, Waits]) -> dict[int, Waits]:
    """What two halves wait for when they are booked, each by the key it was given with: its own, the other, until one deadline."""
    (one, (own, own_due)), (other, (theirs, their_due)) = waits.items()
    due = due_at(own_due, their_due)
    return {one: (beside(own, theirs), due), other: (beside(theirs, own), due)}


def due_at(one: datetime | None, other: datetime | None) -> datetime | None:
    """Until when both are kept: the first of the two deadlines, since one half alone is nothing."""
    return min((at for at in (one, other) if at is not None), default=None)


def answers_are_due(attention: Collection[str]) -> bool:
    """Whether the second person has still to answer the health questions."""
    return HEALTH_DUE in attention


def called_off_by_house(status: str, cancelled_by: str | None) -> bool:
    """Whether a half was called off by its therapist or the staff: then the other one may be left free of charge."""
    return status == CANCELLED and cancelled_by in {PROVIDER, ADMIN}
