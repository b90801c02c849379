"""Holding a seat while its client looks at the terms, and giving it back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.appointments.changes.booking import ALPHABET
from booking.appointments.changes.history import Doer
from booking.appointments.rules.holding import LIVE_HOLDS_A_PERSON, LIVE_HOLDS_AN_ORIGIN, hold_ends_at
from booking.classes.changes.locking import check_open, end_run_out, lock_lesson, lock_seat, note_seat
from booking.classes.models import ClassSeat, ClassSession
from booking.classes.queries import count_held, taken_numbers
from booking.classes.rules.seats import HELD, RELEASED, free_number
from booking.quotes.rules.agreed import AgreedTerms, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from marketplace.accounts.changes import add_guest
from marketplace.accounts.models import Person
from marketplace.db import new_public_id, transaction, wait_turn
from marketplace.kernel.errors import Conflict, Limited, NotFound
from providers.services.rules.terms import Terms

FULL = "Every seat of this class is taken."
ONE_EACH = "You have a seat in this class already."


@dataclass(frozen=True)
class SeatWish:
    """A seat wished for: in which class (public id). `origin` is a keyed hash of a guest's address, None for accounts."""

    lesson: str
    origin: str | None = None


def hold_seat(wanted: SeatWish, person_id: int | None, doer: Doer, now: datetime) -> ClassSeat:
    """Keep the lowest free seat for ten minutes, with its price and the therapist's terms as of now. Without a person a guest is made.

    The class is locked while a seat is chosen, and the database refuses a number that is somebody's.

    Raises NotFound, Conflict `class_full`, `already_seated` or `class_called_off`, Limited `too_many_holds`, Refused `too_late`,
    `not_bookable` or `booking_paused`.
    """
    with transaction() as session:
        own = None if person_id is None else session.scalar(select(Person.id).where(Person.id == person_id).with_for_update())
        lesson = lock_lesson(session, ClassSession.public_id == wanted.lesson)
        facts = check_open(session, lesson, now)
        end_run_out(session, lesson.id, now)
        number = free_number(taken_numbers(session, lesson.id), lesson.capacity)
        if own is not None and _has_one(session, lesson.id, own):
            raise Conflict("already_seated", ONE_EACH)
        if number is None:
            raise Conflict("class_full", FULL)
        person = own or add_guest(session, now).id
        _check_limits(session, ClassSeat.person_id == person, LIVE_HOLDS_A_PERSON, now)
        if wanted.origin is not None:
            wait_turn(session, f"seats from {wanted.origin}")
            _check_limits(session, ClassSeat.origin == wanted.origin, LIVE_HOLDS_AN_ORIGIN, now)
        seat = _seat_of(lesson, facts.terms, number, person, now)
        seat.origin = wanted.origin
        _take(session, seat)
        note_seat(session, seat, "held", doer, now, number=number)
        return seat


def release_seat(public_id: str, person_id: int, doer: Doer, now: datetime) -> None:
    """Give a held seat back; what has ended already stays as it is. Raises NotFound, Conflict `wrong_state` for one that is booked."""
    with transaction() as session:
        seat = lock_seat(session, public_id).seat
        if seat.person_id != person_id:
            raise NotFound("not_found", "There is no such seat.")
        if seat.booked_at is not None:
            raise Conflict("wrong_state", "This seat is booked. Cancel it instead.")
        if seat.state == HELD:
            seat.state, seat.ended_at = RELEASED, now
            note_seat(session, seat, "released", doer, now)


def _has_one(session: Session, lesson_id: int, person_id: int) -> bool:
    mine = select(ClassSeat.id).where(ClassSeat.session_id == lesson_id, ClassSeat.person_id == person_id, ClassSeat.ended_at.is_(None))
    return session.scalar(mine) is not None


def _check_limits(session: Session, whose: ColumnElement[bool], most: int, now: datetime) -> None:
    if count_held(session, whose, now) >= most:
        raise Limited("too_many_holds", f"{most} seats are held for you already. Book one or let it go first.")


def _seat_of(lesson: ClassSession, terms: Terms, number: int, person_id: int, now: datetime) -> ClassSeat:
    agreed = AgreedTerms(terms, lesson.price_cents, lesson.starts_at)
    summary = clock_words(agreed, now, day_words=False, what="class").sentence
    public_id = new_public_id()
    return ClassSeat(
        public_id=public_id, session_id=lesson.id, capacity=lesson.capacity, number=number, person_id=person_id, state=HELD,
        reference="LS-" + "".join(secrets.choice(ALPHABET) for _ in range(7)), expires_at=hold_ends_at(now),
        total_cents=lesson.price_cents, terms=agreed_to_dict(agreed, summary, if_booked_at=now), uid=f"{public_id}@licensedhands",
        made_at=now, changed_at=now,
    )  # fmt: skip


def _take(session: Session, seat: ClassSeat) -> None:
    """The database has the last word, whatever was judged before."""
    session.add(seat)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("class_full", FULL) from error
