"""`/api/v1/appointments/{id}/pay`: what is due after a visit, paid on Stripe's own page."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.due import begin_due
from booking.appointments.forms.reading import doer, own_appointment
from marketplace import clock
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("due_api", __name__, url_prefix="/api/v1")


@blueprint.post("/appointments/<public_id>/pay")
@access("client")
@limiter.limit("20 per hour")
def pay(public_id: str) -> Response:
    """Begin to pay, or go on: how it stands, and where the client's browser goes next. Asked again it is the same payment."""
    own_appointment(public_id)
    Fields(json_object(request)).finish()
    begun = begin_due(public_id, doer(), clock.now())
    visit = own_appointment(public_id).appointment
    return jsonify(state=begun.state, action_url=begun.action_url, due_cents=visit.due_cents, currency="USD")
