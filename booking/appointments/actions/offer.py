"""Offering what has become free to whoever waits for it, one after the other in the order in which they came.

Time becomes free in many ways: a visit is canceled or moved, a hold runs out, a block is taken away, hours are added, a day comes within
reach. All of them are seen alike, by looking at what is free now. The offer is a hold: while it lives nobody else can have the time, and
the database sees to that. Hold, offer and letter are one transaction, so that a crash leaves all of them or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish, make_hold
from booking.appointments.changes.joining import address_turn
from booking.appointments.changes.waiting import write_offer
from booking.appointments.models import WaitlistEntry, WaitlistOffer
from booking.appointments.queries import (
    Waiting,
    find_doors,
    ids_in_line,
    list_waiting,
    live_hold_spans,
    may_hold,
    same_address,
    spans_of_person,
    wish_of,
)
from booking.appointments.rules.holding import LIVE_HOLDS_A_PERSON
from booking.appointments.rules.states import SYSTEM
from booking.appointments.rules.waiting import WAITING, Wait, offer_ends_at, offerable, state_of
from booking.openings.queries.wished import Free, free_with, free_with_anybody
from booking.openings.rules.asking import Wish
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import db, transaction, wait_turn
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, Limited, NotFound, Refused
from marketplace.kernel.walltime import from_minute, local_day, to_minute
from providers.registry.models import Provider

JOB = Doer(SYSTEM, "job:offer freed time")
# Of how many starts the first that can still be held is offered; more have gone in one instant seldom.
TRIES = 3


def offer_freed(now: datetime, base_url: str) -> int:
    """Offer free time to everybody in line for whom there is some; counts the offers."""
    line = ids_in_line(db.session(), local_day(to_minute(now)))
    return one_by_one("offer freed time", line, lambda entry_id: _offer(entry_id, base_url, now))


def _offer(entry_id: int, base_url: str, now: datetime) -> bool:
    [seen] = list_waiting(db.session(), WaitlistEntry.id == entry_id)
    free = _starts_for(db.session(), seen, now) if _waits(seen, now) else []
    if not free:
        return False
    with transaction() as session:
        session.get_one(WaitlistEntry, entry_id, with_for_update=True)
        [waiting] = list_waiting(session, WaitlistEntry.id == entry_id)
        person = session.get_one(Person, waiting.entry.person_id)
        if not _waits(waiting, now) or person.email_confirmed_at is None:
            return False
        wait_turn(session, address_turn(person))
        same = same_address(session, person)
        if sum(len(live_hold_spans(session, one, now)) for one in same) >= LIVE_HOLDS_A_PERSON:
            return False
        own = [span for one in same for span in spans_of_person(session, one, now)]
        free = [one for one in free if not any(low < one[2] + one[1].minutes and one[2] < high for low, high in own)]
        return any(_offer_start(session, waiting, one, base_url, now) for one in islice(free, TRIES))


def _waits(waiting: Waiting, now: datetime) -> bool:
    entry = waiting.entry
    today = local_day(to_minute(now))
    return state_of(left=entry.left_at is not None, until_on=entry.until_on, today=today, offers=waiting.states(now)) == WAITING


def _starts_for(session: Session, waiting: Waiting, now: datetime) -> Sequence[Free]:
    """What could be offered, the earliest first; of several providers at one time the one who came here first."""
    entry = waiting.entry
    wait = Wait(entry.minutes, entry.from_on, entry.until_on, frozenset(entry.parts))
    wish = Wish(entry.service_code or "", entry.minutes, entry.setting, entry.zip)
    if entry.provider_id is not None:
        free = free_with(session, entry.provider_id, wish_of(session, wish, entry.provider_id, entry.person_id), wait.window, now)
    else:
        free = free_with_anybody(session, wish, wait.window, wait.parts, now, find_doors(session, entry.person_id))
    same = same_address(session, session.get_one(Person, entry.person_id))
    allowed = may_hold(session, entry.person_id, now, same)
    own = [span for one in same for span in spans_of_person(session, one, now)]
    chosen: list[Free] = []
    for provider_id in {facts.id for facts, _wish, _start in free}:
        theirs = {start: (facts, wish, start) for facts, wish, start in free if facts.id == provider_id}
        passed = [(to_minute(hold.starts_at), to_minute(hold.ends_at)) for hold in waiting.offers if hold.provider_id == provider_id]
        chosen += [theirs[start] for start in offerable(wait, theirs, passed, own, now) if allowed(*theirs[start])]
    return sorted(chosen, key=lambda one: (one[2], one[0].id))


def _offer_start(session: Session, waiting: Waiting, free: Free, base_url: str, now: datetime) -> bool:
    """Hold the start for them and tell them; False where it is gone or not theirs to hold."""
    facts, wish, start = free
    entry, starts_at = waiting.entry, from_minute(start)
    try:
        with session.begin_nested():
            wanted = HoldWish(facts.slug, wish, starts_at)
            hold = make_hold(session, wanted, entry.person_id, JOB, now, expires_at=offer_ends_at(now, starts_at))
    except (Conflict, Limited, NotFound, Refused):
        return False
    session.add(WaitlistOffer(entry_id=entry.id, hold_id=hold.id, offered_at=now))
    provider, person = session.get_one(Provider, hold.provider_id), session.get_one(Person, entry.person_id)
    write_offer(session, entry, provider, hold, person, base_url=base_url, now=now)
    told = {"hold": hold.public_id, "starts_at": starts_at.isoformat(), "until": hold.expires_at.isoformat()}
    audit.record(session, audit.Deed(now, JOB.name, "waitlist.offered", "waitlist", entry.public_id, told))
    return True
