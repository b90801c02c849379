"""Planning a class: what must be said of one, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.kernel.errors import FieldFault

LONGEST_TITLE, LONGEST_WORDS, LONGEST_WHY = 120, 2000, 300
LEAST_MINUTES, MOST_MINUTES = 15, 240
MOST_SEATS = 60
MOST_CENTS = 100_000
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class ClassDraft:
    """A class as its therapist plans it; `place` is the public id of one of their places, `price_cents` the whole price of a seat."""

    title: str
    words: str
    place: str
    starts_at: datetime
    minutes: int
    capacity: int
    price_cents: int


def start_faults(starts_at: datetime, now: datetime) -> list[FieldFault]:
    """Why a class cannot begin then: past, too far ahead, or not on a whole minute."""
    if starts_at <= now:
        return [FieldFault("starts_at", "This time is over.")]
    if starts_at > now + AHEAD:
        return [FieldFault("starts_at", "A class is planned at most a year ahead.")]
    if starts_at != starts_at.replace(second=0, microsecond=0):
        return [FieldFault("starts_at", "A class starts on a whole minute.")]
    return []


def draft_faults(draft: ClassDraft, now: datetime) -> list[FieldFault]:
    """Everything that is wrong with a draft, field by field."""
    bounds = (
        ("minutes", draft.minutes, LEAST_MINUTES, MOST_MINUTES),
        ("capacity", draft.capacity, 1, MOST_SEATS),
        ("price_cents", draft.price_cents, 0, MOST_CENTS),
    )
    faults = [
        FieldFault(name, f"This must be between {least} and {most}.") for name, value, least, most in bounds if not least <= value <= most
    ]
    if not draft.title.strip():
        faults.append(FieldFault("title", "This must not be empty."))
    return faults + start_faults(draft.starts_at, now)
