"""`/api/v1/appointments/{id}/door`: how long it took to get in."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.tell_door import tell_door
from booking.appointments.forms.reading import doer, own_appointment
from booking.appointments.rules.doors import LONGEST_DOOR_MINUTES
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("doors_api", __name__, url_prefix="/api/v1")


@blueprint.put("/appointments/<public_id>/door")
@access("provider")
def put_door(public_id: str) -> Response:
    """Keep the minutes from the street to the client's door, for this therapist's next visit there."""
    own_appointment(public_id)
    fields = Fields(json_object(request))
    minutes = fields.integer("minutes", most=LONGEST_DOOR_MINUTES)
    fields.finish()
    db.session.rollback()
    tell_door(public_id, minutes, doer(), clock.now())
    return jsonify({"minutes": minutes})
