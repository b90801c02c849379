"""`/api/v1/admin/audit`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.oversight.queries import AuditQuestion, find_entries
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from marketplace.webkit.paging import encode_cursor, read_cursor

blueprint = Blueprint("oversight_api", __name__, url_prefix="/api/v1")
PAGE = 50


@blueprint.get("/admin/audit")
@access("admin")
def list_entries() -> ResponseReturnValue:
    """The audit, the newest first: of one `object`, by one `actor`."""
    question = AuditQuestion(request.args.get("object"), request.args.get("actor"), read_cursor(request.args.get("cursor")))
    entries = find_entries(db.session(), question, PAGE)
    following = encode_cursor(entries[PAGE - 1].id) if len(entries) > PAGE else None
    return jsonify({"items": [_answer(entry) for entry in entries[:PAGE]], "next": following})


def _answer(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "verb": entry.verb,
        "object": f"{entry.object_kind}:{entry.object_id}",
        "details": entry.details,
        "lane": entry.lane,
        "number": entry.number,
        "hash": entry.entry_hash,
    }
