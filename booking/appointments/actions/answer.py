"""A therapist's answer to a request: yes or no. Whatever it is, nothing is ever charged for asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.couples import confirm_waiting, deadline_of, end_beside
from booking.appointments.changes.discounts import give_code_back
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_accepted, write_declined
from booking.appointments.changes.loading import lock_appointment, verdict_facts
from booking.appointments.changes.pairing import other_half
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.requests import ANSWER_DUE, AnswerVerdict, assess_answer, decline_code
from booking.appointments.rules.states import ACCEPT, DECLINE, REQUESTED, next_status
from booking.guardians.changes import refuse_unguarded
from booking.packages.changes import give_back
from booking.screening.changes import barred_techniques_of, refuse_stop, usable_screening
from booking.screening.models import Screening
from booking.screening.queries import cleared_codes
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Forbidden, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.changes import note_change
from providers.schedule.changes import APPOINTMENT, release_claim, turn_claim
from providers.schedule.models import Claim
from providers.wording.changes import raise_flags

CONFIRMED_VERB, ACCEPTED_VERB, DECLINED_VERB = "confirmed", "accepted", "declined"
LAPSED = "You cannot say yes as things stand: not everything that is required for this visit is in force on its day."
UNSAFE = "The client's health answers have changed: this visit, or its technique, would not be safe for them now. Decline it."


@dataclass(frozen=True)
class Declining:
    """Why a therapist says no, as a code and in their own words, both for the client, and which other times they propose."""

    reason: str | None = None
    words: str | None = None
    propose: Sequence[datetime] = ()


def accept(public_id: str, doer: Doer, base_url: str, now: datetime) -> Booked:
    """The therapist's yes. The visit is confirmed, or waits on for its clearance where that is still to come.

    What was judged at booking is judged again: the standing on that day, the health answers, the minutes. Raises NotFound, Forbidden,
    Conflict `wrong_state`, `not_asked` or `answer_over`, Refused `not_bookable`, `screening_stop` or `guardian_needed`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit, claim = booked.appointment, _open_claim(session, booked, doer, now)
        if verdict_facts(session, visit).lapsed:
            raise Refused("not_bookable", LAPSED)
        _check_health(session, visit, now)
        visit.attention = [sign for sign in visit.attention if sign != ANSWER_DUE]
        if other_half(session, visit) is not None:
            return _accept_half(session, booked, doer, base_url, now)
        visit.respond_by_at = deadline_of(session, visit, now)
        visit.sequence += 1
        if visit.respond_by_at is None:
            visit.status = next_status(visit.status, ACCEPT)
        turn_claim(session, claim, APPOINTMENT, expires_at=visit.respond_by_at)
        verb = CONFIRMED_VERB if visit.respond_by_at is None else ACCEPTED_VERB
        write_history(session, visit, verb, doer, now, {"sequence": visit.sequence})
        write_accepted(session, booked, Sending(base_url), now)
        return booked


def _accept_half(session: Session, booked: Booked, doer: Doer, base_url: str, now: datetime) -> Booked:
    """Of two side by side both are confirmed at once: the one that was said yes to may have to wait for the other."""
    visit = booked.appointment
    visit.sequence += 1
    if not confirm_waiting(session, booked, doer, base_url, now):
        write_history(session, visit, ACCEPTED_VERB, doer, now, {"sequence": visit.sequence})
        write_accepted(session, booked, Sending(base_url), now)
    return booked


def decline(public_id: str, wanted: Declining, doer: Doer, base_url: str, now: datetime) -> Booked:
    """The therapist's no: the time is free at once, the client is told why, what else there is, and that nothing is due.

    Raises NotFound, Forbidden, Conflict `wrong_state`, `not_asked` or `answer_over`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit, claim = booked.appointment, _open_claim(session, booked, doer, now)
        visit.status = next_status(visit.status, DECLINE)
        visit.cancelled_at, visit.cancelled_by = now, doer.part
        visit.cancel_reason, visit.cancel_note = decline_code(wanted.reason), wanted.words
        visit.fee_cents = visit.due_cents = 0
        visit.sequence += 1
        visit.attention, visit.respond_by_at = [], None
        close_cards(session, visit, doer, now)
        release_claim(session, claim)
        give_back(session, visit.id, now)
        give_code_back(session, visit, now)
        note_change(session, visit.provider_id)
        if wanted.words:
            raise_flags(session, booked.provider, {"request": wanted.words}, now)
        facts = {"reason": wanted.reason, "proposed": [start.isoformat() for start in wanted.propose], "sequence": visit.sequence}
        write_history(session, visit, DECLINED_VERB, doer, now, facts)
        write_declined(session, booked, wanted.propose, Sending(base_url), now)
        end_beside(session, booked, REQUESTED, doer, base_url, now)
        return booked


def _open_claim(session: Session, booked: Booked, doer: Doer, now: datetime) -> Claim:
    """The claim of a request that may still be answered: whoever waited at the lock has an old clock, and others may have been first."""
    visit = booked.appointment
    claim = session.get_one(Claim, visit.claim_id)
    verdict = assess_answer(visit.status, visit.attention, visit.respond_by_at, doer.part, now, kept=claim.live)
    if not verdict.allowed:
        raise _refusal(verdict)
    return claim


def _refusal(verdict: AnswerVerdict) -> Conflict | Forbidden:
    kind = Forbidden if verdict.code == "forbidden" else Conflict
    return kind(verdict.code, verdict.sentence)


def _check_health(session: Session, visit: Appointment, now: datetime) -> None:
    """The newest health answers decide, as at booking. Answers that have grown old meanwhile are asked anew before the visit, not here."""
    refuse_stop(session, visit.person_id, now)
    refuse_unguarded(session, visit.person_id, visit.starts_at)
    taken = session.get(Screening, visit.screening_id) if visit.screening_id else None
    if taken is None or taken.valid_until_at <= now:
        return
    cleared = cleared_codes(session, visit.person_id, local_day(to_minute(visit.starts_at)), visit.provider_id)
    newest = usable_screening(session, taken.public_id, visit.person_id, now, cleared)
    if visit.technique is not None and visit.technique in barred_techniques_of(newest):
        raise Refused("screening_stop", UNSAFE)
