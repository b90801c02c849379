"""A visit on its day: check-in, completion, no-show, check-out; and another technique chosen before it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.guarding import refuse_unattended
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import withdraw_reminders
from booking.appointments.changes.loading import lock_appointment, verdict_facts
from booking.appointments.changes.money import charge_fee, charge_visit
from booking.appointments.changes.pausing import paused_ids
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.attention import PAUSED
from booking.appointments.rules.cancellation import PAUSED_WORDS, assess_no_show
from booking.appointments.rules.holding import technique_changes_until
from booking.appointments.rules.requests import CLEARANCE_DUE
from booking.appointments.rules.states import CHECK_IN, CHECKED_IN, COMPLETE, COMPLETED, CONFIRMED, NO_SHOW, REQUESTED, assess_step
from booking.ledger.rules.entries import NO_SHOW as NO_SHOW_FEE
from booking.openings.catalogue import house_rules
from booking.screening.changes import barred_techniques_of, refuse_stop
from booking.screening.models import Screening
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Forbidden, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.standing import techniques_in_standing
from providers.profiles.queries import get_facts
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE


def check_in(public_id: str, doer: Doer, now: datetime) -> Booked:
    """The visit has begun.

    Raises NotFound, Conflict `wrong_state` or `too_early`, Refused `screening_stop`, `clearance_due`, `guardian_needed`,
    `guardian_absent` or `paused`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        if booked.appointment.setting != PHONE:
            refuse_stop(session, booked.appointment.person_id, now)
        if CLEARANCE_DUE in booked.appointment.attention:
            raise Refused(CLEARANCE_DUE, "This visit waits for a clearance: a physician has to agree before it begins.")
        refuse_unattended(session, booked.appointment)
        _step(session, booked.appointment, CHECK_IN, doer, now)
        booked.appointment.checked_in_at = now
        return booked


def complete(public_id: str, doer: Doer, now: datetime) -> Booked:
    """The visit took place. A forgotten check-in is recorded with it.

    Raises NotFound, Conflict `wrong_state` or `too_early`, Refused `guardian_needed`, `guardian_absent`, `paused`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        if booked.appointment.status != CHECKED_IN:
            refuse_unattended(session, booked.appointment)
        _step(session, booked.appointment, COMPLETE, doer, now)
        charge_visit(session, booked.appointment, doer, now)
        close_cards(session, booked.appointment, doer, now)
        return booked


def check_out(public_id: str, doer: Doer, now: datetime) -> Booked:
    """The therapist has left. Allowed once, after check-in. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if visit.status not in {CHECKED_IN, COMPLETED} or visit.checked_out_at is not None:
            raise Conflict("wrong_state", "Check-out comes once, after check-in.")
        visit.checked_out_at = now
        write_history(session, visit, "checked_out", doer, now)
        return booked


def mark_no_show(public_id: str, doer: Doer, now: datetime) -> Booked:
    """The client did not come; the agreed share is due. Raises NotFound, Conflict `wrong_state` or `too_early`."""
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        verdict = assess_no_show(verdict_facts(session, visit), now=now)
        if not verdict.allowed:
            raise Conflict("wrong_state", verdict.sentence, details={"reason": verdict.reason})
        visit.status = NO_SHOW
        charge_fee(session, visit, doer, now, memo=NO_SHOW_FEE, fee_cents=verdict.fee_cents)
        close_cards(session, visit, doer, now)
        visit.sequence += 1
        release_claim(session, session.get_one(Claim, visit.claim_id))
        withdraw_reminders(session, visit, now)
        write_history(session, visit, NO_SHOW, doer, now, {"fee_cents": verdict.fee_cents})
        return booked


def choose_technique(public_id: str, technique: str, doer: Doer, now: datetime) -> Booked:
    """Another technique of the same service, until two hours before. Raises NotFound, Conflict, Refused."""
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if visit.status not in {REQUESTED, CONFIRMED}:
            raise Conflict("wrong_state", "The technique of this visit cannot be changed any more.")
        if now > technique_changes_until(visit.starts_at):
            raise Refused(
                "notice_passed", "The technique can be changed until two hours before the visit. Talk to your therapist at the visit."
            )
        facts = get_facts(session, visit.provider_id)
        service = facts.service(visit.service_code)
        house, day = house_rules(session), local_day(to_minute(visit.starts_at))
        levels = {code: house.evidence_levels[code] for code in (service.techniques if service else ())}
        if technique not in techniques_in_standing(day, facts.credentials, levels, house.policies, visit.setting, facts.profession):
            raise Refused("unknown_technique", "This provider does not offer that technique on that day.")
        screening = session.get(Screening, visit.screening_id) if visit.screening_id else None
        if screening is not None and technique in barred_techniques_of(screening):
            raise Refused("technique_barred", "Your health answers speak against that technique. Choose another one.")
        visit.technique = technique
        write_history(session, visit, "technique", doer, now, {"technique": technique})
        return booked


def _step(session: Session, visit: Appointment, verb: str, doer: Doer, now: datetime) -> None:
    if paused_ids(session, [visit]):
        raise Refused(PAUSED, PAUSED_WORDS)
    late = verdict_facts(session, visit).agreed.terms.late_minutes
    verdict = assess_step(verb, visit.status, doer.part, starts_at=visit.starts_at, late_minutes=late, now=now)
    if verdict.code == "forbidden":
        raise Forbidden(verdict.code, verdict.sentence)
    if not verdict.allowed:
        raise Conflict("wrong_state", verdict.sentence, details={"reason": verdict.code})
    withdraw_reminders(session, visit, now)
    for status in verdict.path:
        visit.status = status
        visit.sequence += 1
        if status == CHECKED_IN and visit.checked_in_at is None:
            visit.checked_in_at = now
        write_history(session, visit, status, doer, now)
