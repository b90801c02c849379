"""What a letter can be drawn from: for each part one small function that gives its text, empty where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import COMPLETED, CONFIRMED
from booking.homecare.queries import load_programs
from booking.homecare.rules.programs import still_to_do
from booking.notes.queries import find_before
from booking.outcomes.queries import load_outcomes
from booking.outcomes.rules.showing import sheets
from booking.plans.queries.plans import find_plan
from booking.sharing.rules.letters import note_words, outcome_words, plan_words, program_words, visit_words
from booking.sharing.rules.releases import HOME_PROGRAM, NOTES, OUTCOMES, PLAN, VISITS
from marketplace.kernel.walltime import local_day, to_minute
from providers.services.catalogue import techniques
from providers.services.rules.calls import PHONE

OVERALL = MappingProxyType(
    {
        30: "very much better", 20: "much better", 10: "a little better", 0: "no change", -10: "a little worse", -20: "much worse",
        -30: "very much worse",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """The client and the provider a letter is between, and the day it is drawn up on."""

    person_id: int
    provider_id: int
    now: datetime

    @property
    def today(self) -> date:
        """New York's."""
        return local_day(to_minute(self.now))


def texts_of(session: Session, pair: Pair) -> dict[str, str]:
    """The text of each part that has one, by code."""
    return {code: text for code, collect in _COLLECTORS.items() if (text := collect(session, pair))}


def _visits(session: Session, pair: Pair) -> str:
    rows = session.execute(
        select(Appointment.starts_at, Appointment.status).where(
            Appointment.person_id == pair.person_id, Appointment.provider_id == pair.provider_id, Appointment.setting != PHONE,
            Appointment.status.in_((COMPLETED, CONFIRMED)),
        )
    ).all()  # fmt: skip
    done = [local_day(to_minute(row.starts_at)) for row in rows if row.status == COMPLETED]
    coming = [row.starts_at for row in rows if row.status == CONFIRMED and row.starts_at > pair.now]
    return visit_words(done, local_day(to_minute(min(coming))) if coming else None)


def _plan(session: Session, pair: Pair) -> str:
    """The plan that is open between the two, as the client said yes to it last, or as it was offered."""
    found = find_plan(session, pair.provider_id, pair.person_id)
    if found is None or found.plan.ended_at is not None:
        return ""
    return plan_words(found.goals, found.current.visits, found.current.every_days, found.current.content["home"])


def _outcomes(session: Session, pair: Pair) -> str:
    return outcome_words(sheets([one.taken for one in load_outcomes(session, pair.person_id)]), OVERALL)


def _home_program(session: Session, pair: Pair) -> str:
    own = select(Appointment.public_id).where(Appointment.person_id == pair.person_id, Appointment.provider_id == pair.provider_id)
    mine = set(session.scalars(own))
    newest = next((one for one in load_programs(session, pair.person_id) if one.appointment in mine), None)
    return program_words(still_to_do(newest.program, pair.today)) if newest else ""


def _notes(session: Session, pair: Pair) -> str:
    newest = find_before(session, pair.person_id, pair.provider_id, pair.now)
    if newest is None:
        return ""
    names = {code: one.name for code, one in techniques().items()}
    return note_words(local_day(to_minute(newest.starts_at)), newest.kept.note, names)


_COLLECTORS: Mapping[str, Callable[[Session, Pair], str]] = MappingProxyType(
    {VISITS: _visits, PLAN: _plan, OUTCOMES: _outcomes, NOTES: _notes, HOME_PROGRAM: _home_program}
)
