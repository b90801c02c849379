"""`/api/v1/admin/exclusions`: who resembles an entry of the exclusion list."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object
from providers.verification.actions.exclude import decide_hit
from providers.verification.forms.exclusions import hit_answer, list_state, read_judgment, read_status
from providers.verification.queries.exclusions import find_newest_import, get_hit, list_hits

blueprint = Blueprint("exclusions_api", __name__, url_prefix="/api/v1")


@blueprint.get("/admin/exclusions")
@access("admin")
def hits() -> ResponseReturnValue:
    """Hits, the newest first, and how old the list is."""
    found = [hit_answer(row) for row in list_hits(db.session(), read_status(request.args.get("status")))]
    return jsonify({"items": found, "next": None, "list": list_state(find_newest_import(db.session()), clock.now())})


@blueprint.post("/admin/exclusions/<public_id>/decision")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Confirm or dismiss a hit. Confirming suspends the provider at once."""
    get_hit(db.session(), public_id)
    decision, note = read_judgment(json_object(request))
    decide_hit(public_id, decision, note, viewer().actor, clock.now())
    return jsonify(hit_answer(get_hit(db.session(), public_id)))
