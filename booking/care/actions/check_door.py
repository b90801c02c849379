"""The therapist has asked at the door; who did and when stays with the visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.guarding import ABSENT, AT_DOOR, DOOR_CHECKED
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment, verdict_facts
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CHECK_IN, assess_step
from booking.guardians.changes import refuse_unguarded
from booking.guardians.queries import find_guardian, standing_of
from booking.guardians.rules import day_of
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.queries import find_newest
from booking.screening.rules.door import DoorCheck, answers_at_door, door_faults
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from providers.services.rules.calls import PHONE


@dataclass(frozen=True)
class Asked:
    """The visit, and, where something is new, all answers as they are now; they are to be kept by the verb for new answers."""

    booked: Booked
    answers: dict[str, object] | None


def check_door(public_id: str, check: DoorCheck, doer: Doer, now: datetime) -> Asked:
    """Record that every group was asked at the door of a confirmed visit, from when check-in is open on. Nothing of an answer is recorded.

    Raises NotFound, Refused `invalid` naming each group left out or `screening_needed` (something is new, and the answers that hold are
    too old to build on: the client answers anew), Conflict `wrong_state` or `too_early`, for somebody under 18 `guardian_needed` or
    `guardian_absent` (the group `guardian` says that they are there).
    """
    form = catalogue.form()
    groups = replace(check, asked=tuple(code for code in check.asked if code != AT_DOOR))
    if faults := door_faults(groups, form):
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        late = verdict_facts(session, visit).agreed.terms.late_minutes
        step = assess_step(CHECK_IN, visit.status, doer.part, starts_at=visit.starts_at, late_minutes=late, now=now)
        if visit.setting == PHONE or not step.allowed:
            raise Conflict(step.code if not step.allowed else "wrong_state", step.sentence or "Nothing is asked before a call.")
        newest = find_newest(session, visit.person_id, now) if check.new else None
        if check.new and newest is None:
            raise Refused("screening_needed", "The answers are too old. Let the client answer the health questions anew on their phone.")
        told: dict[str, object] = {
            "groups": len(set(groups.asked)),
            "form_version": form.version,
            "rules_version": catalogue.rules_version(),
        }
        told |= _guardian_seen(session, visit, check)
        write_history(session, visit, DOOR_CHECKED, doer, now, told)
        return Asked(booked, _now(newest, check) if newest is not None else None)


def _guardian_seen(session: Session, visit: Appointment, check: DoorCheck) -> dict[str, object]:
    """That the guardian who has agreed is there, where one is needed; which one, without a name."""
    refuse_unguarded(session, visit.person_id, visit.starts_at)
    if not standing_of(session, visit.person_id, day_of(visit.starts_at)).needed:
        return {}
    guardian = find_guardian(session, visit.person_id)
    if guardian is None or AT_DOOR not in check.asked:
        raise Refused("guardian_absent", ABSENT, faults=[FieldFault("asked", ABSENT)])
    return {AT_DOOR: guardian.public_id}


def _now(newest: Screening, check: DoorCheck) -> dict[str, object]:
    return answers_at_door(catalogue.form(), newest.answers["answers"], check.new)
