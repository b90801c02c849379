"""Classes and seats locked, and who may be taught by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.rules.cancellation import Verdict
from booking.classes.models import ClassSeat, ClassSession
from booking.classes.queries import NO_CLASS, NO_SEAT, Seated, get_seat
from booking.classes.rules.leaving import assess_leaving
from booking.classes.rules.seats import EXPIRED, HELD, why_closed
from booking.openings.catalogue import house_rules
from booking.quotes.rules.agreed import agreed_from_dict
from marketplace import audit
from marketplace.kernel.errors import Conflict, NotFound, Refusal, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.standing import standing_on
from providers.profiles.queries import get_facts
from providers.profiles.rules import ProviderFacts
from providers.registry.changes import lock_provider
from providers.registry.models import Provider
from providers.registry.queries import has_active_account
from providers.registry.rules import LISTED

CLINIC = "clinic"
NO_STANDING = "A required credential is not in force on that day."


def lock_lesson(session: Session, condition: ColumnElement[bool]) -> ClassSession:
    """A class, locked: whoever wants a seat of it waits here, in order. Raises NotFound."""
    wanted = select(ClassSession).where(condition).with_for_update()
    lesson = session.scalar(wanted.execution_options(populate_existing=True))
    if lesson is None:
        raise NotFound("not_found", NO_CLASS)
    return lesson


def lock_own_to_come(session: Session, public_id: str, provider_id: int, now: datetime) -> ClassSession:
    """A therapist's class, their time and it locked. Raises NotFound, Conflict `wrong_state` once it has begun or is called off."""
    lock_provider(session, provider_id)
    lesson = lock_lesson(session, (ClassSession.public_id == public_id) & (ClassSession.provider_id == provider_id))
    closed = why_closed(lesson.state, lesson.starts_at, now)
    if closed is not None:
        raise Conflict("wrong_state", closed.sentence)
    return lesson


def lock_seat(session: Session, public_id: str) -> Seated:
    """A seat as it is now, its class locked. Who may touch it was decided before. Raises NotFound."""
    lesson_id = session.scalar(select(ClassSeat.session_id).where(ClassSeat.public_id == public_id))
    if lesson_id is None:
        raise NotFound("not_found", NO_SEAT)
    lock_lesson(session, ClassSession.id == lesson_id)
    return get_seat(session, public_id)


def end_run_out(session: Session, lesson_id: int, now: datetime) -> None:
    """Free the seats of a class whose holds have run out. The class is locked."""
    over = (ClassSeat.session_id == lesson_id, ClassSeat.state == HELD, ClassSeat.expires_at <= now)
    ended = update(ClassSeat).where(*over).values(state=EXPIRED, ended_at=now, changed_at=now)
    session.execute(ended.execution_options(synchronize_session="fetch"))


def check_open(session: Session, lesson: ClassSession, now: datetime) -> ProviderFacts:
    """Whether a seat of the class can be had now; gives whose class it is.

    Raises Conflict `class_called_off`, Refused `too_late`, `not_bookable` or `booking_paused`.
    """
    closed = why_closed(lesson.state, lesson.starts_at, now)
    if closed is not None:
        kind: Callable[[str, str], Refusal] = Conflict if closed.code == "class_called_off" else Refused
        raise kind(closed.code, closed.sentence)
    provider, facts = session.get_one(Provider, lesson.provider_id), get_facts(session, lesson.provider_id)
    if facts.state != LISTED or not has_active_account(session, provider):
        raise Refused("not_bookable", "This provider cannot be booked at present.")
    if facts.pause is not None:
        raise Refused("booking_paused", facts.pause)
    if lapsed(session, facts, lesson):
        raise Refused("not_bookable", NO_STANDING)
    return facts


def lapsed(session: Session, facts: ProviderFacts, lesson: ClassSession) -> bool:
    """Whether the therapist has no standing on a day of the class: what is asked for a visit at their place is asked here too."""
    policies = house_rules(session).policies
    days = {local_day(to_minute(lesson.starts_at)), local_day(to_minute(lesson.ends_at) - 1)}
    stands = (standing_on(day, facts.credentials, policies, {}, CLINIC, facts.profession).bookable for day in days)
    return facts.state != LISTED or not all(stands)


def note_seat(session: Session, seat: ClassSeat, verb: str, doer: Doer, now: datetime, **facts: object) -> None:
    """Put a deed on a seat into the audit: times and figures, no word of anybody's."""
    seat.changed_at = now
    session.flush()
    audit.record(session, audit.Deed(now, doer.name, f"seat.{verb}", "seat", seat.public_id, {"state": seat.state, **facts}))


def note_lesson(session: Session, lesson: ClassSession, verb: str, doer: Doer, now: datetime, **facts: object) -> None:
    """Put a deed on a class into the audit."""
    lesson.changed_at = now
    session.flush()
    audit.record(session, audit.Deed(now, doer.name, f"class.{verb}", "class", lesson.public_id, {"state": lesson.state, **facts}))


def judge_leaving(session: Session, seated: Seated, part: str, now: datetime, reason: str | None = None) -> Verdict:
    """What leaving a seat costs now: the page that shows the fee and the verb that charges it ask here."""
    gone = lapsed(session, get_facts(session, seated.lesson.provider_id), seated.lesson)
    agreed = agreed_from_dict(seated.seat.terms)
    return assess_leaving(
        agreed, seated.seat.state, actor=part, now=now, reason=reason, lapsed=gone, moved=seated.seat.moved_at is not None
    )
