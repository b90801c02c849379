"""What checkers are shown, as the contract writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for

from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.credentials.forms.shapes import own_answer
from providers.credentials.models import CredentialDecision
from providers.credentials.queries import CredentialRow, DocumentRow, load_policies
from providers.credentials.rules.kinds import INSURANCE, insurance_faults
from providers.verification.actions.look import OpenedCredential


def queue_answer(row: CredentialRow, today: date) -> dict[str, object]:
    """A line of the queue: whose, what, since when; no number."""
    shape = own_answer(row.credential, today)
    del shape["number"], shape["details"]
    return {**shape, "provider": {"slug": row.provider.slug, "name": row.provider.name, "state": row.provider.state}}


def opened_answer(opened: OpenedCredential, today: date) -> dict[str, object]:
    """Everything a checker sees."""
    credential = opened.row.credential
    faults = insurance_faults(credential.details or {}, load_policies(db.session()).on(today)) if credential.kind == INSURANCE else []
    return {
        **queue_answer(opened.row, today),
        "number": credential.number,
        "details": credential.details,
        "faults": [{"field": fault.field, "message": fault.message} for fault in faults],
        "documents": _documents(opened.documents),
        "decisions": [_decision(decision) for decision in opened.decisions],
        "verified_at": rfc3339(credential.verified_at) if credential.verified_at else None,
        "verified_by": credential.verified_by,
        "next_check_on": _day(credential.next_check_on),
    }


def _documents(rows: Sequence[DocumentRow]) -> list[dict[str, object]]:
    return [
        {
            "id": row.public_id,
            "version": row.version,
            "media_type": row.media_type,
            "uploaded_at": rfc3339(row.uploaded_at),
            "url": url_for("checking_api.show_document", public_id=row.public_id),
        }
        for row in rows
    ]


def _decision(decision: CredentialDecision) -> dict[str, object]:
    return {
        "decision": decision.decision,
        "source": decision.source,
        "source_value": decision.source_value,
        "valid_until": _day(decision.valid_until),
        "note": decision.note,
        "decided_at": rfc3339(decision.decided_at),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
