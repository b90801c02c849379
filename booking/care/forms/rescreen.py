"""Answers given once more, and what follows where they mean stop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.appointments.actions.cancel import Cancelling
from booking.appointments.changes.waivers import assess_leaving
from booking.appointments.models import Appointment
from booking.screening.rules.door import ABOUT_TODAY
from booking.screening.rules.outcome import Submission
from marketplace.db import db
from marketplace.webkit.reading import Fields

# What is never filled in from earlier answers: it is about today.
ANEW = ABOUT_TODAY


def marks_of(answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Areas ticked in the list count as marks for the question they answer."""
    return [{"region": region, "for": code} for code, value in answers.items() if isinstance(value, list) for region in value]


def read_submission(body: dict[str, Any]) -> Submission:
    """The body of `POST /appointments/{id}/screening`."""
    fields = Fields(body)
    sent = Submission(fields.table("answers"), fields.raw("region_marks", []), fields.raw("concerns", []))
    fields.finish()
    return sent


def cancel_if_free(visit: Appointment, now: datetime) -> Cancelling | None:
    """How a visit that must not be is called off for its client at no cost; None where that would cost something: then they decide."""
    db.session.rollback()
    fresh = db.session.get_one(Appointment, visit.id, populate_existing=True)
    verdict = assess_leaving(db.session(), fresh, "client", now)
    return Cancelling(0) if verdict.allowed and verdict.fee_cents == 0 else None
