"""`/api/v1/admin/flags`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import json_object
from providers.wording.actions import decide_flag
from providers.wording.forms import flag_answer, read_decision
from providers.wording.queries import list_flags
from providers.wording.rules import OPEN, STATUSES

blueprint = Blueprint("wording_api", __name__, url_prefix="/api/v1")
PAGE = 50


@blueprint.get("/admin/flags")
@access("admin")
def index() -> ResponseReturnValue:
    """Flags that wait, the oldest first; `status` shows decided ones."""
    status = request.args.get("status", OPEN)
    if status not in STATUSES:
        raise Malformed("bad_status", f"`status` is one of: {', '.join(STATUSES)}.")
    rows = list_flags(db.session(), status, read_cursor(request.args.get("cursor")), PAGE)
    following = encode_cursor(rows[PAGE - 1].flag.id) if len(rows) > PAGE else None
    return jsonify({"items": [flag_answer(row) for row in rows[:PAGE]], "next": following})


@blueprint.post("/admin/flags/<public_id>/decision")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Clear it, or keep it with a note."""
    decision, note = read_decision(json_object(request))
    return jsonify(flag_answer(decide_flag(public_id, decision, note, viewer().actor, clock.now())))
