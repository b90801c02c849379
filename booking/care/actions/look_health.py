"""A therapist looks at what matters to a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.models import Appointment
from booking.appointments.queries import get_any
from booking.care.changes import note_read
from booking.care.queries.papers import PrescriptionRow, prescription_of_visit
from booking.care.rules import NO_LONGER, NOT_YET, why_closed
from booking.screening import catalogue
from booking.screening.models import Consent, Screening
from booking.screening.queries import find_newest
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused

WORDS = {
    NOT_YET: "Health answers can be seen once the visit is confirmed.",
    NO_LONGER: "Health answers can be seen until 30 days after a visit that takes place.",
}


@dataclass(frozen=True)
class Health:
    """The newest answers that count (or those given for the visit), the consent, whether its text is today's, and the prescription."""

    screening: Screening | None
    consent: Consent | None
    consent_is_new: bool
    prescription: PrescriptionRow | None


def look_at_health(public_id: str, provider_id: int, actor: str, now: datetime) -> Health:
    """What a visit's answers lead to, for its therapist from confirmation until 30 days after; the look is written down.

    Raises NotFound, Refused `not_yet` or `no_longer`.
    """
    with transaction() as session:
        booked = get_any(session, public_id)
        visit = booked.appointment
        if visit.provider_id != provider_id:
            raise NotFound("not_found", "There is no such appointment.")
        _check_window(visit, now)
        given = session.get(Screening, visit.screening_id) if visit.screening_id else None
        newest = find_newest(session, visit.person_id, now) if visit.ends_at >= now else None
        consent = session.get(Consent, visit.consent_id) if visit.consent_id else None
        is_new = consent is not None and consent.version == catalogue.form().consent.version
        note_read(session, booked.person, "health_answers", actor, now, {"appointment": public_id})
        return Health(newest or given, consent, is_new, prescription_of_visit(session, visit.id, now))


def _check_window(visit: Appointment, now: datetime) -> None:
    closed = why_closed(visit.status, visit.ends_at, now)
    if closed is not None:
        raise Refused(closed, WORDS[closed])
