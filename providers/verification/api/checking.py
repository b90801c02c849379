"""`/api/v1/admin/credentials` and `/api/v1/admin/rechecks`: the checkers' desk."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import json_object
from providers.credentials.forms import credentials_link
from providers.verification.actions.decide import decide_credential
from providers.verification.actions.look import open_credential, open_document
from providers.verification.actions.recheck import record_recheck
from providers.verification.actions.standing import change_standing
from providers.verification.actions.take import take_credential
from providers.verification.forms.reading import (
    checker,
    document_response,
    read_decision,
    read_recheck,
    read_standing,
    read_wanted,
    two_persons,
)
from providers.verification.forms.shapes import opened_answer, queue_answer
from providers.verification.queries.desk import list_due, load_page

blueprint = Blueprint("checking_api", __name__, url_prefix="/api/v1")
PAGE = 50


def _today() -> date:
    return ny_date(clock.now())


@blueprint.get("/admin/credentials")
@access("admin")
def list_queue() -> ResponseReturnValue:
    """Credentials in the order in which they are checked; `status` and `kind` narrow."""
    wanted, after = read_wanted(request.args, None), read_cursor(request.args.get("cursor"))
    page = load_page(db.session(), wanted, after, _today(), PAGE)
    return jsonify({"items": [queue_answer(row, _today()) for row in page.rows], "next": encode_cursor(page.last) if page.last else None})


@blueprint.get("/admin/credentials/<public_id>")
@access("admin")
def show_to_checker(public_id: str) -> ResponseReturnValue:
    """One of them, whole; the look is recorded."""
    return jsonify(opened_answer(open_credential(public_id, viewer().actor, clock.now()), _today()))


@blueprint.post("/admin/credentials/<public_id>/take")
@access("admin")
def take(public_id: str) -> ResponseReturnValue:
    """Take it onto one's table for half an hour."""
    take_credential(public_id, checker(), clock.now())
    return show_to_checker(public_id)


@blueprint.post("/admin/credentials/<public_id>/decision")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Verify, reject, or ask."""
    decision, seen = read_decision(json_object(request))
    decide_credential(public_id, decision, checker(), credentials_link(), clock.now(), seen=seen, two_persons=two_persons())
    return show_to_checker(public_id)


@blueprint.post("/admin/credentials/<public_id>/standing")
@access("admin")
def change(public_id: str) -> ResponseReturnValue:
    """Suspend, reinstate or revoke."""
    change_standing(public_id, read_standing(json_object(request)), checker(), credentials_link(), clock.now())
    return show_to_checker(public_id)


@blueprint.get("/admin/rechecks")
@access("admin")
def list_rechecks() -> ResponseReturnValue:
    """Credentials in force that are to be looked at again, the longest overdue first."""
    rows = list_due(db.session(), _today(), read_cursor(request.args.get("cursor")), PAGE)
    following = encode_cursor(rows[PAGE - 1].credential.id) if len(rows) > PAGE else None
    return jsonify({"items": [queue_answer(row, _today()) for row in rows[:PAGE]], "next": following})


@blueprint.post("/admin/credentials/<public_id>/recheck")
@access("admin")
def recheck(public_id: str) -> ResponseReturnValue:
    """Record what the source says now."""
    record_recheck(public_id, read_recheck(json_object(request)), checker(), credentials_link(), clock.now())
    return show_to_checker(public_id)


@blueprint.get("/admin/documents/<public_id>")
@access("admin")
def show_document(public_id: str) -> Response:
    """A file, sandboxed; the look is recorded."""
    media_type, content = open_document(public_id, viewer().actor, clock.now())
    return document_response(media_type, content, public_id)
