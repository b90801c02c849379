"""What the verbs of seats write into the ledger, and the seat's figures brought in line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.classes.models import ClassSeat
from booking.classes.queries import entries_of_seat
from booking.classes.rules.money import figures
from booking.ledger.changes import Whose, post
from booking.ledger.queries import as_entry
from booking.ledger.rules.entries import Group


def write_money(session: Session, seat: ClassSeat, provider_id: int, group: Group, doer: Doer, now: datetime) -> None:
    """Post a group about a seat, once, and let the seat say what the ledger says."""
    post(session, group, Whose(None, provider_id, seat.person_id), doer.name, now)
    found = figures(seat.state, seat.total_cents, map(as_entry, entries_of_seat(session, seat.public_id)))
    seat.fee_cents, seat.paid_cents, seat.due_cents = found.fee_cents, found.paid_cents, found.due_cents
