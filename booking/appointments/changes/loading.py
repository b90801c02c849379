"""Appointments loaded to be changed: locked, judged from what was agreed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.fitting import misfits_of
from booking.appointments.changes.guarding import GUARDIAN_DUE, unguarded_ids
from booking.appointments.changes.pairing import find_couple, other_half
from booking.appointments.changes.pausing import paused_ids
from booking.appointments.models import Appointment
from booking.appointments.queries import MISSING, Booked, away_ids, clashing_ids, coming_visits, get_any, list_visits
from booking.appointments.rules.attention import OUTSIDE_CLASH, PROVIDER_AWAY, PROVIDER_LAPSED, PlannedVisit, lapse_of, signs
from booking.appointments.rules.cancellation import VisitFacts
from booking.appointments.rules.couples import BOTH_OR_NONE, called_off_by_house
from booking.appointments.rules.requests import ANSWER_DUE
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.openings.catalogue import house_rules
from booking.quotes.rules.agreed import agreed_from_dict
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import to_minute
from providers.profiles.queries import load_facts
from providers.registry.changes import lock_provider

# A visit under way or over took place with whoever came.
LAPSING = (REQUESTED, CONFIRMED)


def lock_appointment(session: Session, public_id: str) -> Booked:
    """An appointment with its provider's time locked, as it is now. Who may touch it was decided before. Raises NotFound.

    Of two visits side by side both providers are locked, the lower id first, since what becomes of one bears on the other.
    """
    return lock_appointments(session, [public_id])[0]


def lock_appointments(session: Session, public_ids: Sequence[str], also: Collection[int] = ()) -> list[Booked]:
    """Several appointments as `lock_appointment` locks one, and the time of more providers with them. Raises NotFound."""
    locked: set[int] = set()
    while not (wanted := set(also).union(*(_providers_of(session, one) for one in public_ids))) <= locked:
        for provider_id in sorted(wanted):  # again where one was handed over while we waited
            lock_provider(session, provider_id)
        locked = wanted
    return [get_any(session, one) for one in public_ids]


def _providers_of(session: Session, public_id: str) -> set[int]:
    row = session.execute(select(Appointment.provider_id, Appointment.hold_id).where(Appointment.public_id == public_id)).first()
    if row is None:
        raise NotFound("not_found", MISSING)
    couple = find_couple(session, row.hold_id) if row.hold_id is not None else None
    if couple is None:
        return {row.provider_id}
    both = select(Appointment.provider_id).where(Appointment.hold_id.in_([hold.id for hold in couple.holds]))
    return set(session.scalars(both))


def verdict_facts(session: Session, visit: Appointment) -> VisitFacts:
    """What the rules about leaving and moving need to know."""
    lapsed = bool(lapses(session, [visit]))
    due, other = ANSWER_DUE in visit.attention, other_half(session, visit)
    off = None if other is None else other.appointment
    return VisitFacts(
        agreed_from_dict(visit.terms), visit.status, visit.paid_cents, visit.free_moves_used, lapsed, due,
        two_due=off is not None and off.status == REQUESTED,
        left_alone=off is not None and called_off_by_house(off.status, off.cancelled_by) and off.cancel_reason != BOTH_OR_NONE,
        paused=bool(paused_ids(session, [visit])),
    )  # fmt: skip


def lapses(session: Session, visits: Iterable[Appointment]) -> dict[int, str]:
    """Those of the visits that still wait to take place for which their provider has no standing, by id with the reason's code.

    A fixed number of statements however many are asked about.
    """
    waiting = [visit for visit in visits if visit.status in LAPSING]
    if not waiting:
        return {}
    house = house_rules(session)
    known = {facts.id: facts for facts in load_facts(session, {visit.provider_id for visit in waiting})}
    found = {visit.id: lapse_of(_planned(visit), known[visit.provider_id], house) for visit in waiting}
    return {visit_id: reason for visit_id, reason in found.items() if reason is not None}


def lapsed_visits(session: Session, now: datetime, provider_ids: Collection[int] | None = None) -> list[Booked]:
    """Coming visits whose provider (one of these, or None for any) has no standing for them, the soonest first."""
    visits = coming_visits(session, now, provider_ids)
    lapsed = lapses(session, visits)
    return list_visits(session, [visit.id for visit in visits if visit.id in lapsed])


def _planned(visit: Appointment) -> PlannedVisit:
    return PlannedVisit(to_minute(visit.starts_at), to_minute(visit.ends_at), visit.setting, visit.service_code, visit.technique)


def attention_of(session: Session, visits: Sequence[Appointment], now: datetime, *, desk: bool = False) -> dict[int, list[str]]:
    """By id what a person must act on about each visit, as codes; a visit that has begun has lost nothing.

    `desk` is for the provider and the staff, who see too what no longer fits: it tells of other visits, so no client reads it.
    """
    coming = [visit for visit in visits if visit.starts_at >= now]
    lapsed = lapses(session, coming)
    clashing = clashing_ids(session, now, [visit.id for visit in coming if visit.status in LAPSING])
    away = away_ids(session, now, [visit.id for visit in coming if visit.status in LAPSING])
    alone = unguarded_ids(session, coming)
    unfit, paused = misfits_of(session, coming, now) if desk else {}, paused_ids(session, coming)
    return {
        visit.id: [
            *signs(
                visit.attention, lapsed=visit.id in lapsed, clashes=visit.id in clashing, away=visit.id in away, paused=visit.id in paused
            ),
            *unfit.get(visit.id, ()),
            *((GUARDIAN_DUE,) if visit.id in alone else ()),
        ]
        for visit in visits
    }


def visits_at_risk(session: Session, now: datetime) -> list[tuple[Booked, list[str]]]:
    """Coming visits whose provider has no standing for them, or is busy elsewhere meanwhile, with their signs; the soonest first."""
    visits = coming_visits(session, now)
    signed = attention_of(session, visits, now)
    risky = [visit.id for visit in visits if {PROVIDER_LAPSED, OUTSIDE_CLASH, PROVIDER_AWAY} & set(signed[visit.id])]
    return [(booked, signed[booked.appointment.id]) for booked in list_visits(session, risky)]


def clashing_visits(session: Session, now: datetime, provider_id: int) -> list[Booked]:
    """A provider's coming visits during which an outside calendar says that they are busy, the soonest first."""
    visits = coming_visits(session, now, [provider_id])
    return list_visits(session, sorted(clashing_ids(session, now, [visit.id for visit in visits])))
