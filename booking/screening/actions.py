"""Answering the health questions, and keeping a prescription."""

from __future__ import annotations

from datetime import datetime

from booking.screening import catalogue
from booking.screening.changes import Screened, add_prescription, keep_answers
from booking.screening.models import Prescription
from booking.screening.rules.outcome import Submission
from booking.screening.rules.prescriptions import PrescriptionDraft, draft_faults
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import NEW_YORK


def answer_screening(sent: Submission, person_id: int, actor: str, now: datetime) -> Screened:
    """Judge the answers and keep them, sealed, with the form's version. Raises Refused `invalid_answers` naming every fault."""
    with transaction() as session:
        return keep_answers(session, sent, person_id, actor, now)


def keep_prescription(draft: PrescriptionDraft, person_id: int, actor: str, now: datetime) -> Prescription:
    """Keep a client's prescription, sealed. Raises Refused `invalid` naming every fault."""
    faults = draft_faults(draft, catalogue.body_map().names.keys(), now.astimezone(NEW_YORK).date())
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        return add_prescription(session, draft, person_id, actor, now)
