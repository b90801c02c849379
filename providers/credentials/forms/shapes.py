"""Credentials as the contract writes them."""

from __future__ import annotations

from datetime import date

from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.credentials.models import Credential
from providers.credentials.queries import credential_fact, load_policies
from providers.credentials.rules.standing import shown_state


def own_answer(credential: Credential, today: date) -> dict[str, object]:
    """One's own credential; `state` is what it is worth today (expiring and expired are computed, never stored)."""
    return {
        "id": credential.public_id,
        "kind": credential.kind,
        "status": credential.status,
        "state": shown_state(credential_fact(credential), today, load_policies(db.session()).on(today).expiring_days),
        "issuer": credential.issuer,
        "holder_name": credential.holder_name,
        "number": credential.number,
        "issued_on": _day(credential.issued_on),
        "expires_on": _day(credential.expires_on),
        "valid_until": _day(credential.valid_until),
        "details": credential.details,
        "version": credential.version,
        "submitted_at": rfc3339(credential.submitted_at) if credential.submitted_at else None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
