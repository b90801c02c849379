"""Reading who is asked and what is answered; what is shown to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from werkzeug.datastructures import MultiDict

from marketplace.settings import Settings
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields
from providers.credentials.rules.collaboration import STATEMENT, title_of
from providers.verification.actions.confirming import Asker
from providers.verification.models import EvidenceRequest
from providers.verification.queries.confirming import Opened, request_state
from providers.verification.rules.confirming import NO, TO_PHYSICIAN, YES, Reply

REPLY = ("answer", "name", "role", "npi", "accepted", "may_be_named")
LAST_DIGITS = 4
link_limit = limiter.shared_limit("60 per hour", scope="evidence links")
send_limit = limiter.shared_limit("20 per hour", scope="evidence letters")


def base_url() -> str:
    """For the links in letters."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url


def asker(*, own: bool) -> Asker:
    """The signed-in account: a provider about their own, or an admin."""
    who = viewer()
    return Asker(who.actor, who.account_id if own else None)


def read_recipient(body: Mapping[str, Any]) -> str:
    """The body of `POST …/requests`."""
    fields = Fields(body)
    email: str = fields.text("email", longest=254)
    fields.finish()
    return email


def read_reply(body: Mapping[str, Any]) -> Reply:
    """The body of an answer."""
    fields = Fields(body)
    reply = Reply(
        answer=fields.choice("answer", (YES, NO)),
        name=fields.text("name", longest=120),
        role=fields.text("role", longest=120),
        npi=fields.text("npi", "", longest=20, blank=True),
        accepted=fields.boolean("accepted", False),
        may_be_named=fields.boolean("may_be_named", False),
    )
    fields.finish()
    return reply


def reply_of_form(form: MultiDict[str, str]) -> dict[str, Any]:
    """An answer as the page sends it."""
    boxes = {name: form.get(name) == "yes" for name in ("accepted", "may_be_named")}
    return {**{name: form.get(name, "").strip() for name in REPLY}, **boxes}


def shown(opened: Opened) -> dict[str, object]:
    """Exactly what is to be confirmed, and nothing else of the provider: no document, no whole number, no address."""
    credential, details = opened.credential, opened.credential.details or {}
    common = {"purpose": opened.request.purpose, "state": opened.state, "provider": opened.provider.name}
    if opened.request.purpose == TO_PHYSICIAN:
        partner = {
            "name": details.get("name") or "",
            "profession": title_of(details.get("profession")) or str(details.get("profession") or ""),
            "practice": details.get("practice") or credential.issuer,
            "relation": str(details.get("relation") or "").replace("_", " "),
        }
        return {**common, "partner": partner, "statement": STATEMENT}
    number = credential.number or ""
    policy = {
        "insured": credential.holder_name,
        "carrier": credential.issuer,
        "number_ends_in": number[-LAST_DIGITS:] if len(number) > LAST_DIGITS else "",
        "per_occurrence_cents": details.get("per_occurrence_cents"),
        "aggregate_cents": details.get("aggregate_cents"),
        "issued_on": credential.issued_on.isoformat() if credential.issued_on else None,
        "expires_on": credential.expires_on.isoformat() if credential.expires_on else None,
    }
    return {**common, "policy": policy}


def request_answer(request: EvidenceRequest, now: datetime) -> dict[str, object]:
    """A request for those who asked: never its link, never the address."""
    return {
        "id": request.public_id,
        "purpose": request.purpose,
        "state": request_state(request, now),
        "requested_at": rfc3339(request.requested_at),
        "expires_at": rfc3339(request.expires_at),
        "answered_at": rfc3339(request.answered_at) if request.answered_at else None,
    }
