"""`/api/v1`: requests for more visits."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.care.forms.people import own_provider_id
from booking.extensions.actions.send_request import decline_request, send_request, withdraw_request
from booking.extensions.actions.tie_prescription import tie_prescription
from booking.extensions.actions.write_request import look_at_requests, write_request
from booking.extensions.forms.programs import opened_answer, read_request, read_sending, read_tie, request_answer, request_line
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import list_requests
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("extensions_api", __name__, url_prefix="/api/v1")


@blueprint.get("/more-visits")
@access("client", "provider")
def index() -> Response:
    """What was asked for oneself; a therapist's: what they asked, without a word of why."""
    session, now = db.session(), clock.now()
    if viewer().role == "client":
        rows = list_requests(session, ExtensionRequest.person_id == own_person_id(), now)
        return jsonify({"items": [request_answer(one) for one in rows], "next": None})
    rows = list_requests(session, ExtensionRequest.provider_id == own_provider_id(), now)
    return jsonify({"items": [request_line(one) for one in rows], "next": None})


@blueprint.get("/appointments/<public_id>/more-visits")
@access("provider")
def show(public_id: str) -> Response:
    """What was asked for the client of one's visit; the look is written down."""
    own_appointment(public_id)
    return jsonify(opened_answer(look_at_requests(public_id, doer().name, clock.now())))


@blueprint.post("/appointments/<public_id>/more-visits")
@access("provider")
@limiter.limit("30 per hour")
@idempotent
def write(public_id: str) -> tuple[Response, int]:
    """Ask for more visits than the prescription of one's visit allows."""
    draft = read_request(json_object(request))
    own_appointment(public_id)
    return jsonify(request_answer(write_request(public_id, draft, doer().name, base_url(), clock.now()))), 201


@blueprint.post("/more-visits/<public_id>/send")
@access("client")
@limiter.limit("20 per hour")
@idempotent
def send(public_id: str) -> tuple[Response, int]:
    """Send it on to whoever prescribed."""
    email = read_sending(json_object(request))
    return jsonify(request_answer(send_request(public_id, email, own_person_id(), doer().name, base_url(), clock.now()))), 201


@blueprint.post("/more-visits/<public_id>/prescription")
@access("provider")
@limiter.limit("30 per hour")
def tie(public_id: str) -> Response:
    """Take a new prescription of the client as the answer."""
    paper = read_tie(json_object(request))
    return jsonify(request_answer(tie_prescription(public_id, paper, own_provider_id(), doer().name, base_url(), clock.now())))


@blueprint.delete("/more-visits/<public_id>")
@access("client", "provider")
def close(public_id: str) -> tuple[str, int]:
    """Decline what one's therapist asked, or take back what one asked."""
    if viewer().role == "client":
        decline_request(public_id, own_person_id(), doer().name, base_url(), clock.now())
    else:
        withdraw_request(public_id, own_provider_id(), doer().name, clock.now())
    return "", 204
