"""`/api/v1/admin/credentials`: the checkers' desk."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import json_object
from providers.credentials.forms import credentials_link
from providers.credentials.queries import list_for_checking
from providers.credentials.rules.states import STATUSES
from providers.verification.actions.decide import decide_credential
from providers.verification.actions.look import open_credential, open_document
from providers.verification.forms.reading import checker, document_response, read_decision
from providers.verification.forms.shapes import opened_answer, queue_answer

blueprint = Blueprint("checking_api", __name__, url_prefix="/api/v1")
PAGE = 50


def _today() -> date:
    return local_day(to_minute(clock.now()))


@blueprint.get("/admin/credentials")
@access("admin")
def list_queue() -> ResponseReturnValue:
    """Credentials to check, the oldest first; `status` narrows."""
    status = request.args.get("status")
    if status is not None and status not in STATUSES:
        raise Malformed("bad_status", f"`status` is one of: {', '.join(STATUSES)}.")
    rows = list_for_checking(db.session(), None if status is None else (status,), read_cursor(request.args.get("cursor")), PAGE)
    following = encode_cursor(rows[PAGE - 1].credential.id) if len(rows) > PAGE else None
    return jsonify({"items": [queue_answer(row, _today()) for row in rows[:PAGE]], "next": following})


@blueprint.get("/admin/credentials/<public_id>")
@access("admin")
def show_to_checker(public_id: str) -> ResponseReturnValue:
    """One of them, whole; the look is recorded."""
    return jsonify(opened_answer(open_credential(public_id, viewer().actor, clock.now()), _today()))


@blueprint.post("/admin/credentials/<public_id>/decision")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Verify, reject, or ask."""
    decide_credential(public_id, read_decision(json_object(request)), checker(), credentials_link(), clock.now())
    return show_to_checker(public_id)


@blueprint.get("/admin/documents/<public_id>")
@access("admin")
def show_document(public_id: str) -> Response:
    """A file, sandboxed; the look is recorded."""
    media_type, content = open_document(public_id, viewer().actor, clock.now())
    return document_response(media_type, content, public_id)
