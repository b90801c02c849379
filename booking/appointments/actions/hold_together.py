"""Holding different visits for one checkout: all of them or none; taking one out, and giving all of them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish, make_hold
from booking.appointments.changes.pairing import find_couple
from booking.appointments.changes.together import check_held, check_room, lock_checkout, lock_providers
from booking.appointments.models import Basket, BasketVisit, Hold
from booking.appointments.queries import BasketHeld, find_basket_of_hold, find_series_of_hold, get_basket
from booking.appointments.rules.baskets import MOST_TOGETHER, Kept, basket_ends_at, basket_fault, joins_others
from booking.quotes.rules.agreed import instant_text
from marketplace import audit
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import to_minute
from providers.profiles.queries import find_provider_id, get_facts
from providers.schedule.changes import HOLD, release_claim, turn_claim
from providers.schedule.models import Claim

ALONE = "This time was kept for you by itself, for longer than others. Book it alone, and the other visit after it."
IN_SERIES = "Visits that were planned as a series are booked by themselves. Book them, and the other visit after them."
FOR_TWO = "Two visits side by side are booked by themselves. Book them, and the other visit after them."


@dataclass(frozen=True)
class BasketWanted:
    """Visits to hold together; `beside` is a hold (public id) whose checkout they join, with all that is in it."""

    visits: tuple[HoldWish, ...]
    beside: str | None = None


def hold_together(wanted: BasketWanted, person_id: int, doer: Doer, now: datetime) -> BasketHeld:
    """Keep all these visits for one checkout in one transaction, or none of them.

    A basket counts as one hold where a person's are counted, but has at most eight visits, and each counts in the share of its provider's
    week. All run out at the same second: ten minutes after the last was added, thirty after the first at the latest. Raises NotFound,
    Conflict `hold_expired`, `hold_used` or `wrong_state` for `beside`, Limited `too_many_holds`, Refused `invalid`, and Conflict
    `basket_clash` with every visit that cannot be held in `clashes`.
    """
    _check_shape(wanted)
    with transaction() as session:
        held = _lock_all(session, wanted, person_id, now)
        check_room(session, person_id, len(wanted.visits), wanted.visits[0].origin, now)
        ends_at = basket_ends_at(min((one.created_at for one in held), default=now), now)
        made = _hold_all(session, wanted.visits, held, _Taking(person_id, doer, now, ends_at))
        for hold in held:
            hold.expires_at = ends_at
            turn_claim(session, session.get_one(Claim, hold.claim_id), HOLD, expires_at=ends_at)
        return _keep_together(session, [*held, *made], made, person_id, doer, now)


def drop_basket(public_id: str, person_id: int, doer: Doer, now: datetime) -> None:
    """Give back everything that is held of a basket. Raises NotFound, and Conflict `wrong_state` once it is booked."""
    with transaction() as session:
        found = get_basket(session, public_id, person_id)
        if not found.holds:
            return
        locked = lock_checkout(session, found.holds[0].public_id, person_id)
        if any(hold.state == "booked" for hold in locked.together):
            raise Conflict("wrong_state", "These visits are booked. Each of them is moved or canceled by itself, by its own terms.")
        for hold in locked.together:
            if hold.state == "live":
                hold.state = "released"
                release_claim(session, session.get_one(Claim, hold.claim_id))
        audit.record(session, audit.Deed(now, doer.name, "basket.released", "basket", public_id))


def _check_shape(wanted: BasketWanted) -> None:
    least = 1 if wanted.beside else 2
    if not least <= len(wanted.visits) <= MOST_TOGETHER:
        sentence = f"In one checkout there are 2 to {MOST_TOGETHER} visits."
        raise Refused("invalid", sentence, faults=[FieldFault("visits", sentence)])


def _lock_all(session: Session, wanted: BasketWanted, person_id: int, now: datetime) -> Sequence[Hold]:
    """What is held already, live under its locks; the providers of the wished visits are locked with it."""
    ids = {find_provider_id(session, one.provider) for one in wanted.visits}
    if None in ids:
        raise NotFound("not_found", "There is no such provider.")
    providers = [one for one in ids if one is not None]
    if wanted.beside is None:
        wait_turn(session, f"checkouts of person {person_id}")
        lock_providers(session, providers)
        return ()
    locked = lock_checkout(session, wanted.beside, person_id, providers)
    for hold in locked.together:
        check_held(hold, session.get_one(Claim, hold.claim_id), now)
    if not all(joins_others(hold.created_at, hold.expires_at) for hold in locked.together):
        raise Conflict("wrong_state", ALONE)
    if find_series_of_hold(session, locked.hold.id) is not None:
        raise Conflict("wrong_state", IN_SERIES)
    if find_couple(session, locked.hold.id) is not None:
        raise Conflict("wrong_state", FOR_TWO)
    return locked.together


@dataclass(frozen=True)
class _Taking:
    """By whom visits are held, as of when, and until when."""

    person_id: int
    doer: Doer
    now: datetime
    ends_at: datetime


def _hold_all(session: Session, visits: Sequence[HoldWish], held: Sequence[Hold], taking: _Taking) -> list[Hold]:
    """Every visit is tried, each in a savepoint, so that all clashes are told at once."""
    made: list[Hold] = []
    kept = [_kept_of(session, hold) for hold in held]
    clashes: list[dict[str, object]] = []
    for number, one in enumerate(visits, 1):
        try:
            with session.begin_nested():
                hold = _hold_one(session, one, kept, taking)
        except (Conflict, Refused) as refusal:
            told = {"visit": number, "starts_at": instant_text(one.starts_at), "code": refusal.code, "detail": refusal.sentence}
            clashes.append(told)
        else:
            made.append(hold)
            kept.append(_kept_of(session, hold))
    if clashes:
        which = "One visit" if len(clashes) == 1 else f"{len(clashes)} visits"
        raise Conflict("basket_clash", f"{which} cannot be held, so nothing more is. {clashes[0]['detail']}", details={"clashes": clashes})
    return made


def _hold_one(session: Session, wish: HoldWish, kept: Sequence[Kept], taking: _Taking) -> Hold:
    """The first visit of all is counted among the holds a person may have; the further ones are bounded by the basket."""
    hold = make_hold(session, wish, taking.person_id, taking.doer, taking.now, expires_at=taking.ends_at, counted=not kept)
    fault = basket_fault(kept, _kept_of(session, hold))
    if fault is not None:
        raise Refused(fault.code, fault.sentence)
    return hold


def _kept_of(session: Session, hold: Hold) -> Kept:
    service = get_facts(session, hold.provider_id).service(hold.service_code)
    first = service is not None and service.first_visit_only
    return Kept(hold.provider_id, (to_minute(hold.starts_at), to_minute(hold.ends_at)), hold.setting, hold.zip, first)


def _keep_together(session: Session, holds: Sequence[Hold], made: Sequence[Hold], person_id: int, doer: Doer, now: datetime) -> BasketHeld:
    """Write down that these belong together, in the order in which they came."""
    found = find_basket_of_hold(session, holds[0].id)
    basket = found.basket if found else Basket(person_id=person_id, created_at=now)
    if found is None:
        session.add(basket)
        session.flush()
    new = {hold.id for hold in (made if found else holds)}
    session.add_all(BasketVisit(basket_id=basket.id, number=at, hold_id=hold.id) for at, hold in enumerate(holds, 1) if hold.id in new)
    session.flush()
    audit.record(session, audit.Deed(now, doer.name, "basket.held", "basket", basket.public_id, {"visits": len(holds)}))
    return get_basket(session, basket.public_id, person_id)
