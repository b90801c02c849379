"""`…/requests` for those who ask, `/api/v1/confirmations/TOKEN` for those who are asked."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import ANYONE, access
from marketplace.webkit.reading import json_object
from providers.credentials.queries import get_for_checking, get_own
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.verification.actions.confirming import answer_request, close_requests, request_confirmation, take_answer_back
from providers.verification.forms.confirming import (
    asker,
    base_url,
    link_limit,
    read_recipient,
    read_reply,
    request_answer,
    send_limit,
    shown,
)
from providers.verification.queries.confirming import list_requests, open_link

blueprint = Blueprint("confirming_api", __name__, url_prefix="/api/v1")


def _list(credential_id: int) -> ResponseReturnValue:
    found = [request_answer(one, clock.now()) for one in list_requests(db.session(), credential_id)]
    return jsonify({"items": found, "next": None})


def _send(public_id: str, *, own: bool) -> ResponseReturnValue:
    email = read_recipient(json_object(request))
    made = request_confirmation(public_id, email, asker(own=own), base_url(), clock.now())
    return jsonify(request_answer(made, clock.now())), 201


@blueprint.get("/provider/credentials/<public_id>/requests")
@access("provider")
def own_requests(public_id: str) -> ResponseReturnValue:
    """Whom one asked to confirm, and how that stands."""
    return _list(get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id).id)


@blueprint.post("/provider/credentials/<public_id>/requests")
@access("provider")
@send_limit
@idempotent
def send_own(public_id: str) -> ResponseReturnValue:
    """Ask the physician of one's own collaboration."""
    get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id)
    return _send(public_id, own=True)


@blueprint.delete("/provider/credentials/<public_id>/requests")
@access("provider")
def close_own(public_id: str) -> ResponseReturnValue:
    """Take back the link that waits for an answer."""
    get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id)
    close_requests(public_id, asker(own=True), clock.now())
    return "", 204


@blueprint.get("/admin/credentials/<public_id>/requests")
@access("admin")
def requests(public_id: str) -> ResponseReturnValue:
    """Who was asked to confirm a credential, and how that stands."""
    return _list(get_for_checking(db.session(), public_id).credential.id)


@blueprint.post("/admin/credentials/<public_id>/requests")
@access("admin")
@send_limit
@idempotent
def send(public_id: str) -> ResponseReturnValue:
    """Ask a physician or an insurer."""
    get_for_checking(db.session(), public_id)
    return _send(public_id, own=False)


@blueprint.delete("/admin/credentials/<public_id>/requests")
@access("admin")
def close(public_id: str) -> ResponseReturnValue:
    """Take back the link that waits for an answer."""
    close_requests(public_id, asker(own=False), clock.now())
    return "", 204


@blueprint.get("/confirmations/<token>")
@access(ANYONE)
@link_limit
def show(token: str) -> ResponseReturnValue:
    """What is to be confirmed. Looking changes nothing."""
    return jsonify(shown(open_link(db.session(), token, clock.now())))


@blueprint.post("/confirmations/<token>")
@access(ANYONE)
@link_limit
def answer(token: str) -> ResponseReturnValue:
    """Answer, once. The answer carries the token by which it can be taken back."""
    open_link(db.session(), token, clock.now())
    following = answer_request(token, read_reply(json_object(request)), base_url(), clock.now())
    return jsonify({"state": "answered", "token": following})


@blueprint.post("/confirmations/<token>/withdraw")
@access(ANYONE)
@link_limit
def withdraw(token: str) -> ResponseReturnValue:
    """Take an answer back."""
    take_answer_back(token, base_url(), clock.now())
    return "", 204
