"""`/api/v1/appointments/{id}/handover`: offered by admins, answered by clients, read by whom it concerns."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.hand_over import answer_handover, offer_handover, withdraw_handover
from booking.appointments.api.shapes import appointment_answer
from booking.appointments.forms.handing import read_handing
from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.models import Handover
from booking.appointments.queries import find_handover
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import Fields, json_object
from providers.registry.models import Provider

blueprint = Blueprint("handing_api", __name__, url_prefix="/api/v1")


@blueprint.post("/appointments/<public_id>/handover")
@access("admin")
@idempotent
def offer(public_id: str) -> tuple[Response, int]:
    """Keep a colleague's time and ask the client."""
    made = offer_handover(public_id, read_handing(json_object(request)), doer(), base_url(), clock.now())
    return jsonify(_answer(made)), 201


@blueprint.get("/appointments/<public_id>/handover")
@access("client", "provider", "admin")
def show(public_id: str) -> Response:
    """The newest hand-over of one's visit, if there was any. The note is for who gives the visit, and for admins."""
    handover = find_handover(db.session(), own_appointment(public_id).appointment.id)
    return jsonify(handover=None if handover is None else _answer(handover))


@blueprint.post("/appointments/<public_id>/handover/answer")
@access("client")
def answer(public_id: str) -> Response:
    """Yes or no."""
    own_appointment(public_id)
    fields = Fields(json_object(request))
    accept = fields.boolean("accept")
    fields.finish()
    booked = answer_handover(public_id, doer(), base_url(), clock.now(), accept=accept)
    return jsonify(appointment_answer(booked, role=viewer().role, now=clock.now()))


@blueprint.delete("/appointments/<public_id>/handover")
@access("admin")
def withdraw(public_id: str) -> tuple[str, int]:
    """Take an offer back."""
    withdraw_handover(public_id, doer(), clock.now())
    return "", 204


def _answer(handover: Handover) -> dict[str, Any]:
    """A hand-over as its reader may see it."""
    colleague = db.session.get_one(Provider, handover.to_provider_id)
    found: dict[str, Any] = {
        "id": handover.public_id,
        "state": handover.state,
        "provider": {"slug": colleague.slug, "name": colleague.name},
        "service_name": handover.service_name,
        "reason": handover.reason,
        "answer_by": rfc3339(handover.answer_by_at),
    }
    who = viewer()
    if who.role == "admin" or who.account_id == colleague.account_id:
        found["note"] = handover.note
    return found
