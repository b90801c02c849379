"""The therapist has asked at the door; who did and when stays with the visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment, verdict_facts
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CHECK_IN, assess_step
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.queries import find_newest
from booking.screening.rules.door import DoorCheck, answers_at_door, door_faults
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from providers.services.rules.calls import PHONE

DOOR_CHECKED = "door_checked"


@dataclass(frozen=True)
class Asked:
    """The visit, and, where something is new, all answers as they are now; they are to be kept by the verb for new answers."""

    booked: Booked
    answers: dict[str, object] | None


def check_door(public_id: str, check: DoorCheck, doer: Doer, now: datetime) -> Asked:
    """Record that every group was asked at the door of a confirmed visit, from when check-in is open on. Nothing of an answer is recorded.

    Raises NotFound, Refused `invalid` naming each group left out or `screening_needed` (something is new, and the answers that hold are
    too old to build on: the client answers anew), Conflict `wrong_state` or `too_early`.
    """
    form = catalogue.form()
    if faults := door_faults(check, form):
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
        told = {"groups": len(set(check.asked)), "form_version": form.version, "rules_version": catalogue.rules_version()}
        write_history(session, visit, DOOR_CHECKED, doer, now, told)
        return Asked(booked, _now(newest, check) if newest is not None else None)


def _now(newest: Screening, check: DoorCheck) -> dict[str, object]:
    return answers_at_door(catalogue.form(), newest.answers["answers"], check.new)
