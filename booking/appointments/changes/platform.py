"""Visits and the platform's fee: agreed when a visit is booked, taken once it was had or its client is at fault."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment
from booking.appointments.rules.states import CANCELLED, EXPIRED
from booking.fees.changes import Billed, agree_fee, take_fee
from marketplace.accounts.models import Person
from providers.services.rules.calls import PHONE


def agree_platform_fee(session: Session, visit: Appointment, now: datetime) -> None:
    """Keep what is taken of a visit that is being booked; a call is free for everybody."""
    if visit.setting != PHONE:
        session.flush()
        agree_fee(session, _billed(visit), now, first=_is_first(session, visit))


def take_platform_fee(session: Session, visit: Appointment, by: str, now: datetime) -> None:
    """The visit was had, or a fee is owed for leaving it late or missing it: what was agreed is owed, once."""
    take_fee(session, _billed(visit), by, now)


def _is_first(session: Session, visit: Appointment) -> bool:
    """Whether the client has had, owes for, or has still before them no other visit with this provider.

    One confirmed e-mail address is one client, with an account or as a guest.
    """
    me, them = aliased(Person), aliased(Person)
    same = and_(me.email_confirmed_at.is_not(None), them.email_confirmed_at.is_not(None), me.email == them.email)
    other = (
        select(Appointment.id)
        .join(them, them.id == Appointment.person_id)
        .join(me, me.id == visit.person_id)
        .where(Appointment.provider_id == visit.provider_id, or_(them.id == me.id, same))
        .where(Appointment.id != visit.id, Appointment.setting != PHONE, Appointment.status != EXPIRED)
        .where((Appointment.status != CANCELLED) | (Appointment.fee_cents > 0))
    )
    return session.scalar(other.limit(1)) is None


def _billed(visit: Appointment) -> Billed:
    return Billed(visit.id, visit.public_id, visit.provider_id, visit.person_id, visit.total_cents)
