"""Credentials as the contract writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from providers.credentials.models import Credential
from providers.credentials.queries import credential_fact, load_policies
from providers.credentials.rules.settings import missing_there
from providers.credentials.rules.standing import shown_state, standing_on


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


def missing_answer(rows: Sequence[Credential], profession: str | None, today: date) -> list[dict[str, object]]:
    """What is required and not in force today; `settings` are those that it closes, none where it closes all of them."""
    facts, policies = [credential_fact(row) for row in rows], load_policies(db.session())
    everywhere = standing_on(today, facts, policies, {}, None, profession).missing
    found: list[dict[str, object]] = [{"code": one.code, "detail": one.sentence, "settings": []} for one in everywhere]
    there = missing_there(today, facts, policies, profession)
    return found + [{"code": one.code, "detail": one.sentence, "settings": list(one.settings)} for one in there]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
