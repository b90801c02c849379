"""Whom to ask about their health once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CONFIRMED
from booking.screening.models import Screening
from marketplace.accounts.models import Person
from marketplace.outbox.models import Letter
from providers.services.rules.calls import PHONE

RECHECK = "visit_recheck"
A_DAY = timedelta(days=1)


def visits_to_recheck(session: Session, now: datetime) -> Sequence[str]:
    """Public ids of confirmed visits within a day whose client has not answered since the day before it, and was not asked yet."""
    answered = exists().where(Screening.person_id == Appointment.person_id, Screening.created_at > now - A_DAY)
    asked = exists().where(Letter.about == Appointment.public_id, Letter.kind == RECHECK)
    wanted = select(Appointment.public_id).join(Person, Person.id == Appointment.person_id).where(
        Appointment.status == CONFIRMED, Appointment.starts_at > now, Appointment.starts_at <= now + A_DAY, Appointment.setting != PHONE,
        Person.email.is_not(None), ~answered, ~asked,
    )  # fmt: skip
    return session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)).all()
