"""Holding two visits side by side, for oneself and somebody who is brought along: both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish, make_hold
from booking.appointments.changes.pairing import BROUGHT, CoupleHeld, check_own_address
from booking.appointments.changes.together import lock_providers
from booking.appointments.models import Couple, Hold
from booking.openings.rules.pairs import in_one_place
from marketplace import audit
from marketplace.accounts.changes import add_guest
from marketplace.accounts.contacts import read_email
from marketplace.accounts.models import Person
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from providers.places.models import ProviderPlace
from providers.profiles.queries import find_provider_id, get_facts
from providers.profiles.rules import MOBILE
from providers.services.rules.calls import PHONE

LONGEST_NAME = 120
TWO_THERAPISTS = "Two people side by side need two therapists."
ONE_START = "Both visits begin at the same time, in one setting and place."
FIRST_VISITS = "A first visit's own service is booked by itself. Choose another service."
APART = "These two therapists work in different places at that time."


@dataclass(frozen=True)
class CoupleWanted:
    """The booker's visit, the other's, and who is brought along: a name and an address of their own."""

    own: HoldWish
    other: HoldWish
    name: str
    email: str


def hold_couple(wanted: CoupleWanted, person_id: int | None, doer: Doer, now: datetime) -> CoupleHeld:
    """Keep two starts for ten minutes, or neither. Without a person a guest is made together with the holds.

    They count as one hold where a person's are counted, and both in what one person may hold of a therapist's week. Raises NotFound,
    Limited, Refused `invalid`, `own_address`, or a rule's code, Conflict `slot_taken`; what one visit is refused for names it in `visit`.
    """
    email = _check(wanted)
    with transaction() as session:
        providers = [find_provider_id(session, one.provider) for one in (wanted.own, wanted.other)]
        ids = [one for one in providers if one is not None]
        if len(ids) < len(providers):
            raise NotFound("not_found", "There is no such provider.")
        if person_id is not None:
            wait_turn(session, f"checkouts of person {person_id}")
        lock_providers(session, ids)
        for provider_id, one in zip(ids, (wanted.own, wanted.other), strict=True):
            _check_service(session, provider_id, one)
        first = _hold(session, 1, wanted.own, person_id, doer, now)
        check_own_address(email, session.get_one(Person, first.person_id).email)
        second = _hold(session, 2, wanted.other, add_guest(session, now).id, doer, now, beside=first)
        _check_place(session, first, second)
        second.draft = {BROUGHT: {"name": wanted.name.strip(), "email": email}}
        couple = Couple(first_hold_id=first.id, second_hold_id=second.id, created_at=now)
        session.add(couple)
        session.flush()
        audit.record(session, audit.Deed(now, doer.name, "couple.held", "couple", couple.public_id))
        return CoupleHeld(couple, first, second)


def _check(wanted: CoupleWanted) -> str:
    """The other's address as it is kept. Raises Refused with every fault of shape."""
    own, other = wanted.own, wanted.other
    faults = []
    if own.provider == other.provider:
        faults.append(FieldFault("provider", TWO_THERAPISTS))
    when_and_where = [(one.starts_at, one.wish.setting, one.wish.zip) for one in (own, other)]
    if len(set(when_and_where)) > 1 or own.wish.setting == PHONE:
        faults.append(FieldFault("starts_at", ONE_START))
    if not 0 < len(wanted.name.strip()) <= LONGEST_NAME:
        faults.append(FieldFault("name", "Give the other person's name."))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    return read_email(wanted.email)


def _check_service(session: Session, provider_id: int, one: HoldWish) -> None:
    """Whoever is brought along is known to nobody yet, so what only a first visit may have is left to bookings for one."""
    service = get_facts(session, provider_id).service(one.wish.service)
    if service is not None and service.first_visit_only:
        raise Refused("not_bookable", FIRST_VISITS)


def _hold(
    session: Session, number: int, wish: HoldWish, person_id: int | None, doer: Doer, now: datetime, *, beside: Hold | None = None
) -> Hold:
    try:
        return make_hold(session, wish, person_id, doer, now, counted=beside is None, beside=beside)
    except (Conflict, Refused) as refusal:
        refusal.details["visit"] = number
        raise


def _check_place(session: Session, first: Hold, second: Hold) -> None:
    if first.setting in MOBILE:
        return
    one, other = (session.get(ProviderPlace, hold.place_id) if hold.place_id else None for hold in (first, second))
    if not in_one_place(one, other):
        raise Refused("outside_hours", APART)
