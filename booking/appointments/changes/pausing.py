"""Visits that are paused: who says so, and how they end without a fee where nobody resumes them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from booking.appointments.models import Appointment

Lookup = Callable[[Session, Collection[Appointment]], set[int]]
_lookups: dict[str, Lookup] = {}


def on_pauses(name: str, lookup: Lookup) -> None:
    """Have `lookup` say which of some visits are paused, by id; a topic registers once under its own `name`."""
    _lookups[name] = lookup


def paused_ids(session: Session, visits: Collection[Appointment]) -> set[int]:
    """Which of these visits are paused: their times are kept, they cannot take place, and leaving them is free."""
    return set().union(*(lookup(session, visits) for lookup in _lookups.values())) if visits else set()
