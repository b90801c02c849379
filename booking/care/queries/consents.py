"""What was agreed to for visits, and whom to ask again because the text has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, literal, or_, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.requests import HEALTH_DUE
from booking.appointments.rules.states import CHECKED_IN, CONFIRMED, REQUESTED
from booking.guardians.catalogue import house
from booking.guardians.models import CareAge
from booking.guardians.queries import birth_dates, find_birth_date
from booking.guardians.rules import day_of, grew_up_between
from booking.screening import catalogue
from booking.screening.models import Consent
from booking.screening.rules.consents import CURRENT, OUTDATED, consent_state
from marketplace.accounts.models import Person
from marketplace.outbox.models import Letter
from providers.services.rules.calls import PHONE

CONSENT_AGAIN = "consent_again"
A_WEEK = timedelta(days=7)
_OPEN = (REQUESTED, CONFIRMED, CHECKED_IN)


def letter_key(public_id: str, version: str) -> str:
    """The key of the one letter that asks about a visit for a version of the text."""
    return f"{CONSENT_AGAIN}:{version}:{public_id}"


def find_consent(session: Session, visit: Appointment) -> Consent | None:
    """What was agreed to for a visit."""
    return session.get(Consent, visit.consent_id) if visit.consent_id is not None else None


def is_asked(visit: Appointment) -> bool:
    """Whether a visit that is to come needs a consent at all: calls do not, and somebody brought along gives it with their answers."""
    return visit.status in _OPEN and visit.setting != PHONE and HEALTH_DUE not in visit.attention


def state_of(session: Session, visit: Appointment) -> str:
    """Whether a visit's consent is `current`, `outdated` or `missing`; `current` where none is asked for."""
    if not is_asked(visit):
        return CURRENT
    consent = find_consent(session, visit)
    if consent is not None and _of_a_minor(find_birth_date(session, visit.person_id), consent.accepted_at, visit.starts_at):
        return OUTDATED
    return consent_state(consent.version if consent is not None else None, catalogue.form().consent)


def _of_a_minor(born_on: date | None, accepted_at: datetime, day: datetime) -> bool:
    """Whether it was agreed to before the 18th birthday, which has come by that day: from then on people agree for themselves."""
    return born_on is not None and grew_up_between(born_on, day_of(accepted_at), day_of(day), house().age_limit)


def coming_with(session: Session, visit: Appointment, now: datetime) -> list[Appointment]:
    """The person's other visits to come with the same therapist whose consent is missing or out of date."""
    wanted = select(Appointment).where(
        Appointment.person_id == visit.person_id, Appointment.provider_id == visit.provider_id, Appointment.id != visit.id,
        Appointment.status.in_((REQUESTED, CONFIRMED)), Appointment.starts_at > now,
    )  # fmt: skip
    rows = session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id))
    return [row for row in rows if state_of(session, row) != CURRENT]


def visits_to_reconsent(session: Session, now: datetime) -> Sequence[str]:
    """Public ids of confirmed visits within a week whose consent is missing or not of today's text, and that no letter asked about yet."""
    version = catalogue.form().consent.version
    key = literal(letter_key("", version)) + Appointment.public_id
    wanted = (
        select(Appointment.public_id)
        .join(Person, Person.id == Appointment.person_id)
        .outerjoin(Consent, Consent.id == Appointment.consent_id)
        .where(Appointment.status == CONFIRMED, Appointment.starts_at > now, Appointment.starts_at <= now + A_WEEK)
        .where(Appointment.setting != PHONE, Person.email.is_not(None), or_(Consent.id.is_(None), Consent.version != version))
        .where(~exists().where(Letter.key == key))
    )
    return [*session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)), *_grown_up(session, now)]


def _grown_up(session: Session, now: datetime) -> list[str]:
    """The same of visits whose client has turned 18 since they agreed. Birth dates are sealed, so that no statement can choose by them."""
    key = literal(letter_key("", catalogue.form().consent.version)) + Appointment.public_id
    wanted = (
        select(Appointment, Consent.accepted_at)
        .join(Person, Person.id == Appointment.person_id)
        .join(CareAge, CareAge.person_id == Person.id)
        .join(Consent, Consent.id == Appointment.consent_id)
        .where(Appointment.status == CONFIRMED, Appointment.starts_at > now, Appointment.starts_at <= now + A_WEEK)
        .where(Appointment.setting != PHONE, Person.email.is_not(None), Consent.version == catalogue.form().consent.version)
        .where(~exists().where(Letter.key == key))
    )
    rows = session.execute(wanted.order_by(Appointment.starts_at, Appointment.id)).all()
    born = birth_dates(session, {visit.person_id for visit, _ in rows})
    return [visit.public_id for visit, accepted_at in rows if _of_a_minor(born.get(visit.person_id), accepted_at, now)]
