"""A class on its day: who came, who did not, and that somebody has paid."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.history import Doer
from booking.classes.changes.letters import withdraw_reminders
from booking.classes.changes.locking import lapsed, lock_seat, note_seat
from booking.classes.changes.money import write_money
from booking.classes.queries import Seated
from booking.classes.rules import money
from booking.classes.rules.leaving import assess_absence
from booking.classes.rules.seats import BOOKED, CAME, HELD, NO_SHOW, why_not_came
from booking.guardians.changes import refuse_unguarded
from booking.ledger.rules.entries import NO_SHOW as NO_SHOW_FEE
from booking.quotes.rules.agreed import agreed_from_dict
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict
from providers.profiles.queries import get_facts


def check_in_seat(public_id: str, doer: Doer, now: datetime) -> Seated:
    """Somebody is here: from now on they owe the price of their seat. Raises NotFound, Conflict `wrong_state` or `too_early`."""
    with transaction() as session:
        seated = lock_seat(session, public_id)
        seat, lesson = seated.seat, seated.lesson
        refusal = why_not_came(seat.state, lesson.starts_at, now)
        if refusal is not None:
            raise Conflict(refusal.code, refusal.sentence)
        refuse_unguarded(session, seat.person_id, lesson.starts_at)
        seat.state = CAME
        write_money(session, seat, lesson.provider_id, money.charge(seat.public_id, seat.total_cents), doer, now)
        withdraw_reminders(session, seated, now)
        note_seat(session, seat, "came", doer, now, total_cents=seat.total_cents)
        return seated


def mark_absent(public_id: str, doer: Doer, now: datetime) -> Seated:
    """Somebody did not come: the agreed fee is due. Raises NotFound, Conflict `wrong_state` or `too_early`."""
    with transaction() as session:
        seated = lock_seat(session, public_id)
        seat, lesson = seated.seat, seated.lesson
        gone = lapsed(session, get_facts(session, lesson.provider_id), lesson)
        verdict = assess_absence(agreed_from_dict(seat.terms), seat.state, now=now, lapsed=gone, moved=seat.moved_at is not None)
        if not verdict.allowed:
            raise Conflict(verdict.reason, verdict.sentence)
        seat.state = NO_SHOW
        write_money(session, seat, lesson.provider_id, money.fee(seat.public_id, NO_SHOW_FEE, verdict.fee_cents), doer, now)
        withdraw_reminders(session, seated, now)
        note_seat(session, seat, "no_show", doer, now, fee_cents=verdict.fee_cents)
        return seated


def take_payment(public_id: str, how: str, doer: Doer, now: datetime) -> Seated:
    """What is due was given to the therapist, all at once. Raises NotFound, Conflict `nothing_due`, Refused `unknown_way`.

    Before somebody has come nothing is owed, so nothing is taken.
    """
    with transaction() as session:
        seated = lock_seat(session, public_id)
        seat = seated.seat
        if seat.state in (HELD, BOOKED) or not seat.due_cents:
            raise Conflict("nothing_due", "Nothing is due for this seat.")
        cents = seat.due_cents
        write_money(session, seat, seated.lesson.provider_id, money.paid(seat.public_id, how, cents), doer, now)
        note_seat(session, seat, "paid", doer, now, cents=cents, how=how)
        return seated
