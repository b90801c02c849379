"""`/api/v1`: superbills."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.superbills.actions import issue_superbill, look_at_superbill
from booking.superbills.forms import answer_of, file_of
from booking.superbills.queries import Given, get_given
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("superbills_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/superbill")
@access("client", "provider")
def show(public_id: str) -> Response:
    """The newest superbill of a visit; before one was issued, what it would say, as version 0. A therapist's look is written down."""
    return jsonify(answer_of(_given(public_id)))


@blueprint.get("/appointments/<public_id>/superbill.pdf")
@access("client", "provider")
@limiter.limit("30 per minute")
def show_file(public_id: str) -> Response:
    """The same as a file."""
    return file_of(_given(public_id))


@blueprint.post("/appointments/<public_id>/superbill")
@access("provider")
@limiter.limit("30 per minute")
@idempotent
def issue(public_id: str) -> tuple[Response, int]:
    """Issue it, or its next version where something has changed."""
    booked = own_appointment(public_id)
    Fields(json_object(request)).finish()
    return jsonify(answer_of(issue_superbill(public_id, booked.provider.id, doer().name, base_url(), clock.now()))), 201


def _given(public_id: str) -> Given:
    booked, now = own_appointment(public_id), clock.now()
    if viewer().role == "provider":
        return look_at_superbill(public_id, booked.provider.id, doer().name, now)
    return get_given(db.session(), booked, now)
