"""Whoever was brought along answers the health questions and accepts the consent text: then both visits come about, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.couples import confirm_waiting, end_beside, end_request
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_accepted
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.couples import answers_are_due
from booking.appointments.rules.requests import CLEARANCE_DUE, HEALTH_DUE
from booking.appointments.rules.states import CANCELLED, REQUESTED
from booking.guardians.changes import refuse_unguarded
from booking.screening.changes import accept_consent, usable_screening
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from providers.schedule.models import Claim

NOT_ASKED = "The health questions of this visit are answered, or it is no longer waiting for them."


@dataclass(frozen=True)
class HalfGiven:
    """A kept screening (public id), and the consent text as it was accepted."""

    screening: str
    consent_version: str
    consent_accepted: bool
    consent_sections: tuple[str, ...] = ()


def answer_half(public_id: str, given: HalfGiven, doer: Doer, base_url: str, now: datetime) -> Booked:
    """Take the second person's answers: both visits are confirmed, or wait for what else there is, or end at no cost where a massage
    would not be safe. Of that nobody hears but the person themselves: the others are told that one of the two visits cannot be.

    The link was in a letter, so the address is theirs. Raises NotFound, Conflict `not_asked`, Refused `screening_needed`,
    `consent_required`, `guardian_needed`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit, person = booked.appointment, booked.person
        late = visit.respond_by_at is None or visit.respond_by_at <= now or not session.get_one(Claim, visit.claim_id).live
        if visit.status != REQUESTED or not answers_are_due(visit.attention) or late:
            raise Conflict("not_asked", NOT_ASKED)
        person.email_confirmed_at = person.email_confirmed_at or now
        refuse_unguarded(session, person.id, visit.starts_at)
        try:
            screening = usable_screening(session, given.screening, person.id, now)
        except Refused as refusal:
            if refusal.code != "screening_stop":
                raise
            end_request(session, booked, CANCELLED, doer, base_url, now)
            end_beside(session, booked, REQUESTED, doer, base_url, now)
            return booked
        consent = accept_consent(
            session, person.id, given.consent_version, given.consent_sections, accepted=given.consent_accepted, now=now
        )
        visit.screening_id, visit.consent_id = screening.id, consent.id
        kept = [sign for sign in visit.attention if sign != HEALTH_DUE]
        visit.attention = [CLEARANCE_DUE, *kept] if screening.outcome == "clearance_needed" else kept
        visit.sequence += 1
        if not confirm_waiting(session, booked, doer, base_url, now):
            write_history(session, visit, "answered", doer, now, {"sequence": visit.sequence})
            write_accepted(session, booked, Sending(base_url), now)
        return booked
