"""What happens to one of two visits side by side because of the other, inside the caller's transaction.

Whoever calls holds both therapists' locks: `lock_appointment` takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.discounts import give_code_back
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_accepted, write_both_off, write_other_off
from booking.appointments.changes.pairing import other_half
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.couples import BOTH_OR_NONE, MOVABLE, MOVES_TOGETHER, MOVES_TOGETHER_WORDS, beside, due_at
from booking.appointments.rules.requests import respond_by_at
from booking.appointments.rules.states import ACCEPT, CANCELLED, EXPIRED, LIVE, PROVIDER, REQUESTED, next_status
from booking.openings.rules.pairs import in_one_place
from marketplace.kernel.errors import Refused
from providers.profiles.queries import get_facts
from providers.profiles.rules import MOBILE
from providers.registry.changes import note_change
from providers.schedule.changes import APPOINTMENT, release_claim, turn_claim
from providers.schedule.models import Claim
from providers.services.rules.requests import AT_ONCE

APART = "At that time the two of you would not be in one place. Choose another time."


def deadline_of(session: Session, visit: Appointment, now: datetime) -> datetime | None:
    """Until when a request keeps its time for what it waits for by itself; None where that is nothing."""
    facts = get_facts(session, visit.provider_id)
    service = facts.service(visit.service_code)
    rule = service.by_request if service is not None else AT_ONCE
    return respond_by_at(visit.attention, visit.booked_at, visit.starts_at, now, rule=rule, notice_minutes=facts.rules.notice_minutes)


def wait_together(session: Session, visit: Appointment, now: datetime) -> Booked | None:
    """Let both halves wait for one another as they stand now, with one deadline; gives the other half. Nothing is confirmed by this."""
    other = other_half(session, visit)
    if other is None or other.appointment.status != REQUESTED or visit.status != REQUESTED:
        return other
    theirs = other.appointment
    mine, their_waits = beside(visit.attention, theirs.attention), beside(theirs.attention, visit.attention)
    visit.attention, theirs.attention = mine, their_waits
    _keep_until(session, (visit, theirs), due_at(deadline_of(session, visit, now), deadline_of(session, theirs, now)))
    return other


def confirm_waiting(session: Session, booked: Booked, doer: Doer, base_url: str, now: datetime) -> bool:
    """Confirm both halves and tell everybody, once neither waits for anything of its own; whether that is so. Else they wait on."""
    other = wait_together(session, booked.appointment, now)
    halves = [booked] if other is None else [booked, other]
    if any(half.appointment.status != REQUESTED or half.appointment.attention for half in halves):
        return False
    _keep_until(session, [half.appointment for half in halves], None)
    for half in halves:
        visit = half.appointment
        visit.status = next_status(visit.status, ACCEPT)
        visit.sequence += 1
        write_history(session, visit, "confirmed", doer, now, {"sequence": visit.sequence})
    for half in halves:
        write_accepted(session, half, Sending(base_url), now)
    return True


def _keep_until(session: Session, halves: Sequence[Appointment], until_at: datetime | None) -> None:
    for half in halves:
        half.respond_by_at = until_at
        turn_claim(session, session.get_one(Claim, half.claim_id), APPOINTMENT, expires_at=until_at)


def end_beside(session: Session, booked: Booked, was: str, doer: Doer, base_url: str, now: datetime) -> None:
    """One half is off: the other one ends with it while nothing is confirmed, at no cost; a confirmed one stays, and its client is told.

    `was` is the status of the half that is off until now.
    """
    other = other_half(session, booked.appointment)
    if other is None or other.appointment.status not in LIVE:
        return
    if was != REQUESTED or other.appointment.status != REQUESTED:
        write_other_off(session, other, booked, Sending(base_url), now)
        return
    end_request(session, other, EXPIRED if booked.appointment.status == EXPIRED else CANCELLED, doer, base_url, now)


def end_request(session: Session, booked: Booked, status: str, doer: Doer, base_url: str, now: datetime) -> None:
    """End a half that was never confirmed: its time is free at once and nothing is due. Its client is told, without any reason."""
    visit = booked.appointment
    visit.status = status
    if status == CANCELLED:
        visit.cancelled_at, visit.cancelled_by, visit.cancel_reason = now, doer.part, BOTH_OR_NONE
    visit.sequence += 1
    visit.attention, visit.respond_by_at = [], None
    close_cards(session, visit, doer, now)
    give_code_back(session, visit, now)
    release_claim(session, session.get_one(Claim, visit.claim_id))
    note_change(session, visit.provider_id)
    write_history(session, visit, status, doer, now, {"reason": BOTH_OR_NONE, "sequence": visit.sequence})
    write_both_off(session, booked, Sending(base_url), now)


def half_to_move(session: Session, visit: Appointment, doer: Doer) -> Booked | None:
    """The visit that moves with this one; None where it moves alone.

    Raises Refused `moves_together` for a therapist, whose own time alone is theirs to give.
    """
    other = other_half(session, visit)
    if other is None or other.appointment.status not in MOVABLE:
        return None
    if doer.part == PROVIDER:
        raise Refused(MOVES_TOGETHER, MOVES_TOGETHER_WORDS)
    return other


def check_one_place(one: Booked, other: Booked) -> None:
    """Raises Refused `outside_hours` where two visits at clinics would not be side by side."""
    if one.appointment.setting not in MOBILE and not in_one_place(one.place, other.place):
        raise Refused("outside_hours", APART)
