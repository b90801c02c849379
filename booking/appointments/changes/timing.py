"""Judging one start under the provider's lock, from the truth, by the same rules that listed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries import load_taken
from booking.openings.queries.rooms import load_full
from booking.openings.rules.asking import Full, Wish, ask, offered_service
from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import meets
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import to_minute
from providers.places.changes import lock_rooms
from providers.profiles.queries import get_facts
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.registry.changes import lock_provider
from providers.registry.queries import has_active_account
from providers.registry.rules import LISTED
from providers.schedule.changes import TAKEN, ClaimFacts, flip_expired, let_rooms_go
from providers.schedule.queries import room_key_of


@dataclass(frozen=True)
class Accepted:
    """A start that can be taken: whose, for what, where, and the minutes to claim."""

    facts: ProviderFacts
    service: ServiceFacts
    starts_at: datetime
    ends_at: datetime
    place_id: int | None
    claim: ClaimFacts


def booked_wish(visit: Appointment) -> Wish:
    """What a booked visit would be wished for as, with the whole length that was agreed, whatever is offered on top now."""
    more = (visit.ends_at - visit.starts_at) // timedelta(minutes=1) - visit.minutes
    zip_code = visit.zip if visit.setting in MOBILE else None
    return Wish(visit.service_code, visit.minutes, visit.setting, zip_code, more_minutes=more, agreed=True)


def rooms_left(
    session: Session, facts: ProviderFacts, setting: str, span: Span, now: datetime,
    *, beside_claim_id: int | None = None, others: bool = False,
) -> Full:  # fmt: skip
    """When the provider's clinics are full around a span, as `load_full` finds it: with the clinics locked and what ran out let go.

    The caller holds the provider's lock. Nothing is asked or locked where no clinic of theirs has said how many rooms it has.
    """
    if setting not in MOBILE and any(place.rooms is not None for place in facts.places):
        let_rooms_go(session, lock_rooms(session, [facts.id]), now)
    return load_full(session, facts, setting, span, now, beside_claim_id=beside_claim_id, others=others)


def accept_start(
    session: Session, provider_id: int, wish: Wish, starts_at: datetime, now: datetime,
    *, except_claim_id: int | None = None, beside_claim_id: int | None = None,
) -> Accepted:  # fmt: skip
    """Lock the provider, flip what has run out, judge the start. Raises Conflict `slot_taken`, or Refused with the rule's code.

    `except_claim_id` is what is being moved: its own time and room do not count. With `beside_claim_id` the visit shares the room of that
    claim, which another provider has.

    Where the very minutes are taken the answer is given before anything else is read: of many who want one start all but one wait
    for nothing more.
    """
    provider = lock_provider(session, provider_id)
    flip_expired(session, provider_id, now)
    begin = to_minute(starts_at)
    if starts_at != starts_at.replace(second=0, microsecond=0):
        raise Refused("outside_hours", "Visits start on a whole minute.")
    window = {"from_minute": begin, "until_minute": begin + wish.minutes}
    taken = load_taken(session, [provider_id], now=now, whole_weeks=True, except_claim_id=except_claim_id, **window)
    shown = provider.state == LISTED and starts_at > now
    if shown and meets(taken[provider_id], begin, begin + wish.minutes) and has_active_account(session, provider):
        raise Conflict("slot_taken", TAKEN)
    facts = get_facts(session, provider_id)
    service = offered_service(facts, wish)
    question = ask(
        facts, wish, service, house_rules(session), taken=taken[provider_id], travel=travel_by(facts.travel_mode), now=now,
        from_minute=begin, until_minute=begin + 1,
    )  # fmt: skip
    full = rooms_left(session, facts, wish.setting, (begin, begin + 1), now, beside_claim_id=beside_claim_id or except_claim_id)
    judgement = judge_start(replace(question, full=full), begin)
    if judgement.code == "slot_taken":
        raise Conflict("slot_taken", judgement.sentence)
    if not judgement.ok:
        raise Refused(judgement.code, judgement.sentence)
    zip_code = question.visit.zip or (facts.place_zips[judgement.place_id] if judgement.place_id is not None else None)
    minutes = question.visit.minutes
    key = None if beside_claim_id is None else room_key_of(session, beside_claim_id)
    pads = question.visit.before_minutes, question.visit.after_minutes
    claim = ClaimFacts(begin, begin + minutes, *pads, judgement.place_id, zip_code, key)
    return Accepted(facts, service, starts_at, starts_at + timedelta(minutes=minutes), judgement.place_id, claim)
