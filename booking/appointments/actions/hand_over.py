"""Handing a visit over: offered to its client with a colleague's time kept, then theirs to accept or to decline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.cards import move_payments
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_handed_over, write_handover_ended, write_handover_offered
from booking.appointments.changes.timing import accept_start, booked_wish
from booking.appointments.models import Appointment, Handover
from booking.appointments.queries import MISSING, Booked, ended_handovers, find_handover, get_any
from booking.appointments.rules.attention import PlannedVisit, lapse_of
from booking.appointments.rules.handing import (
    ACCEPTED,
    DECLINED,
    EXPIRED,
    OFFERED,
    WITHDRAWN,
    VisitToGive,
    assess_handing,
    equal_service,
    is_open,
    same_place,
    techniques_needed,
)
from booking.appointments.rules.states import CONFIRMED, SYSTEM
from booking.giftcards.queries import paid_for_visit
from booking.guardians.changes import refuse_unguarded, refuse_untreated
from booking.openings.catalogue import house_rules
from booking.openings.rules.asking import HouseRules
from booking.packages.queries import find_use
from booking.screening.changes import refuse_stop
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.standing import takes_proof, techniques_in_standing
from providers.profiles.queries import find_provider_id, get_facts
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.registry.changes import lock_provider
from providers.registry.models import Provider
from providers.schedule.changes import APPOINTMENT, HANDOVER, claim_time, release_claim, turn_claim
from providers.schedule.models import Claim

JOB = Doer(SYSTEM, "job:handovers")
NO_HANDOVER = "No hand-over of this visit waits for an answer."
BY_GIFT_CARD = (
    "A gift card that is owed by this therapist pays for this visit, and a colleague is not paid with it. Give the card its money back "
    "first (Money of the visit), or cancel and book anew: both are refunds to the card."
)
OF_A_PACKAGE = "This visit is one of a package that its client bought from this therapist. Canceling gives it back; then book it anew."
ELSEWHERE = "This colleague works at another address, and the client would have to come there. Book it anew with them."
NOT_EQUAL = (
    "This colleague does not offer all of the visit: its techniques, its length and setting, with all that it takes in force that day."
)


@dataclass(frozen=True)
class Handing:
    """To whom (slug), what the client is told, and what the colleague must know."""

    provider: str
    reason: str
    note: str | None = None


def offer_handover(public_id: str, wanted: Handing, doer: Doer, base_url: str, now: datetime) -> Handover:
    """Keep an equal colleague's time and ask the client. The visit stays as it is until they have said yes.

    Raises NotFound, Conflict `wrong_state`, `handover_waits` or `slot_taken`, Refused `same_provider`, `too_late`, `not_equal`,
    `another_place`, `paid_by_package`, `paid_by_gift_card`, `screening_stop` or the code of the rule by which the colleague is not free.
    """
    with transaction() as session:
        colleague_id = find_provider_id(session, wanted.provider)
        if colleague_id is None:
            raise Refused("invalid", "There is no such provider.", faults=[FieldFault("provider", "There is no such provider.")])
        booked = _lock_with(session, public_id, colleague_id)
        visit = booked.appointment
        newest = find_handover(session, visit.id)
        waiting = newest is not None and newest.state == OFFERED
        verdict = assess_handing(visit.status, visit.starts_at, waiting=waiting, same_provider=colleague_id == visit.provider_id, now=now)
        if verdict.answer_by_at is None:
            kind = Conflict if verdict.code in {"wrong_state", "handover_waits"} else Refused
            raise kind(verdict.code, verdict.sentence)
        if find_use(session, visit.id) is not None:
            raise Refused("paid_by_package", OF_A_PACKAGE)
        if paid_for_visit(session, visit.id):
            raise Refused("paid_by_gift_card", BY_GIFT_CARD)
        refuse_stop(session, visit.person_id, now)
        refuse_unguarded(session, visit.person_id, visit.starts_at)
        colleague = get_facts(session, colleague_id)
        refuse_untreated(session, visit.person_id, visit.starts_at, colleague.youngest)
        service = find_equal(visit, get_facts(session, visit.provider_id), colleague, house_rules(session))
        if service is None:
            raise Refused("not_equal", NOT_EQUAL)
        wish = replace(booked_wish(visit), service=service.code)
        accepted = accept_start(session, colleague_id, wish, visit.starts_at, now, beside_claim_id=visit.claim_id)
        _check_place(session, visit, colleague, accepted.place_id)
        claim = claim_time(session, colleague_id, HANDOVER, accepted.claim, expires_at=verdict.answer_by_at)
        handover = Handover(
            appointment_id=visit.id, from_provider_id=visit.provider_id, to_provider_id=colleague_id, claim_id=claim.id,
            service_code=service.code, service_name=service.name, place_id=accepted.place_id, starts_at=visit.starts_at,
            reason=wanted.reason, note=wanted.note, state=OFFERED, offered_by=doer.name, offered_at=now, answer_by_at=verdict.answer_by_at,
        )  # fmt: skip
        session.add(handover)
        write_history(session, visit, "handover_offered", doer, now, {"to": colleague.slug, "answer_by": verdict.answer_by_at.isoformat()})
        write_handover_offered(session, booked, handover, session.get_one(Provider, colleague_id), Sending(base_url), now)
        return handover


def answer_handover(public_id: str, doer: Doer, base_url: str, now: datetime, *, accept: bool) -> Booked:
    """The client's yes makes the visit the colleague's, as it was agreed otherwise; their no gives the colleague's time back.

    Raises NotFound, Conflict `handover_over` where nothing waits (any more), Refused `not_bookable` where the colleague has lost the
    standing meanwhile, `screening_stop`.
    """
    with transaction() as session:
        booked, handover = _lock_waiting(session, public_id)
        visit = booked.appointment
        claim = session.get_one(Claim, handover.claim_id)
        unchanged = visit.status == CONFIRMED and visit.starts_at == handover.starts_at
        if not (is_open(handover.state, handover.answer_by_at, now) and claim.live and unchanged):
            raise Conflict("handover_over", "The time for this answer is over. The visit stays as it was booked.")
        if not accept:
            _end(session, booked, handover, DECLINED, doer, now)
            return booked
        refuse_stop(session, visit.person_id, now)
        refuse_unguarded(session, visit.person_id, visit.starts_at)
        _check_standing(session, visit, handover)
        former = booked.provider
        release_claim(session, session.get_one(Claim, visit.claim_id))
        turn_claim(session, claim, APPOINTMENT, expires_at=None)
        visit.provider_id, visit.claim_id = handover.to_provider_id, claim.id
        visit.service_code, visit.service_name = handover.service_code, handover.service_name
        visit.place_id, visit.zip, visit.attention = handover.place_id, claim.zip, []
        move_payments(session, visit)
        visit.sequence += 1
        handover.state, handover.ended_at = ACCEPTED, now
        write_history(session, visit, "handed_over", doer, now, {"from": former.slug, "sequence": visit.sequence})
        handed = get_any(session, public_id)
        write_handed_over(session, handed, former, Sending(base_url), now)
        return handed


def withdraw_handover(public_id: str, doer: Doer, now: datetime) -> None:
    """Take an offer back. Raises NotFound, Conflict `handover_over` where none waits."""
    with transaction() as session:
        booked, handover = _lock_waiting(session, public_id)
        _end(session, booked, handover, WITHDRAWN, doer, now)


def end_handovers(now: datetime) -> int:
    """End offers that nobody can accept any more, so that colleagues have their time back; counts them."""
    return one_by_one("end hand-overs", ended_handovers(db.session(), now), lambda handover_id: _end_one(handover_id, now))


def _end_one(handover_id: int, now: datetime) -> bool:
    with transaction() as session:
        public_id = session.scalar(
            select(Appointment.public_id).join(Handover, Handover.appointment_id == Appointment.id).where(Handover.id == handover_id)
        )
        booked, handover = _lock_waiting(session, str(public_id))
        if handover.id != handover_id or handover_id not in ended_handovers(session, now):
            return False
        _end(session, booked, handover, EXPIRED, JOB, now)
        return True


def find_equal(visit: Appointment, mine: ProviderFacts, colleague: ProviderFacts, house: HouseRules) -> ServiceFacts | None:
    """The colleague's service that has all of the visit on its day."""
    service = mine.service(visit.service_code)
    day = local_day(to_minute(visit.starts_at))
    offered = service.techniques if service else ()
    table = house.policies.on(day)
    proven = [
        code
        for code in offered
        if takes_proof(house.evidence_levels.get(code)) or table.proofs_of(code, colleague.profession, visit.setting)
    ]
    techniques, one_of = techniques_needed(visit.technique, offered, proven)
    wanted = VisitToGive(visit.minutes, visit.setting, techniques, service is not None and service.first_visit_only, one_of)
    levels = {code: house.evidence_levels[code] for code in techniques | one_of if code in house.evidence_levels}
    standing = techniques_in_standing(day, colleague.credentials, levels, house.policies, visit.setting, colleague.profession)
    return equal_service(wanted, colleague, standing)


