"""Saying that a therapist was late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.money import let_go
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CLIENT, COMPLETED, PROVIDER
from booking.reliability.catalogue import figures_on
from booking.reliability.changes import judge_provider, write_said
from booking.reliability.models import VisitLateness
from booking.reliability.queries import facts_of, list_said, price_back, said_of
from booking.reliability.rules.lateness import assess_given, assess_saying
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute

LATENESS = "lateness"
SHORTENED = "The visit began late and was shortened."
SAID_ALREADY = "You have said this already. What was said stays as it is."


@dataclass(frozen=True)
class Saying:
    """Minutes after the agreed start (0: on time), and, once the visit is over, how many minutes were given."""

    minutes: int
    given_minutes: int | None = None


def say_late(public_id: str, wanted: Saying, doer: Doer, base_url: str, now: datetime) -> Booked:
    """One side says how late a visit began, once; how many minutes were given may be added later. The other side is told.

    What comes off the price follows from the therapist's own words alone; what a client says is kept beside them and counts for the
    record. The caller has made sure that the visit is theirs. Raises NotFound, Conflict `wrong_state`, `too_early`, `too_late`,
    `not_over` or `said_already`, Refused `invalid`.
    """
    side = PROVIDER if doer.part == PROVIDER else CLIENT
    figures = figures_on(local_day(to_minute(now)))
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit, said = booked.appointment, list_said(session, booked.appointment.id)
        facts = facts_of(visit)
        verdict = assess_saying(facts, side, said_of(said.get(CLIENT)), figures, now)
        if not verdict.allowed:
            raise Conflict(verdict.code, verdict.sentence)
        if wanted.given_minutes is not None:
            _check_given(assess_given(facts, side, wanted.given_minutes, now))
        there = said.get(side)
        if there is not None and not _adds_to(there, wanted):
            raise Conflict("said_already", SAID_ALREADY)
        row = _put(session, there or _begin(visit, side, wanted, doer, now), wanted, now)
        if side == PROVIDER and row.given_minutes is not None and visit.status == COMPLETED:
            row.back_cents = _give_back(session, visit, row.given_minutes, doer, now)
        told = {"side": side, "minutes": row.minutes, "given_minutes": row.given_minutes, "back_cents": row.back_cents}
        write_history(session, visit, LATENESS, doer, now, told)
        until = assess_saying(facts, PROVIDER, said_of(row) if side == CLIENT else None, figures, now).until_at
        write_said(session, booked, row, until, base_url, now)
        judge_provider(session, visit.provider_id, base_url, now)
        return booked


def _check_given(fault: str | None) -> None:
    if fault == "not_over":
        raise Conflict("not_over", "Say how many minutes were given once the visit is over and marked as done.")
    if fault is not None:
        raise Refused("invalid", fault, faults=[FieldFault("given_minutes", fault)])


def _begin(visit: Appointment, side: str, wanted: Saying, doer: Doer, now: datetime) -> VisitLateness:
    return VisitLateness(appointment_id=visit.id, side=side, minutes=wanted.minutes, said_by=doer.name, said_at=now, back_cents=0)


def _adds_to(there: VisitLateness, wanted: Saying) -> bool:
    """Whether somebody who has spoken only adds the minutes given, which they left out then."""
    return there.minutes == wanted.minutes and there.given_minutes is None and wanted.given_minutes is not None


def _put(session: Session, row: VisitLateness, wanted: Saying, now: datetime) -> VisitLateness:
    if wanted.given_minutes is not None:
        row.given_minutes, row.given_at = wanted.given_minutes, now
    session.add(row)
    session.flush()
    return row


def _give_back(session: Session, visit: Appointment, given_minutes: int, doer: Doer, now: datetime) -> int:
    """Let go of what was not given, and let card money follow; gives the cents."""
    cents = price_back(session, visit, given_minutes)
    if cents > 0:
        let_go(session, visit, cents, SHORTENED, doer, now)
        close_cards(session, visit, doer, now, charge=False)
    return cents
