"""`/api/v1/admin/credentials/…/ask`: what a source says about a credential."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object
from providers.credentials.queries import get_for_checking
from providers.verification.actions.ask import ask_source
from providers.verification.forms.sources import ask_limit, check_answer, read_source
from providers.verification.queries.sources import list_checks

blueprint = Blueprint("sources_api", __name__, url_prefix="/api/v1")


@blueprint.post("/admin/credentials/<public_id>/ask")
@access("admin")
@ask_limit
def ask(public_id: str) -> ResponseReturnValue:
    """Ask one source now; nothing is decided by it."""
    get_for_checking(db.session(), public_id)
    check = ask_source(public_id, read_source(json_object(request)), viewer().actor, clock.now())
    return jsonify(check_answer(check))


@blueprint.get("/admin/credentials/<public_id>/checks")
@access("admin")
def checks(public_id: str) -> ResponseReturnValue:
    """What sources said about a credential, the newest first."""
    row = get_for_checking(db.session(), public_id)
    return jsonify({"items": [check_answer(check) for check in list_checks(db.session(), row.credential.id)], "next": None})
