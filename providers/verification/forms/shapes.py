"""What checkers are shown, as the contract writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for

from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.credentials.forms.shapes import own_answer
from providers.credentials.queries import CredentialRow, DocumentRow, load_policies
from providers.credentials.rules.kinds import INSURANCE, insurance_faults
from providers.registry.forms import provider_line
from providers.verification.actions.look import OpenedCredential
from providers.verification.queries.desk import Decided


def queue_answer(row: CredentialRow, today: date) -> dict[str, object]:
    """A line of the queue: whose, what, since when; no number."""
    credential = row.credential
    shape = own_answer(credential, today)
    del shape["number"], shape["details"]
    return {
        **shape,
        "provider": provider_line(row.provider),
        "taken_at": rfc3339(credential.taken_at) if credential.taken_at else None,
        "second_person_required": credential.first_verified_by is not None,
        "next_check_on": _day(credential.next_check_on),
    }


def opened_answer(opened: OpenedCredential, today: date) -> dict[str, object]:
    """Everything a checker sees. `version` and `document_sha256` go back with the decision, so that it is about what was seen."""
    credential = opened.row.credential
    faults = insurance_faults(credential.details or {}, load_policies(db.session()).on(today)) if credential.kind == INSURANCE else []
    return {
        **queue_answer(opened.row, today),
        "number": credential.number,
        "details": credential.details,
        "faults": [{"field": fault.field, "message": fault.message} for fault in faults],
        "warnings": [{"code": one.code, "detail": one.sentence} for one in opened.warnings],
        "changes": [{"fact": one.name, "before": one.before, "after": one.after} for one in opened.changes],
        "earlier": [{"id": one.public_id, "version": one.version, "status": one.status} for one in opened.earlier],
        "document_sha256": opened.document_sha256,
        "documents": _documents(opened.documents),
        "decisions": [_decided(one) for one in opened.decisions],
        "taken_by": opened.taken_by,
        "first_verified_by": opened.first_by,
        "verified_at": rfc3339(credential.verified_at) if credential.verified_at else None,
        "verified_by": credential.verified_by,
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


def _decided(one: Decided) -> dict[str, object]:
    decision = one.decision
    return {
        "decision": decision.decision,
        "version": decision.version,
        "source": decision.source,
        "source_value": decision.source_value,
        "valid_until": _day(decision.valid_until),
        "note": decision.note,
        "decided_by": one.by,
        "decided_at": rfc3339(decision.decided_at),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
