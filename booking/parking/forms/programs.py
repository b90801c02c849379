"""What programs and pages send about parking, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from booking.parking.models import ParkingTerms
from booking.parking.queries import Sent
from booking.parking.rules.claims import DECISIONS, LONGEST_REASON, MOST_CENTS, Decision, Verdict
from booking.parking.rules.terms import Terms, words
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from marketplace.webkit.typed import cents_or_text, number_or_text
from providers.credentials.rules.documents import SUFFIXES


def read_cents(asked: Request) -> int:
    """What a program says parking cost: `cents` of a form beside the file. A JSON body names what is missing."""
    sent: Mapping[str, Any] = {name: number_or_text(text) for name, text in asked.form.items() if name != "csrf_token"}
    fields = Fields(sent if asked.mimetype == "multipart/form-data" else json_object(asked))
    cents = fields.integer("cents", least=1, most=MOST_CENTS)
    fields.finish()
    return int(cents)


def read_typed_cents(form: Mapping[str, str]) -> int:
    """The same, typed in dollars."""
    fields = Fields({"cents": cents_or_text(form.get("cents", ""))})
    cents = fields.integer("cents", least=1, most=MOST_CENTS)
    fields.finish()
    return int(cents)


def read_terms(body: Mapping[str, Any]) -> tuple[Terms, str]:
    """The body of `POST /admin/parking-terms`: the terms, and why."""
    fields = Fields(body)
    starts_on, visit_cents, month_cents = fields.day("starts_on"), fields.integer("visit_cents"), fields.integer("month_cents")
    days, reason = fields.integer("days", least=1), fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return Terms(starts_on, visit_cents, month_cents, days), reason


def typed_terms(form: Mapping[str, str]) -> dict[str, Any]:
    """What somebody typed, for the same reader; what was left empty was not said."""
    said = {name: form.get(name, "").strip() or None for name in ("starts_on", "reason")}
    amounts = {name: cents_or_text(form.get(name, "")) for name in ("visit_cents", "month_cents")}
    return {**said, **amounts, "days": number_or_text(form.get("days", ""))}


def read_decision(body: Mapping[str, Any]) -> Decision:
    """The body of `POST /admin/parking/ID/decision`."""
    fields = Fields(body)
    what, cents = fields.choice("decision", DECISIONS), fields.integer("cents", None, least=1, most=MOST_CENTS)
    reason = fields.text("reason", None, longest=LONGEST_REASON, blank=True)
    fields.finish()
    return Decision(what, cents, reason or None)


def typed_decision(form: Mapping[str, str]) -> dict[str, Any]:
    """What somebody typed, for the same reader."""
    reason = form.get("reason", "").strip() or None
    return {"decision": form.get("decision") or None, "cents": cents_or_text(form.get("cents", "")), "reason": reason}


def terms_answer(terms: Terms, row: ParkingTerms | None = None) -> dict[str, Any]:
    """Terms as JSON; with the row who said so and why, for the staff."""
    answer: dict[str, Any] = {
        "starts_on": terms.starts_on.isoformat(), "visit_cents": terms.visit_cents, "month_cents": terms.month_cents, "days": terms.days,
        "on": terms.on, "currency": "USD", "words": words(terms),
    }  # fmt: skip
    return answer if row is None else answer | {"reason": row.reason, "made_by": row.made_by}


def claim_answer(sent: Sent, *, staff: bool = False) -> dict[str, Any]:
    """A claim as JSON; for the staff with whose it is, where, and the earlier claim that came with the same photo."""
    claim = sent.claim
    answer: dict[str, Any] = {
        "id": claim.public_id, "reference": sent.reference, "visit_on": claim.visit_on.isoformat(), "asked_cents": claim.asked_cents,
        "accepted_cents": claim.accepted_cents, "currency": "USD", "state": claim.state, "reason": claim.reason,
        "sent_at": rfc3339(claim.sent_at), "decided_at": None if claim.decided_at is None else rfc3339(claim.decided_at),
    }  # fmt: skip
    if not staff:
        return answer | {"appointment": sent.visit}
    whose = {"slug": sent.provider.slug, "name": sent.provider.name}
    return answer | {"provider": whose, "district": sent.district, "same_photo_as": sent.same_as}


def visit_answer(verdict: Verdict, terms: Terms, sent: Sent | None) -> dict[str, Any]:
    """What may be sent in for a visit, until when, and what was."""
    return {
        "may_send": sent is None and verdict.allowed, "why_not": "sent_already" if sent is not None else verdict.code or None,
        "until_on": None if verdict.until_on is None else verdict.until_on.isoformat(), "most_cents": verdict.room_cents, "currency": "USD",
        "paid_by": "platform", "words": words(terms), "claim": None if sent is None else claim_answer(sent),
    }  # fmt: skip


def as_photo(public_id: str, media_type: str, content: bytes) -> Response:
    """A photo on its way to whoever may see it: it runs nothing, and nobody keeps it."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = f'inline; filename="{public_id}.{SUFFIXES[media_type]}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
