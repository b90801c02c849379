"""Where a visit could be moved to: the starts of its own wish with the same provider, its own time counted as free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from booking.appointments.changes.loading import verdict_facts
from booking.appointments.changes.pairing import other_half
from booking.appointments.changes.timing import booked_wish
from booking.appointments.queries import Booked, wish_of
from booking.appointments.rules.couples import MOVABLE
from booking.appointments.rules.moving import assess_move, nearest_first
from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries import load_taken
from booking.openings.queries.rooms import load_full
from booking.openings.rules.asking import ask, offered_service
from booking.openings.rules.judging import judge_start
from booking.openings.rules.pairs import Side, shared_starts
from booking.openings.rules.starts import find_starts
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import from_minute, to_minute
from providers.profiles.queries import get_facts

MOST_INSTEAD = 5
INSTEAD_DAYS = 7


def free_starts(booked: Booked, begins: datetime, ends: datetime, now: datetime) -> Sequence[datetime]:
    """The starts in [begins, ends) that this visit could be moved to, in order; none where its service is not to be had any more.

    Of two side by side those at which both could be, in one place.
    """
    own, other = _side(booked, begins, ends, now), other_half(db.session(), booked.appointment)
    if own is None:
        return ()
    starts = own.starts
    if other is not None and other.appointment.status in MOVABLE:
        theirs = _side(other, begins, ends, now)
        starts = () if theirs is None else shared_starts(own, theirs)
    return [start for minute in starts if (start := from_minute(minute)) != booked.appointment.starts_at]


def _side(booked: Booked, begins: datetime, ends: datetime, now: datetime) -> Side | None:
    """A visit's own starts and where each would be; None where its service is not to be had any more."""
    visit = booked.appointment
    facts = get_facts(db.session(), visit.provider_id)
    wish = wish_of(db.session(), booked_wish(visit), visit.provider_id, visit.person_id)
    try:
        service = offered_service(facts, wish)
    except Refused:
        return None
    weeks = facts.rules.counts_weeks
    window = {"from_minute": to_minute(begins), "until_minute": to_minute(ends)}
    taken = load_taken(db.session(), [visit.provider_id], now=now, whole_weeks=weeks, except_claim_id=visit.claim_id, **window)
    travel = travel_by(facts.travel_mode)
    full = load_full(db.session(), facts, visit.setting, (to_minute(begins), to_minute(ends)), now, beside_claim_id=visit.claim_id)
    question = ask(facts, wish, service, house_rules(db.session()), taken=taken[visit.provider_id], travel=travel, now=now, **window)
    question = replace(question, full=full)
    places = {place.id: place for place in facts.places}
    return Side(facts, wish, find_starts(question), lambda start: places.get(judge_start(question, start).place_id or 0))


def starts_instead(booked: Booked, wanted: datetime, part: str, now: datetime) -> Sequence[datetime]:
    """The free starts nearest to one that was refused, the nearest first; none where whoever asks may not move the visit at all."""
    if not assess_move(verdict_facts(db.session(), booked.appointment), actor=part, now=now).allowed:
        return ()
    reach = timedelta(days=INSTEAD_DAYS)
    around = max(wanted, now)
    return nearest_first(free_starts(booked, max(now, around - reach), around + reach, now), around)[:MOST_INSTEAD]
