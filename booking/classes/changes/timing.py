"""A class takes its therapist's time: one claim, laid by their own hand like a block, with the pads of a visit at their place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import find_in_the_way
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import to_minute
from providers.places.changes import lock_rooms
from providers.schedule.changes import (
    CLASS,
    OUTSIDE,
    TAKEN,
    ClaimFacts,
    claim_time,
    flip_expired,
    lay_outside,
    let_rooms_go,
    make_room,
    make_way,
)
from providers.schedule.models import Claim
from providers.schedule.queries import claims_between, rules_in_force


@dataclass(frozen=True)
class Slot:
    """The time that a class asks for: when, how long, at which place (row id, ZIP); its title stands in its therapist's own week."""

    title: str
    starts_at: datetime
    minutes: int
    place_id: int | None
    zip: str


def take_time(session: Session, provider_id: int, slot: Slot, now: datetime) -> Claim:
    """Claim the time of a class. The provider is locked. Raises Conflict `slot_taken` with the visits in the way.

    Hours are not asked: their owner plans. Pads become shorter where a neighbor is nearer.
    """
    let_rooms_go(session, lock_rooms(session, [provider_id]), now)
    flip_expired(session, provider_id, now)
    begin, end = to_minute(slot.starts_at), to_minute(slot.starts_at) + slot.minutes
    if any(claim.kind != OUTSIDE for claim in claims_between(session, provider_id, begin, end, now)):
        visits = [one.public_id for one in find_in_the_way(session, provider_id, begin, end)]
        raise Conflict("slot_taken", "A booked visit is in the way." if visits else TAKEN, details={"appointments": visits})
    make_way(session, provider_id, (begin, end))
    rules = rules_in_force(session, provider_id)
    after = rules.buffer_after_minutes + rules.turnover_minutes
    wished = ClaimFacts(begin, end, rules.buffer_before_minutes, after, slot.place_id, slot.zip)
    claim = claim_time(session, provider_id, CLASS, make_room(session, provider_id, wished, now), note=slot.title)
    lay_outside(session, provider_id, (begin - claim.before_minutes, end + claim.after_minutes))
    return claim