def _check_standing(session: Session, visit: Appointment, handover: Handover) -> None:
    planned = PlannedVisit(to_minute(visit.starts_at), to_minute(visit.ends_at), visit.setting, handover.service_code, visit.technique)
    if lapse_of(planned, get_facts(session, handover.to_provider_id), house_rules(session)) is not None:
        sentence = "This colleague cannot give the visit any more: not everything that we ask for is in force. It stays as it was booked."
        raise Refused("not_bookable", sentence)


def _check_place(session: Session, visit: Appointment, colleague: ProviderFacts, place_id: int | None) -> None:
    """A clinic visit is handed over only where its client would come to the same place."""
    if visit.setting in MOBILE:
        return
    mine = next((place for place in get_facts(session, visit.provider_id).places if place.id == visit.place_id), None)
    theirs = next((place for place in colleague.places if place.id == place_id), None)
    if not same_place(mine, theirs):
        raise Refused(
            "another_place", "This colleague works at another address, and the client would have to come there. Book it anew with them."
        )


def _lock_with(session: Session, public_id: str, colleague_id: int) -> Booked:
    """A visit with its provider and a colleague locked, always the lower id first, so that two hand-overs never wait for each other."""
    while True:
        provider_id = session.scalar(select(Appointment.provider_id).where(Appointment.public_id == public_id))
        if provider_id is None:
            raise NotFound("not_found", MISSING)
        for one in sorted({provider_id, colleague_id}):
            lock_provider(session, one)
        booked = get_any(session, public_id)
        if booked.appointment.provider_id == provider_id:
            return booked


def _lock_waiting(session: Session, public_id: str) -> tuple[Booked, Handover]:
    """A visit with the hand-over of it that waits, both providers locked. Raises NotFound, Conflict `handover_over`."""
    newest = find_handover(session, get_any(session, public_id).appointment.id)
    if newest is None:
        raise Conflict("handover_over", NO_HANDOVER)
    booked = _lock_with(session, public_id, newest.to_provider_id)
    session.refresh(newest)
    if newest.state != OFFERED:
        raise Conflict("handover_over", NO_HANDOVER)
    return booked, newest


def _end(session: Session, booked: Booked, handover: Handover, state: str, doer: Doer, now: datetime) -> None:
    handover.state, handover.ended_at = state, now
    claim = session.get_one(Claim, handover.claim_id)
    if claim.live:
        release_claim(session, claim)
    write_history(session, booked.appointment, f"handover_{state}", doer, now)
    write_handover_ended(session, booked, handover, now)
