"""A therapist writes a request for more visits, looks at what became of it, and ties a new prescription to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.care.changes import note_read
from booking.care.queries.papers import PrescriptionRow, prescription_of_visit
from booking.care.queries.visits import get_in_care
from booking.extensions.changes import READ, WRITTEN_LETTER, record, tell_client
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import Asked, get_request, list_requests, newer_prescriptions
from booking.extensions.rules.asking import OPEN, WRITTEN, Draft, draft_faults
from booking.screening.models import Prescription
from booking.screening.queries import get_prescription
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute

NO_PRESCRIPTION = "This visit counts for no prescription. There is nothing to ask more visits for."


@dataclass(frozen=True)
class Opened:
    """A visit, the prescription it counts for, what was asked for that client, and the papers that came since the open request."""

    booked: Booked
    prescription: PrescriptionRow | None
    requests: Sequence[Asked]
    papers: Sequence[Prescription]

    @property
    def open_request(self) -> Asked | None:
        """The request that waits for an answer."""
        return next((one for one in self.requests if one.open), None)


def look_at_requests(appointment: str, actor: str, now: datetime) -> Opened:
    """What was asked for the client of a visit, by its therapist; the look is written down.

    The caller has made sure that the visit is theirs. Raises NotFound for a visit that is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        visit = booked.appointment
        note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        mine = (ExtensionRequest.provider_id == visit.provider_id) & (ExtensionRequest.person_id == visit.person_id)
        requests = list_requests(session, mine, now)
        waiting = next((one for one in requests if one.open), None)
        papers = newer_prescriptions(session, waiting) if waiting is not None else ()
        return Opened(booked, prescription_of_visit(session, visit.id, now), requests, papers)


def write_request(appointment: str, draft: Draft, actor: str, base_url: str, now: datetime) -> Asked:
    """Ask for more visits than the prescription of a visit allows. Its client reads it, and sends it on or not.

    The caller has made sure that the visit is theirs. Raises Refused `invalid` or `no_prescription`, NotFound for a visit that is not in
    care, Conflict `asked_already`.
    """
    if faults := draft_faults(draft, local_day(to_minute(now))):
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        prescription = _lock_prescription(session, booked, now)
        visit = booked.appointment
        row = ExtensionRequest(
            provider_id=visit.provider_id, person_id=visit.person_id, appointment_id=visit.id, prescription_id=prescription.id,
            visits=draft.visits, until_on=draft.until_on, content={"reason": draft.reason.strip()}, written_by=actor, written_at=now,
            state=WRITTEN,
        )  # fmt: skip
        session.add(row)
        session.flush()
        asked = get_request(session, ExtensionRequest.id == row.id, now)
        record(session, asked, "written", actor, now)
        tell_client(session, asked, WRITTEN_LETTER, base_url, now)
        return asked


def _lock_prescription(session: Session, booked: Booked, now: datetime) -> Prescription:
    counted = prescription_of_visit(session, booked.appointment.id, now)
    if counted is None:
        raise Refused("no_prescription", NO_PRESCRIPTION)
    found = get_prescription(session, counted.prescription.public_id, booked.appointment.person_id, lock=True)
    waiting = (ExtensionRequest.prescription_id == found.id) & ExtensionRequest.state.in_(OPEN)
    if list_requests(session, waiting, now):
        raise Conflict("asked_already", "More visits are being asked for already. Wait for the answer, or withdraw the request.")
    return found
