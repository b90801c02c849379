"""Reading decisions as the contract has them, who decides, and files as answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from marketplace.kernel.errors import Unauthorized
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields
from providers.credentials.rules.documents import IMAGES, SUFFIXES
from providers.credentials.rules.drafts import Decision
from providers.credentials.rules.states import DECISIONS, VERIFY
from providers.verification.actions.decide import Checker


def read_decision(body: Mapping[str, Any]) -> Decision:
    """The body of `POST …/decision`. To verify takes a source and the value seen there; anything else takes a note with the reason."""
    fields = Fields(body)
    decision = Decision(
        decision=fields.choice("decision", DECISIONS),
        source=fields.text("source", "", longest=200, blank=True),
        source_value=fields.text("source_value", "", longest=500, blank=True),
        valid_until=fields.day("valid_until", None),
        note=fields.text("note", "", longest=1000, blank=True),
    )
    needed = ("source", "source_value") if decision.decision == VERIFY else ("note",)
    for name in needed:
        if getattr(decision, name) == "":
            fields.fault(name, "This is needed for that decision.")
    fields.finish()
    return decision


def checker() -> Checker:
    """The signed-in admin. Views say `access("admin")`, so that nobody else comes here."""
    who = viewer()
    if who.account_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    return Checker(who.account_id, who.name, who.actor)


def document_response(media_type: str, content: bytes, public_id: str) -> Response:
    """A file as an answer that can do nothing: sandboxed, never sniffed, never stored. Images show in a page, a PDF is a download."""
    place = "inline" if media_type in IMAGES else "attachment"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'{place}; filename="{public_id}.{SUFFIXES[media_type]}"'
    return response
