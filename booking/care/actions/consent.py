"""Agreeing once more, because the text has changed, or to other areas; and the letter that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment
from booking.care.changes import Asking, ask_by_letter, note_read
from booking.care.queries.consents import CONSENT_AGAIN, coming_with, find_consent, is_asked, letter_key, visits_to_reconsent
from booking.care.queries.visits import get_in_care
from booking.screening import catalogue
from booking.screening.changes import accept_consent
from booking.screening.models import Consent
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict

CONSENTED = "consented"


@dataclass(frozen=True)
class Agreeing:
    """The version of the text that was read, whether it is accepted, and the optional sections that are agreed to as well."""

    version: str
    accepted: bool
    sections: tuple[str, ...] = ()


def agree(public_id: str, given: Agreeing, doer: Doer, now: datetime) -> Consent:
    """Agree for a visit that is to come or under way; what was agreed to before stays on record.

    The same consent counts for the person's other visits to come with this therapist whose consent is missing or out of date. Raises
    NotFound, Conflict `wrong_state`, Refused `consent_required`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if not is_asked(visit):
            raise Conflict("wrong_state", "No consent is asked for this visit now.")
        others = coming_with(session, visit, now)
        consent = accept_consent(session, visit.person_id, given.version, given.sections, accepted=given.accepted, now=now)
        for one in (visit, *others):
            one.consent_id = consent.id
            write_history(session, one, CONSENTED, doer, now, {"version": consent.version})
        return consent


def look_consent(appointment: str, actor: str, now: datetime) -> Consent | None:
    """What a visit's client agreed to, for its therapist: written in the audit and in the client's log of who has read what.

    The caller has made sure that the visit is theirs. Raises NotFound where the visit is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        note_read(session, booked.person, "consent", actor, now, {"appointment": appointment})
        return find_consent(session, booked.appointment)


def ask_consent(now: datetime, base_url: str) -> int:
    """Ask by letter, once for each visit and version of the text, from a week before on; counts the letters."""
    return one_by_one("ask for consent", visits_to_reconsent(db.session(), now), lambda public_id: _ask(public_id, base_url, now))


def _ask(public_id: str, base_url: str, now: datetime) -> None:
    with transaction() as session:
        once = letter_key(public_id, catalogue.form().consent.version)
        ask_by_letter(session, public_id, Asking(CONSENT_AGAIN, once, "consent"), base_url, now)
