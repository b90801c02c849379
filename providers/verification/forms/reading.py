"""Reading what checkers send as the contract has it, who decides, and files as answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app

from marketplace.kernel.errors import Malformed, Unauthorized
from marketplace.settings import Settings
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields
from providers.credentials.catalogue import kinds
from providers.credentials.rules.documents import IMAGES, SUFFIXES
from providers.credentials.rules.drafts import Decision
from providers.credentials.rules.states import DECISIONS, STANDING_VERBS, STATUSES, VERIFY
from providers.verification.queries.desk import Wanted
from providers.verification.rules.deciding import OUTCOMES, STILL_SO, Checker, Finding, Recheck, Seen, StandingOrder

_NEEDED = "This is needed for that decision."
LONGEST_SOURCE, LONGEST_VALUE, LONGEST_NOTE, LONGEST_REASON = 200, 500, 1000, 300


def read_decision(body: Mapping[str, Any]) -> tuple[Decision, Seen]:
    """The body of `POST …/decision`. To verify takes a source and the value seen there; anything else takes a note with the reason.

    `version` and `document_sha256` say what the checker had before them; left out, nothing is compared.
    """
    fields = Fields(body)
    word = fields.choice("decision", DECISIONS)
    finding = _finding(fields)
    seen = Seen(fields.integer("version", None, least=1), fields.text("document_sha256", None, longest=64, blank=True))
    for name in ("source", "source_value") if word == VERIFY else ("note",):
        if getattr(finding, name) == "":
            fields.fault(name, _NEEDED)
    fields.finish()
    return Decision(word, finding.source, finding.source_value, finding.valid_until, finding.note, finding.next_check_on), seen


def read_standing(body: Mapping[str, Any]) -> StandingOrder:
    """The body of `POST …/standing`: suspend, reinstate or revoke, with the reason."""
    fields = Fields(body)
    order = StandingOrder(fields.choice("action", STANDING_VERBS), fields.text("reason", longest=LONGEST_REASON))
    fields.finish()
    return order


def read_recheck(body: Mapping[str, Any]) -> Recheck:
    """The body of `POST …/recheck`. Still so takes a source and the value seen there, no longer so a note with the reason as well."""
    fields = Fields(body)
    outcome = fields.choice("outcome", OUTCOMES)
    finding = _finding(fields, until=False)
    for name in ("source", "source_value") if outcome == STILL_SO else ("source", "source_value", "note"):
        if getattr(finding, name) == "":
            fields.fault(name, _NEEDED)
    fields.finish()
    return Recheck(outcome, finding)


def _finding(fields: Fields, *, until: bool = True) -> Finding:
    return Finding(
        source=fields.text("source", "", longest=LONGEST_SOURCE, blank=True),
        source_value=fields.text("source_value", "", longest=LONGEST_VALUE, blank=True),
        valid_until=fields.day("valid_until", None) if until else None,
        note=fields.text("note", "", longest=LONGEST_NOTE, blank=True),
        next_check_on=fields.day("next_check_on", None),
    )


def read_wanted(query: Mapping[str, str], statuses: tuple[str, ...] | None) -> Wanted:
    """Which part of the queue; without `status` those of `statuses`. Raises Malformed `bad_status` or `bad_kind`."""
    status, kind = query.get("status") or None, query.get("kind") or None
    if status is not None and status not in STATUSES:
        raise Malformed("bad_status", f"`status` is one of: {', '.join(STATUSES)}.")
    if kind is not None and kind not in kinds().kinds:
        raise Malformed("bad_kind", f"`kind` is one of: {', '.join(kinds().kinds)}.")
    return Wanted(statuses if status is None else (status,), kind)


def checker() -> Checker:
    """The signed-in admin. Views say `access("admin")`, so that nobody else comes here."""
    who = viewer()
    if who.account_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    return Checker(who.account_id, who.name, who.actor)


def two_persons() -> bool:
    """Whether a second person must verify, as the operator has set it."""
    settings: Settings = current_app.extensions["settings"]
    return settings.two_person_rule


def document_response(media_type: str, content: bytes, public_id: str) -> Response:
    """A file as an answer that can do nothing: sandboxed, never sniffed, never stored. Images show in a page, a PDF is a download."""
    place = "inline" if media_type in IMAGES else "attachment"
    response = Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'{place}; filename="{public_id}.{SUFFIXES[media_type]}"'
    return response
