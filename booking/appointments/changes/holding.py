"""Keeping a start for somebody, inside the caller's transaction: judged, counted, claimed, priced."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.packages import cover_hold
from booking.appointments.changes.timing import Accepted, accept_start
from booking.appointments.models import Hold
from booking.appointments.queries import (
    count_live_holds,
    find_door_minutes,
    find_last_draft,
    has_call_with,
    has_met,
    has_visit_with,
    live_hold_spans,
    wish_of,
)
from booking.appointments.rules.holding import (
    CALL_AGAIN_AFTER,
    DRAFTS_KEPT,
    LIVE_HOLDS_A_PERSON,
    LIVE_HOLDS_AN_ORIGIN,
    hold_ends_at,
    passes_share,
    share_window,
)
from booking.guardians.changes import refuse_untreated
from booking.openings.rules.asking import Wish, open_for_anything
from booking.quotes.catalogue import taxes
from booking.quotes.rules.pricing import quote_to_dict
from booking.quotes.rules.visits import Asked, quote_visit
from marketplace import audit
from marketplace.accounts.changes import add_guest
from marketplace.accounts.models import Person
from marketplace.db import wait_turn
from marketplace.kernel.errors import Limited, NotFound, Refused
from providers.profiles.queries import find_provider_id
from providers.profiles.rules import MOBILE, ServiceFacts
from providers.schedule.changes import HOLD, claim_time
from providers.schedule.models import Claim

FIRST_VISIT = "This service is for a first visit, and you have one with this provider already. Choose another service."
ONE_CALL = "You have a free call with this therapist, or had one in the last 30 days. Move it, or book a visit."


@dataclass(frozen=True)
class HoldWish:
    """A start wished for: at which provider (slug), what, when. `origin` is a keyed hash of a guest's address, None for accounts."""

    provider: str
    wish: Wish
    starts_at: datetime
    origin: str | None = None


def make_hold(
    session: Session, wanted: HoldWish, person_id: int | None, doer: Doer, now: datetime,
    *, expires_at: datetime | None = None, counted: bool = True, beside: Hold | None = None,
) -> Hold:  # fmt: skip
    """Keep a start for ten minutes, or until `expires_at`. Without a person a guest is made together with the hold.

    `counted` is False for the further visits of a series, whose number has a bound of its own. `beside` is the hold of who brings the
    person along: what they may hold of the provider's week counts, and at a clinic the two share a room.

    Raises NotFound, Conflict `slot_taken`, Limited `too_many_holds`, or Refused with the code of the rule that says no.
    """
    provider_id = find_provider_id(session, wanted.provider)
    if provider_id is None:
        raise NotFound("not_found", "There is no such provider.")
    wish = wish_of(session, wanted.wish, provider_id, person_id)
    if beside is not None and wish.setting in MOBILE:  # both visits are at the door of whoever books
        wish = replace(wish, door_minutes=find_door_minutes(session, provider_id, beside.person_id, wish.zip))
    accepted = accept_start(session, provider_id, wish, wanted.starts_at, now, beside_claim_id=None if beside is None else beside.claim_id)
    refuse_untreated(session, person_id, accepted.starts_at, accepted.facts.youngest)
    person_id = _own_person(session, person_id, now)
    check_once(session, accepted.service, provider_id, person_id, now)
    if counted:
        _check_limits(session, person_id, wanted.origin, now)
    _check_share(session, accepted, person_id if beside is None else beside.person_id, now)
    expires_at = expires_at or hold_ends_at(now)
    claim = claim_time(session, provider_id, HOLD, accepted.claim, expires_at=expires_at)
    hold = hold_of(accepted, wish, person_id, claim, expires_at, now)
    cover_hold(session, hold, accepted.facts.profession, now)
    hold.origin = wanted.origin
    hold.by_request = asks_first(session, accepted.service, wish.setting, provider_id, person_id)
    hold.draft = None if accepted.service.is_call else find_last_draft(session, person_id, now - DRAFTS_KEPT)
    session.add(hold)
    session.flush()
    audit.record(session, audit.Deed(now, doer.name, "hold.made", "hold", hold.public_id, {"starts_at": hold.starts_at.isoformat()}))
    return hold


