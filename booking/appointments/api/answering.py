"""`/api/v1/appointments/{id}/accept` and `/decline`: a therapist answers a request."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.answer import accept, decline
from booking.appointments.actions.charge_due import take_confirmed
from booking.appointments.api.shapes import appointment_answer
from booking.appointments.forms.answering import read_declining
from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.payments.forms import pursue_visit
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("answering_api", __name__, url_prefix="/api/v1")


@blueprint.post("/appointments/<public_id>/accept")
@access("provider")
def accept_request(public_id: str) -> Response:
    """Yes: the visit is confirmed, or waits for its clearance alone."""
    own_appointment(public_id)
    Fields(json_object(request)).finish()
    now = clock.now()
    booked = accept(public_id, doer(), base_url(), now)
    take_confirmed(now)
    pursue_visit(booked.appointment.id, now)
    return jsonify(appointment_answer(own_appointment(public_id), role="provider", now=now))


@blueprint.post("/appointments/<public_id>/decline")
@access("provider")
def decline_request(public_id: str) -> Response:
    """No: the time is free again, and the client pays nothing."""
    booked, now = own_appointment(public_id), clock.now()
    wanted = read_declining(json_object(request), booked, now)
    db.session.rollback()
    booked = decline(public_id, wanted, doer(), base_url(), now)
    pursue_visit(booked.appointment.id, now)
    return jsonify(appointment_answer(booked, role="provider", now=now))
