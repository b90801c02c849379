"""What a therapist says of the questions at the door, on the page and in JSON; and what follows from something new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from booking.appointments.actions.cancel import Cancelling
from booking.appointments.actions.cancel import cancel as call_off
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.care.actions.check_door import Asked, check_door
from booking.care.actions.rescreen import rescreen
from booking.care.forms.rescreen import cancel_if_free, marks_of
from booking.guardians.models import Guardianship
from booking.guardians.queries import standing_of
from booking.guardians.rules import day_of
from booking.screening import catalogue
from booking.screening.rules.door import DoorCheck
from booking.screening.rules.outcome import STOP, Submission
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields


@dataclass(frozen=True)
class AtDoor:
    """What came of it: None where nothing was new, else what the answers lead to now; and whether the visit was called off for it."""

    left: str | None
    advice: str | None
    cancelled: bool


class DoorForm(FlaskForm):
    """Boxes of the page, read as they are: groups asked, and questions with a new yes."""

    def check(self) -> DoorCheck:
        """What was ticked."""
        return DoorCheck(tuple(request.form.getlist("asked")), tuple(request.form.getlist("new")))


def read_check(body: dict[str, Any]) -> DoorCheck:
    """`{asked: [group], new?: [question]}`."""
    fields = Fields(body)
    asked, new = fields.texts("asked"), fields.texts("new", [])
    fields.finish()
    return DoorCheck(tuple(asked or ()), tuple(new or ()))


def ask_at_door(public_id: str, check: DoorCheck, doer: Doer, base_url: str, now: datetime) -> AtDoor:
    """Record the check; keep what is new as answers of the client's; a stop that costs nothing calls the visit off on their behalf."""
    asked: Asked = check_door(public_id, check, doer, now)
    if asked.answers is None:
        return AtDoor(None, None, cancelled=False)
    made = rescreen(public_id, Submission(asked.answers, marks_of(asked.answers)), doer, now)
    wanted: Cancelling | None = cancel_if_free(made.booked.appointment, now) if made.left == STOP else None
    if wanted is not None:
        # By the client's own answers, so by the terms of the client's side: their therapist owes nobody anything for it.
        call_off(public_id, wanted, Doer("client", doer.name), base_url, now)
    return AtDoor(made.left, made.screened.outcome.advice, cancelled=wanted is not None)


def needs_guardian(visit: Appointment) -> bool:
    """Whether somebody under 18 comes, and a guardian with them."""
    return standing_of(db.session(), visit.person_id, day_of(visit.starts_at)).needed


def guardian_answer(row: Guardianship | None, *, needed: bool) -> dict[str, Any]:
    """Who agreed for a visit and has to be in the room, for its therapist."""
    agreed = None if row is None or row.answered_at is None else rfc3339(row.answered_at)
    named = {"name": row.name, "relation": row.relation, "phone": row.phone} if row is not None else None
    return {"needed": needed, "guardian": named, "agreed_at": agreed, "version": row.text_version if row is not None else None}


def door_answer(found: AtDoor, now: datetime) -> dict[str, Any]:
    """A check at the door, for programs."""
    versions = {"form_version": catalogue.form().version, "rules_version": catalogue.rules_version()}
    return {"checked_at": rfc3339(now), **versions, "outcome": found.left, "advice": found.advice, "cancelled": found.cancelled}
