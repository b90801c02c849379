"""Answering the health questions, and keeping a prescription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from booking.screening import catalogue
from booking.screening.models import Prescription, Screening
from booking.screening.rules.outcome import Outcome, Submission, outcome_to_dict, screen
from booking.screening.rules.prescriptions import PrescriptionDraft, draft_faults
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import NEW_YORK
from providers.services import catalogue as services


@dataclass(frozen=True)
class Screened:
    """A kept screening and the outcome it was kept for."""

    screening: Screening
    outcome: Outcome


def answer_screening(sent: Submission, person_id: int, actor: str, now: datetime) -> Screened:
    """Judge the answers and keep them, sealed, with the form's version. Raises Refused `invalid_answers` naming every fault."""
    today = now.astimezone(NEW_YORK).date()
    outcome = screen(sent, catalogue.form(), catalogue.rules(), catalogue.body_map(), services.conditions(), today=today)
    barred = [code for code, technique in services.techniques().items() if outcome.bars(technique)]
    with transaction() as session:
        row = Screening(
            person_id=person_id,
            form_version=outcome.form_version,
            answers=_plain(sent),
            outcome=outcome.outcome,
            result={**outcome_to_dict(outcome), "barred_techniques": barred},
            created_at=now,
            valid_until_at=datetime.combine(outcome.valid_until + timedelta(days=1), time(), NEW_YORK),
        )
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "screening.answered", "screening", row.public_id, {"version": outcome.form_version}))
        return Screened(row, outcome)


def keep_prescription(draft: PrescriptionDraft, person_id: int, actor: str, now: datetime) -> Prescription:
    """Keep a client's prescription, sealed. Raises Refused `invalid` naming every fault."""
    faults = draft_faults(draft, catalogue.body_map().names.keys(), now.astimezone(NEW_YORK).date())
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        row = Prescription(person_id=person_id, **{**asdict(draft), "regions": list(draft.regions)}, created_at=now)
        session.add(row)
        session.flush()
        told = {"visits": draft.visits_allowed, "expires_on": draft.expires_on.isoformat()}
        audit.record(session, audit.Deed(now, actor, "prescription.kept", "prescription", row.public_id, told))
        return row


def _plain(sent: Submission) -> Mapping[str, Any]:
    """The submission as it was judged, as plain JSON."""
    return {"answers": sent.answers, "region_marks": sent.region_marks or [], "concerns": sent.concerns or []}
