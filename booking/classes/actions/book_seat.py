"""A held seat becomes a booked one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.booking import GUEST_KEY_BYTES
from booking.appointments.changes.history import Doer
from booking.classes.changes.letters import write_booked
from booking.classes.changes.locking import check_open, lock_seat, note_seat
from booking.classes.queries import Seated, get_seat
from booking.classes.rules.seats import BOOKED, HELD
from booking.guardians.changes import refuse_unguarded
from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.vault import secret_hash


@dataclass(frozen=True)
class Taken:
    """The booked seat, and for a guest the secret of the link that opens it (known only here and in the letter)."""

    seated: Seated
    guest_key: str | None


def book_seat(public_id: str, person_id: int, doer: Doer, base_url: str, now: datetime) -> Taken:
    """Book what is held; the grace of the terms begins. Nobody is touched in a class, so no health question is asked.

    Raises NotFound, Conflict `hold_expired`, `wrong_state` or `class_called_off`, Refused `email_unconfirmed`, `too_late`,
    `not_bookable`, `guardian_needed` or `booking_paused`.
    """
    with transaction() as session:
        seated = lock_seat(session, public_id)
        seat, person = seated.seat, seated.person
        if seat.person_id != person_id:
            raise NotFound("not_found", "There is no such seat.")
        if seat.booked_at is not None:
            raise Conflict("wrong_state", "This seat is booked already.")
        check_open(session, seated.lesson, now)
        if seat.state != HELD or now >= seat.expires_at:
            raise Conflict("hold_expired", "This seat is no longer held for you. Look whether one is free.")
        if person.email is None or person.email_confirmed_at is None:
            raise Refused("email_unconfirmed", "Confirm your e-mail address first: that is where the confirmation goes.")
        refuse_unguarded(session, person_id, seated.lesson.starts_at)
        key = secrets.token_urlsafe(GUEST_KEY_BYTES) if person.account_id is None else None
        seat.state, seat.booked_at, seat.due_cents = BOOKED, now, seat.total_cents
        seat.guest_key_hash = secret_hash(key) if key else None
        seat.terms = agreed_to_dict(agreed_from_dict(seat.terms).at_booking(now), seat.terms["summary"])
        note_seat(session, seat, "booked", doer, now, number=seat.number, total_cents=seat.total_cents)
        write_booked(session, get_seat(session, public_id), base_url, key, now)
        return Taken(seated, key)
