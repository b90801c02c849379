"""A client tells, tells anew, or says that everything still stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.intake import catalogue
from booking.intake.models import IntakeVersion
from booking.intake.queries import KeptIntake, find_intake
from booking.intake.rules.keeping import why_asked
from booking.intake.rules.telling import Intake, intake_faults, intake_to_dict
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute


def tell(intake: Intake, person_id: int, actor: str, now: datetime) -> KeptIntake:
    """Keep a version of what a person tells. The same again while it stands is no new version.

    Raises Refused `invalid` naming every fault.
    """
    faults = intake_faults(intake, local_day(to_minute(now)).year)
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        person = _locked(session, person_id)
        before = find_intake(session, person_id)
        if before is not None and before.intake == intake and _why(before, now) is None:
            return before
        return _keep(session, person, intake, actor, now, "intake.told")


def still_right(person_id: int, actor: str, now: datetime) -> KeptIntake:
    """Everything still stands: the newest version counts anew from today, as an answer to today's form. Raises NotFound."""
    with transaction() as session:
        person = _locked(session, person_id)
        before = find_intake(session, person_id)
        if before is None:
            raise NotFound("not_found", "You have told nothing yet.")
        return before if _why(before, now) is None else _keep(session, person, before.intake, actor, now, "intake.confirmed")


def _locked(session: Session, person_id: int) -> Person:
    return session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()


def _why(kept: KeptIntake, now: datetime) -> str | None:
    return why_asked(kept.told, catalogue.form_version(), local_day(to_minute(now)))


def _keep(session: Session, person: Person, intake: Intake, actor: str, now: datetime, verb: str) -> KeptIntake:
    row = IntakeVersion(
        person_id=person.id, form_version=catalogue.form_version(), written_by=actor, written_at=now, content=intake_to_dict(intake)
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed(now, actor, verb, "person", person.public_id, {"version": row.public_id}))
    return KeptIntake(row.public_id, intake, row.form_version, now)
