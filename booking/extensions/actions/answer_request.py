"""Whoever prescribed opens their link, and answers it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.care.changes import note_read
from booking.extensions.changes import ANSWERED_LETTER, READ, end_request, record, tell_client, tell_therapist
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import Asked, get_request
from booking.extensions.rules.asking import APPROVED, LINK, REFUSED, SENT, Reply, reply_faults
from booking.screening.changes import add_prescription
from booking.screening.models import Prescription
from booking.screening.rules.prescriptions import PrescriptionDraft
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import secret_hash

NOT_OPEN = "This link is not open. It may have been used, or be older than seven days."
PRESCRIBER = "prescriber link"


def open_request(token: str, now: datetime) -> Asked:
    """What a prescriber is asked; the look is written down. Raises NotFound, always the same, for a link that is not open."""
    with transaction() as session:
        asked = _open(session, token, now)
        note_read(session, asked.person, READ, PRESCRIBER, now, {"appointment": asked.appointment})
        return asked


def answer_request(token: str, reply: Reply, base_url: str, now: datetime) -> None:
    """Keep a prescriber's answer; the link is used up, and both sides are told. A yes is a prescription of its own.

    Raises NotFound, Refused `invalid` naming every fault.
    """
    with transaction() as session:
        asked = _open(session, token, now)
        if faults := reply_faults(reply, asked.prescription.prescriber_npi, local_day(to_minute(now))):
            raise Refused("invalid", faults[0].message, faults=faults)
        given = _give(session, asked.prescription, reply, now) if reply.agrees else None
        asked.request.answer = {"name": reply.signer_name.strip(), "npi": reply.signer_npi, "words": reply.words.strip()}
        end_request(asked, APPROVED if reply.agrees else REFUSED, LINK, now, given)
        record(session, asked, "answered", PRESCRIBER, now)
        tell_client(session, asked, ANSWERED_LETTER, base_url, now)
        tell_therapist(session, asked, base_url, now)


def _open(session: Session, token: str, now: datetime) -> Asked:
    try:
        asked = get_request(session, ExtensionRequest.token_hash == secret_hash(token), now, lock=True)
    except NotFound:
        raise NotFound("not_found", NOT_OPEN) from None
    if asked.status != SENT:
        raise NotFound("not_found", NOT_OPEN)
    return asked


def _give(session: Session, before: Prescription, reply: Reply, now: datetime) -> Prescription:
    today = local_day(to_minute(now))
    draft = PrescriptionDraft(
        reply.signer_name.strip(), reply.signer_npi, before.diagnosis, before.icd10, before.treatment, before.frequency,
        tuple(before.regions), reply.visits or 0, today, reply.expires_on or today,
    )  # fmt: skip
    return add_prescription(session, draft, before.person_id, PRESCRIBER, now)
