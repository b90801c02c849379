"""Turning a hold into an appointment that is paid at the visit. What is paid by card goes through `pay`."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.booking import Asking, Booking, Made, PlaceOfVisit, book_held
from booking.appointments.changes.history import Doer
from marketplace.db import transaction

__all__ = ["Booking", "Made", "PlaceOfVisit", "book"]


def book(wanted: Booking, person_id: int, doer: Doer, base_url: str, now: datetime) -> Made:
    """Book a held time with all that is held for the same checkout, all of it or none, in one transaction. Raises what `book_held` does."""
    with transaction() as session:
        return book_held(session, wanted, person_id, Asking(doer, base_url), now).named
