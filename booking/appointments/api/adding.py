"""Add-ons of a held time, and what is added to a booked visit."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from booking.appointments.actions.add import add_to_visit, choose_for_hold
from booking.appointments.actions.discount import use_code
from booking.appointments.api.shapes import appointment_answer, hold_answer
from booking.appointments.forms.adding import options_for_hold, options_for_visit, read_adding, read_hold_choice
from booking.appointments.forms.discounts import few_tries, read_code
from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.queries import get_hold
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access, viewer

blueprint = Blueprint("adding_api", __name__, url_prefix="/api/v1")


@blueprint.get("/holds/<public_id>/add-ons")
@access("client")
def list_for_hold(public_id: str) -> Response:
    """What a held visit has on top, and what it could have."""
    hold = get_hold(db.session(), public_id, own_person_id())
    return jsonify({"add_ons": hold.add_ons or [], "options": options_for_hold(hold, clock.now())})


@blueprint.put("/holds/<public_id>/add-ons")
@access("client")
def put_for_hold(public_id: str) -> Response:
    """Let a held visit have exactly these."""
    return jsonify(hold_answer(choose_for_hold(public_id, own_person_id(), read_hold_choice(), doer(), clock.now())))


@blueprint.put("/holds/<public_id>/code")
@access("client")
@few_tries
def put_code(public_id: str) -> Response:
    """Price a held visit with a discount code, or (null) without."""
    return jsonify(hold_answer(use_code(public_id, own_person_id(), read_code(), doer(), clock.now())))


@blueprint.get("/appointments/<public_id>/extras")
@access("client", "provider", "admin")
def list_for_visit(public_id: str) -> Response:
    """What could be added to a booked visit, and what it would cost then."""
    booked = own_appointment(public_id)
    return jsonify({"options": options_for_visit(booked, clock.now()), "total_cents": booked.appointment.total_cents})


@blueprint.post("/appointments/<public_id>/extras")
@access("client", "provider", "admin")
def add(public_id: str) -> Response:
    """Add to a booked visit; a refusal says what fits."""
    own_appointment(public_id)
    booked = add_to_visit(public_id, read_adding(), doer(), base_url(), clock.now())
    return jsonify(appointment_answer(booked, role=viewer().role, now=clock.now()))