def check_once(session: Session, service: ServiceFacts, provider_id: int, person_id: int, now: datetime) -> None:
    """What a client has once with a provider: a first visit, and an introductory call in thirty days. Raises Refused `not_bookable`."""
    if service.first_visit_only and has_visit_with(session, provider_id, person_id):
        raise Refused("not_bookable", FIRST_VISIT)
    if service.is_call and has_call_with(session, provider_id, person_id, now - CALL_AGAIN_AFTER):
        raise Refused("not_bookable", ONE_CALL)


def asks_first(session: Session, service: ServiceFacts, setting: str, provider_id: int, person_id: int) -> bool:
    """Whether a booking of this person is a request that the therapist confirms. Who is new is asked only where it matters."""
    rule = service.by_request
    if not rule.asks(setting, met=False):
        return False
    return not rule.new_clients_only or not has_met(session, provider_id, person_id)


def _own_person(session: Session, person_id: int | None, now: datetime) -> int:
    """The person, locked, so that two holds are counted one after the other; or a new guest, if there is none (any more)."""
    own = None if person_id is None else session.scalar(select(Person.id).where(Person.id == person_id).with_for_update())
    return own or add_guest(session, now).id


def _check_limits(session: Session, person_id: int, origin: str | None, now: datetime) -> None:
    """Two holds at once are counted one after the other: a person's under the lock of their row, an address's in turn."""
    if count_live_holds(session, Hold.person_id == person_id, now) >= LIVE_HOLDS_A_PERSON:
        raise Limited("too_many_holds", f"You hold {LIVE_HOLDS_A_PERSON} times already. Book one or let it go first.")
    if origin is None:
        return
    wait_turn(session, f"holds from {origin}")
    if count_live_holds(session, Hold.origin == origin, now) >= LIVE_HOLDS_AN_ORIGIN:
        raise Limited("too_many_holds", "Too many times are held from this address. Try again in some minutes.")


def _check_share(session: Session, accepted: Accepted, person_id: int, now: datetime) -> None:
    """Under the provider's lock: two holds at once are judged one after the other."""
    held = [span for provider_id, span in live_hold_spans(session, person_id, now) if provider_id == accepted.facts.id]
    if not held:
        return
    wished = (accepted.claim.begin_minute, accepted.claim.end_minute)
    if passes_share(held, wished, open_for_anything(accepted.facts, *share_window(now)), now):
        raise Limited(
            "too_many_holds", "You hold as much of this provider's coming week as one person may. Book what you hold or let it go."
        )


def hold_of(accepted: Accepted, wish: Wish, person_id: int, claim: Claim, expires_at: datetime, now: datetime) -> Hold:
    """The row of a hold, priced as of now."""
    made = quote_visit(
        accepted.facts,
        accepted.service,
        minutes=wish.minutes,
        setting=wish.setting,
        starts_at=accepted.starts_at,
        zip_code=wish.zip,
        taxes=taxes(),
        now=now,
        asked=Asked(wish.add_ons, wish.met),
    )
    quote = quote_to_dict(made)
    return Hold(
        provider_id=accepted.facts.id,
        person_id=person_id,
        claim_id=claim.id,
        service_code=wish.service,
        service_name=accepted.service.name,
        minutes=wish.minutes,
        setting=wish.setting,
        place_id=accepted.place_id,
        zip=accepted.claim.zip,
        starts_at=accepted.starts_at,
        ends_at=accepted.ends_at,
        expires_at=expires_at,
        quote=quote,
        terms=quote["terms"],
        add_ons=[asdict(one) for one in accepted.service.added(wish.add_ons)],
        created_at=now,
    )
