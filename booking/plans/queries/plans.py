"""Plans as they are read: whole, with their versions, what was decided, and the visits that are of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.plans.models import CarePause, CarePlan, CarePlanStep, CarePlanVersion, PlanPolicy
from booking.plans.rules.course import PlanVisit, Progress, next_review, numbers, progress, review_due, state_of
from booking.plans.rules.written import Goal, goals_of
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE

MISSING = "There is no such plan here."


@dataclass(frozen=True)
class Whole:
    """A plan with its two sides, the visit at which it began, its versions (newest first), its steps in order, and their visits.

    `paused` says that the coming visits of the two are paused.
    """

    plan: CarePlan
    provider: Provider
    person: Person
    base: Appointment
    versions: tuple[CarePlanVersion, ...]
    steps: tuple[CarePlanStep, ...]
    visits: tuple[PlanVisit, ...]
    paused: bool

    @property
    def newest(self) -> CarePlanVersion:
        """What was written last."""
        return self.versions[0]

    @property
    def accepted(self) -> frozenset[int]:
        """The numbers of the versions that the client has said yes to."""
        return frozenset(step.number for step in self.steps if step.kind == "accepted")

    @property
    def in_force(self) -> CarePlanVersion | None:
        """The last version with the client's yes; None before the first."""
        return next((one for one in self.versions if one.number in self.accepted), None)

    @property
    def current(self) -> CarePlanVersion:
        """What counts: the version in force, or what was offered."""
        return self.in_force or self.newest

    @property
    def state(self) -> str:
        """Where it stands."""
        return state_of(ended=self.plan.ended_at is not None, paused=self.paused, accepted=self.accepted, newest=self.newest.number)

    @property
    def began_on(self) -> date:
        """The New York day of the visit at which it was first written."""
        return local_day(to_minute(self.base.starts_at))

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Which visit of the plan each visit is, by id."""
        return dict(numbers(self.visits, self.base.starts_at, self.plan.ended_at))

    @cached_property
    def progress(self) -> Progress:
        """How far it has come."""
        return progress(self.visits, self.numbers, self.current.visits)

    @property
    def seen(self) -> int:
        """How many visits had been done when one looked last whether it helps: at a decision, or a version written anew."""
        looked = [step.done for step in self.steps if step.kind == "went_on"]
        return max([0, *looked, *(one.done for one in self.versions)])

    @property
    def review_due(self) -> bool:
        """Whether the therapist has to look now."""
        going = self.plan.ended_at is None and not self.paused
        return going and review_due(self.progress.done, self.seen, review_after=self.current.review_after, of=self.current.visits)

    @property
    def next_review(self) -> int:
        """After which visit one looks again."""
        return next_review(self.seen, review_after=self.current.review_after, of=self.current.visits)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals of what counts."""
        return goals_of(self.current.content)


def list_plans(session: Session, condition: ColumnElement[bool]) -> list[Whole]:
    """Plans, those that are open first, then the newest first; in a fixed number of statements."""
    found = session.execute(_rows().where(condition).order_by(CarePlan.ended_at.is_not(None), CarePlan.begun_at.desc(), CarePlan.id.desc()))
    return _whole(session, found.all())


def get_plan(session: Session, public_id: str, condition: ColumnElement[bool]) -> Whole:
    """One plan among those that meet a condition. Raises NotFound."""
    found = list_plans(session, (CarePlan.public_id == public_id) & condition)
    if not found:
        raise NotFound("not_found", MISSING)
    return found[0]


def find_plan(session: Session, provider_id: int, person_id: int) -> Whole | None:
    """The plan of two people: the open one, or the one that ended last."""
    found = list_plans(session, (CarePlan.provider_id == provider_id) & (CarePlan.person_id == person_id))
    return found[0] if found else None


def _rows() -> Any:
    return (
        select(CarePlan, Provider, Person, Appointment)
        .join(Provider, Provider.id == CarePlan.provider_id)
        .join(Person, Person.id == CarePlan.person_id)
        .join(Appointment, Appointment.id == CarePlan.appointment_id)
    )


