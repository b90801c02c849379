"""Moving a visit: the same visit, another time; the old time is free at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.couples import check_one_place, half_to_move, wait_together
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_moved
from booking.appointments.changes.loading import lock_appointment, verdict_facts
from booking.appointments.changes.prescribing import check_prescribed_day
from booking.appointments.changes.timing import Accepted, accept_start, booked_wish
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, wish_of
from booking.appointments.rules.couples import MOVES_TOGETHER
from booking.appointments.rules.moving import assess_move
from booking.appointments.rules.requests import respond_by_at
from booking.appointments.rules.states import REQUESTED
from booking.guardians.changes import refuse_unguarded
from booking.openings.catalogue import house_rules
from booking.openings.rules.asking import HouseRules
from booking.quotes.rules.agreed import agreed_to_dict
from booking.quotes.rules.clock import clock_words
from booking.screening.changes import refuse_stop
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day
from providers.credentials.rules.standing import techniques_in_standing
from providers.places.changes import lock_rooms
from providers.places.models import ProviderPlace
from providers.schedule.changes import move_claim
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE, noun

NOT_BOTH = "The visit beside yours cannot be moved to that time, and the two move together. Choose another time."


def move(public_id: str, starts_at: datetime, doer: Doer, base_url: str, now: datetime) -> Booked:
    """Put a visit at another start that is free by the same rules as any other. The price stays as agreed.

    Of two side by side both move, or neither: Refused `moves_together` where the other one cannot, and for a therapist.

    A request keeps its deadlines, counted from when it was asked, but never waits longer than the new time lets it.

    Raises NotFound, Conflict `slot_taken` or `wrong_state`, Refused `notice_passed`, `screening_stop`, `guardian_needed` or the code of
    the rule that says no.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        other = half_to_move(session, booked.appointment, doer)
        lock_rooms(session, [half.provider.id for half in (booked, other) if half is not None])
        moved = _place_anew(session, booked, starts_at, doer, now)
        halves = [moved]
        if other is not None:
            halves.append(_place_beside(session, other, starts_at, doer, now))
            check_one_place(*halves)
            wait_together(session, moved.appointment, now)
        for half in halves:
            write_moved(session, half, Sending(base_url), now)
        return moved


def _place_beside(session: Session, other: Booked, starts_at: datetime, doer: Doer, now: datetime) -> Booked:
    """Move the other one of two as well. Why that cannot be is told to nobody but its own client."""
    try:
        return _place_anew(session, other, starts_at, doer, now)
    except Conflict as refusal:
        raise Conflict(refusal.code, NOT_BOTH) from refusal
    except Refused as refusal:
        raise Refused(MOVES_TOGETHER, NOT_BOTH) from refusal


def _place_anew(session: Session, booked: Booked, starts_at: datetime, doer: Doer, now: datetime) -> Booked:
    """Judge and move one visit; letters are the caller's."""
    visit = booked.appointment
    claim = session.get_one(Claim, visit.claim_id)
    _check_deadline(visit, claim, now)
    facts = verdict_facts(session, visit)
    verdict = assess_move(facts, actor=doer.part, now=now, new_starts_at=starts_at)
    if not verdict.allowed:
        kind = Conflict if verdict.code in {"wrong_state", "already_started"} else Refused
        raise kind(verdict.code, verdict.sentence)
    if visit.setting != PHONE:
        refuse_stop(session, visit.person_id, now)
    refuse_unguarded(session, visit.person_id, starts_at)
    check_prescribed_day(session, visit, starts_at)
    wish = wish_of(session, booked_wish(visit), visit.provider_id, visit.person_id)
    accepted = accept_start(session, visit.provider_id, wish, starts_at, now, except_claim_id=visit.claim_id)
    _check_technique(visit.technique, visit.setting, accepted, house_rules(session))
    move_claim(session, claim, accepted.claim)
    old = visit.starts_at
    agreed = facts.agreed.moved_to(accepted.starts_at)
    visit.terms = agreed_to_dict(agreed, clock_words(agreed, now, day_words=False, what=noun(visit.setting)).sentence)
    visit.quote = {**visit.quote, "terms": visit.terms}
    visit.starts_at, visit.ends_at = accepted.starts_at, accepted.ends_at
    visit.place_id, visit.zip = accepted.place_id, accepted.claim.zip
    _keep_deadline(visit, claim, accepted, now)
    visit.sequence += 1
    visit.moves += 1
    visit.free_moves_used += verdict.uses_free_move
    place = session.get(ProviderPlace, visit.place_id) if visit.place_id else None
    times = {"from": old.isoformat(), "to": visit.starts_at.isoformat(), "sequence": visit.sequence, "rule": verdict.code}
    write_history(session, visit, "moved", doer, now, times)
    return Booked(visit, booked.provider, booked.person, place)


def _check_technique(technique: str | None, setting: str, accepted: Accepted, house: HouseRules) -> None:
    """The technique chosen for the old day must stand on the new one too: its certificate may end in between."""
    if technique is None:
        return
    day = local_day(accepted.claim.begin_minute)
    facts = accepted.facts
    levels = {code: house.evidence_levels[code] for code in accepted.service.techniques}
    if technique not in techniques_in_standing(day, facts.credentials, levels, house.policies, setting, facts.profession):
        sentence = "The technique you chose is not offered on that day. Choose another day, or another technique first."
        raise Refused("unknown_technique", sentence)


def _check_deadline(visit: Appointment, claim: Claim, now: datetime) -> None:
    """A request whose deadline is over is not moved, and neither is one whose minutes others saw run out and took."""
    if visit.status == REQUESTED and (not claim.live or (visit.respond_by_at is not None and visit.respond_by_at <= now)):
        raise Conflict("wrong_state", "The time for an answer is over, so this request has run out.")


def _keep_deadline(visit: Appointment, claim: Claim, accepted: Accepted, now: datetime) -> None:
    if visit.status == REQUESTED:
        rule, notice = accepted.service.by_request, accepted.facts.rules.notice_minutes
        visit.respond_by_at = respond_by_at(visit.attention, visit.booked_at, visit.starts_at, now, rule=rule, notice_minutes=notice)
        claim.expires_at = visit.respond_by_at
