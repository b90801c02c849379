"""Holding the visits of a series: all of them or none; and giving them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish, make_hold
from booking.appointments.models import Hold, Series, SeriesVisit
from booking.appointments.queries import SeriesHeld, get_series
from booking.appointments.rules.holding import hold_ends_at
from booking.appointments.rules.series import LEAST_EVERY, MOST_EVERY, series_fault
from booking.openings.rules.asking import Wish
from booking.packages.changes import check_several
from booking.quotes.rules.agreed import instant_text
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.profiles.queries import find_provider_id, get_facts
from providers.registry.changes import lock_provider
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


@dataclass(frozen=True)
class SeriesStart:
    """One visit: when it begins, and how long it is."""

    starts_at: datetime
    minutes: int


@dataclass(frozen=True)
class SeriesWanted:
    """Visits with one provider (slug), all of one service and setting. `origin` is a keyed hash of a guest's address."""

    provider: str
    service: str
    setting: str
    zip: str | None
    every_days: int
    visits: tuple[SeriesStart, ...]
    origin: str | None = None


def hold_series(wanted: SeriesWanted, person_id: int | None, doer: Doer, now: datetime) -> SeriesHeld:
    """Keep all visits for ten minutes in one transaction, or none of them.

    A series counts as one hold where holds are counted; what one person may hold of a practice's coming week bounds it too. Raises
    NotFound, Refused `invalid`, `not_bookable` or `plan_needed`, Limited `too_many_holds`, and Conflict `series_clash` with every visit
    that cannot be held in `clashes`.
    """
    _check_shape(wanted)
    with transaction() as session:
        provider_id = find_provider_id(session, wanted.provider)
        if provider_id is None:
            raise NotFound("not_found", "There is no such provider.")
        service = get_facts(session, provider_id).service(wanted.service)
        if service is not None and service.first_visit_only:
            raise Refused("not_bookable", "A service for a first visit is booked once, not as a series.")
        check_several(session, provider_id, person_id, wanted.service)
        holds = _hold_all(session, wanted, person_id, doer, now)
        series = Series(person_id=holds[0].person_id, provider_id=provider_id, every_days=wanted.every_days, created_at=now)
        session.add(series)
        session.flush()
        session.add_all(SeriesVisit(series_id=series.id, number=at, hold_id=hold.id) for at, hold in enumerate(holds, 1))
        audit.record(session, audit.Deed(now, doer.name, "series.held", "series", series.public_id, {"visits": len(holds)}))
        return SeriesHeld(series, wanted.provider, tuple(holds))


def release_series(public_id: str, person_id: int, doer: Doer, now: datetime) -> None:
    """Give back what is held of a series. Raises NotFound, and Conflict `wrong_state` once it is booked: then each visit stands alone."""
    with transaction() as session:
        held = get_series(session, public_id, person_id)
        lock_provider(session, held.series.provider_id)
        for hold in held.holds:
            session.refresh(hold, with_for_update=True)
        if any(hold.state == "booked" for hold in held.holds):
            raise Conflict("wrong_state", "These visits are booked. Each of them is moved or canceled by itself, by its own terms.")
        for hold in held.holds:
            if hold.state == "live":
                hold.state = "released"
                release_claim(session, session.get_one(Claim, hold.claim_id))
        audit.record(session, audit.Deed(now, doer.name, "series.released", "series", public_id))


def _check_shape(wanted: SeriesWanted) -> None:
    fault = series_fault([local_day(to_minute(one.starts_at)) for one in wanted.visits])
    if fault is not None:
        raise Refused("invalid", fault, faults=[FieldFault("visits", fault)])
    if not LEAST_EVERY <= wanted.every_days <= MOST_EVERY:
        sentence = f"Visits are {LEAST_EVERY} to {MOST_EVERY} days apart: your body needs days between, and so do others."
        raise Refused("invalid", sentence, faults=[FieldFault("every_days", sentence)])


def _hold_all(session: Session, wanted: SeriesWanted, person_id: int | None, doer: Doer, now: datetime) -> Sequence[Hold]:
    """Every visit is tried, each in a savepoint, so that all clashes are told at once."""
    holds: list[Hold] = []
    clashes: list[dict[str, object]] = []
    for number, one in enumerate(wanted.visits, 1):
        wish = Wish(wanted.service, one.minutes, wanted.setting, wanted.zip)
        start = HoldWish(wanted.provider, wish, one.starts_at, wanted.origin)
        try:
            with session.begin_nested():
                own = holds[0].person_id if holds else person_id
                holds.append(make_hold(session, start, own, doer, now, expires_at=hold_ends_at(now), counted=not holds))
        except (Conflict, Refused) as refusal:
            told = {"visit": number, "starts_at": instant_text(one.starts_at), "code": refusal.code, "detail": refusal.sentence}
            clashes.append(told)
    if clashes:
        dates = "One visit" if len(clashes) == 1 else f"{len(clashes)} visits"
        raise Conflict("series_clash", f"{dates} cannot be held, so nothing is. Choose other times for it.", details={"clashes": clashes})
    return holds