def _whole(session: Session, rows: Sequence[Any]) -> list[Whole]:
    ids = [row[0].id for row in rows]
    versions: dict[int, list[CarePlanVersion]] = defaultdict(list)
    steps: dict[int, list[CarePlanStep]] = defaultdict(list)
    for version in session.scalars(select(CarePlanVersion).where(CarePlanVersion.plan_id.in_(ids)).order_by(CarePlanVersion.number.desc())):
        versions[version.plan_id].append(version)
    for step in session.scalars(select(CarePlanStep).where(CarePlanStep.plan_id.in_(ids)).order_by(CarePlanStep.id)):
        steps[step.plan_id].append(step)
    visits, paused = _visits(session, ids), _paused(session, ids)
    return [
        Whole(
            row[0], row[1], row[2], row[3], tuple(versions[row[0].id]), tuple(steps[row[0].id]), tuple(visits[row[0].id]),
            paused=row[0].id in paused,
        )
        for row in rows
    ]  # fmt: skip


def _paused(session: Session, plan_ids: Collection[int]) -> set[int]:
    same = (CarePause.provider_id == CarePlan.provider_id) & (CarePause.person_id == CarePlan.person_id)
    open_now = (CarePlan.ended_at.is_(None), CarePause.ended_at.is_(None), CarePlan.id.in_(plan_ids))
    return set(session.scalars(select(CarePlan.id).join(CarePause, same).where(*open_now)))


def _visits(session: Session, plan_ids: Collection[int]) -> dict[int, list[PlanVisit]]:
    same = (Appointment.provider_id == CarePlan.provider_id) & (Appointment.person_id == CarePlan.person_id)
    wanted = select(CarePlan.id, Appointment.id, Appointment.starts_at, Appointment.status).join(Appointment, same)
    found: dict[int, list[PlanVisit]] = defaultdict(list)
    for row in session.execute(wanted.where(CarePlan.id.in_(plan_ids), Appointment.setting != PHONE)):
        found[row[0]].append(PlanVisit(row[1], row[2], row[3]))
    return found


def services_by_plan(session: Session, provider_id: int) -> tuple[str, ...]:
    """The services of which a therapist gives several visits by plan alone; none until they say so."""
    newest = select(PlanPolicy.services).where(PlanPolicy.provider_id == provider_id).order_by(PlanPolicy.id.desc()).limit(1)
    return tuple(session.scalar(newest) or ())


def has_accepted(session: Session, provider_id: int, person_id: int) -> bool:
    """Whether two people have an open plan with the client's yes."""
    yes = select(CarePlanStep.id).join(CarePlan, CarePlan.id == CarePlanStep.plan_id).where(CarePlanStep.kind == "accepted")
    theirs = yes.where(CarePlan.provider_id == provider_id, CarePlan.person_id == person_id)
    return session.scalar(theirs.where(CarePlan.ended_at.is_(None)).limit(1)) is not None


def plan_findings(session: Session) -> Iterator[str]:
    """Plans without a version, plans about somebody else than the visit they began at, and what was decided about no version there is."""
    strayed = select(CarePlan.public_id).join(Appointment, Appointment.id == CarePlan.appointment_id)
    others = session.scalars(strayed.where(Appointment.person_id != CarePlan.person_id).order_by(CarePlan.id))
    yield from (f"plan {public_id} began at a visit of somebody else" for public_id in others)
    versions = select(CarePlanVersion.plan_id, func.max(CarePlanVersion.number).label("last")).group_by(CarePlanVersion.plan_id).subquery()
    counted = select(CarePlan.public_id, versions.c.last).outerjoin(versions, versions.c.plan_id == CarePlan.id)
    yield from (f"plan {row[0]} says nothing" for row in session.execute(counted.where(versions.c.last.is_(None)).order_by(CarePlan.id)))
    decided = select(CarePlan.public_id, CarePlanStep.number).join(CarePlanStep, CarePlanStep.plan_id == CarePlan.id)
    ahead = decided.join(versions, versions.c.plan_id == CarePlan.id).where(CarePlanStep.number > versions.c.last)
    for public_id, number in session.execute(ahead.order_by(CarePlanStep.id)):
        yield f"plan {public_id} was decided about in version {number}, which there is not"
