"""Pauses, and the visits that they keep from taking place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.plans.models import CarePause
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE

_SAME = (Appointment.provider_id == CarePause.provider_id) & (Appointment.person_id == CarePause.person_id)

_WAITING = (Appointment.status.in_((REQUESTED, CONFIRMED))) & (Appointment.setting != PHONE)


@dataclass(frozen=True)
class Paused:
    """A pause with its two sides."""

    pause: CarePause
    provider: Provider
    person: Person


def list_pauses(session: Session, condition: ColumnElement[bool]) -> list[Paused]:
    """Pauses that meet a condition, the newest first."""
    found = (
        select(CarePause, Provider, Person)
        .join(Provider, Provider.id == CarePause.provider_id)
        .join(Person, Person.id == CarePause.person_id)
        .where(condition)
    )
    return [Paused(*row) for row in session.execute(found.order_by(CarePause.begun_at.desc(), CarePause.id.desc()))]


def get_pause(session: Session, public_id: str, provider_id: int) -> Paused:
    """A therapist's own pause. Raises NotFound."""
    found = list_pauses(session, (CarePause.public_id == public_id) & (CarePause.provider_id == provider_id))
    if not found:
        raise NotFound("not_found", "There is no such pause here.")
    return found[0]


def find_pause(session: Session, provider_id: int, person_id: int) -> Paused | None:
    """The open pause of two people."""
    found = list_pauses(session, (CarePause.provider_id == provider_id) & (CarePause.person_id == person_id) & CarePause.ended_at.is_(None))
    return found[0] if found else None


def paused_visits(session: Session, visits: Iterable[Appointment]) -> set[int]:
    """Which of these visits are paused: they wait, are no calls, and begin after the coming visits of their two people were paused."""
    ids = [one.id for one in visits if one.status in (REQUESTED, CONFIRMED) and one.setting != PHONE]
    return set(session.scalars(_kept(Appointment.id).where(Appointment.id.in_(ids)))) if ids else set()


def paused_of(session: Session, pause: CarePause) -> list[str]:
    """The visits that a pause keeps, by public id, the soonest first."""
    mine = _kept(Appointment.public_id).where(CarePause.id == pause.id)
    return list(session.scalars(mine.order_by(Appointment.starts_at, Appointment.id)))


def coming_of(session: Session, provider_id: int, person_id: int, now: datetime) -> list[str]:
    """The coming visits of two people that a pause would keep, by public id."""
    theirs = (Appointment.provider_id == provider_id) & (Appointment.person_id == person_id) & (Appointment.starts_at >= now)
    return list(session.scalars(select(Appointment.public_id).where(theirs, _WAITING)))


def paused_past(session: Session, now: datetime) -> list[str]:
    """Confirmed visits whose start has come while they are paused, by public id."""
    past = _kept(Appointment.public_id).where(Appointment.status == CONFIRMED, Appointment.starts_at <= now)
    return list(session.scalars(past.order_by(Appointment.starts_at, Appointment.id)))


def _kept(what: Any) -> Any:
    return select(what).join(CarePause, _SAME).where(_WAITING, CarePause.ended_at.is_(None), Appointment.starts_at >= CarePause.begun_at)
