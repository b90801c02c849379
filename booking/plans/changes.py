"""What verbs do about plans inside the caller's transaction, and what plans say no to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.outcomes.queries import load_outcomes
from booking.plans.models import CarePlanStep
from booking.plans.queries.pauses import paused_visits
from booking.plans.queries.plans import Whole, get_plan, has_accepted, services_by_plan
from booking.plans.rules.judging import GoalSeen, judge
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.kernel.errors import Refused
from marketplace.outbox.changes import enqueue_letter
from providers.registry.changes import lock_provider

PLAN_NEEDED = (
    "This therapist gives several visits of this service by plan alone: have a first visit, agree upon the plan together, and accept it. "
    "A single visit can be booked at any time."
)


def lock_plan(session: Session, public_id: str, condition: ColumnElement[bool]) -> Whole:
    """A plan as it is now, with its therapist's time locked, as everything about their visits is. Raises NotFound."""
    found = get_plan(session, public_id, condition)
    lock_provider(session, found.plan.provider_id)
    session.refresh(found.plan)
    return get_plan(session, public_id, condition)


def add_step(session: Session, whole: Whole, kind: str, by: str, now: datetime, content: Mapping[str, Any] | None = None) -> None:
    """Write down what was decided; the audit hears that it was, without a word of why."""
    number, done = whole.current.number if kind != "accepted" else whole.newest.number, whole.progress.done
    session.add(CarePlanStep(plan_id=whole.plan.id, kind=kind, number=number, done=done, by=by, at=now, content=content))
    session.flush()
    audit.record(session, audit.Deed(now, by, f"plan.{kind}", "care_plan", whole.plan.public_id, {"version": number, "done": done}))


def look_at_goals(session: Session, whole: Whole) -> tuple[GoalSeen, ...]:
    """The goals that count, each with what was measured since the plan began."""
    return judge(whole.goals, [one.taken for one in load_outcomes(session, whole.person.id)], whole.began_on)


@dataclass(frozen=True)
class Told:
    """A letter: its kind, what it tells of (once for each), to whom, and the therapist's name."""

    kind: str
    about: str
    person: Person
    provider: str


def tell_client(session: Session, told: Told, base_url: str, now: datetime) -> None:
    """A letter that says nothing of anybody's health."""
    person, key = told.person, f"{told.kind}:{told.about}"
    if person.email is not None:
        link = f"{base_url}/plans" if person.account_id is not None else f"{base_url}/appointments"
        facts = {"name": person.name, "provider": told.provider, "link": link}
        enqueue_letter(session, key=key, kind=told.kind, recipient=person.email, facts=facts, now=now, about=told.about)


def needs_plan(session: Session, provider_id: int, person_id: int, service_code: str) -> None:
    """Raise Refused `plan_needed` for several visits of a service by plan, where the two have no plan with the client's yes."""
    if service_code in services_by_plan(session, provider_id) and not has_accepted(session, provider_id, person_id):
        raise Refused("plan_needed", PLAN_NEEDED)


def find_paused(session: Session, visits: Collection[Appointment]) -> set[int]:
    """Which of these visits are paused."""
    return paused_visits(session, visits)
