"""The health questions once more, the day before a visit or at the door; and the letter that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.clearing import heed_answers
from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.care.changes import Asking, ask_by_letter
from booking.care.queries.rechecks import RECHECK, visits_to_recheck
from booking.screening.changes import Screened, keep_answers
from booking.screening.rules.outcome import Submission
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict
from providers.services.rules.calls import PHONE


@dataclass(frozen=True)
class Rescreened:
    """The answers as they were kept, what they lead to for this visit, and the visit."""

    screened: Screened
    left: str
    booked: Booked


def rescreen(public_id: str, sent: Submission, doer: Doer, now: datetime) -> Rescreened:
    """Answer anew for a visit that has not begun. What is new waives a fee, or asks for a clearance; a stop lets nobody begin it.

    Raises NotFound, Conflict `wrong_state`, Refused `invalid_answers`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if visit.status not in (REQUESTED, CONFIRMED) or visit.setting == PHONE or now >= visit.ends_at:
            raise Conflict("wrong_state", "The health questions of this visit are not asked any more.")
        screened = keep_answers(session, sent, visit.person_id, doer.name, now)
        return Rescreened(screened, heed_answers(session, booked, screened.screening, doer, now), booked)


def ask_again(now: datetime, base_url: str) -> int:
    """Ask by letter, once for each visit, from a day before on, whoever has not answered since; counts the letters."""
    return one_by_one("ask again", visits_to_recheck(db.session(), now), lambda public_id: _ask(public_id, base_url, now))


def _ask(public_id: str, base_url: str, now: datetime) -> None:
    with transaction() as session:
        ask_by_letter(session, public_id, Asking(RECHECK, f"{RECHECK}:{public_id}", "health"), base_url, now)
