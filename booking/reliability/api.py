"""`/api/v1`: how late a visit began, one's own record, and the staff's list with lifting."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.rules.states import CLIENT, PROVIDER
from booking.payments.forms import pursue_visit
from booking.reliability.actions.lift import lift_limit
from booking.reliability.actions.say_late import say_late
from booking.reliability.forms.records import everybody, everybody_answer, own_provider_id, read_lift, record_answer, whole_record
from booking.reliability.forms.saying import beginning_answer, look, read_saying
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.registry.queries import get_provider

blueprint = Blueprint("reliability_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/lateness")
@access("client", "provider")
def show_lateness(public_id: str) -> Response:
    """What both sides say of a visit's beginning."""
    return jsonify(beginning_answer(look(own_appointment(public_id).appointment, _side(), clock.now())))


@blueprint.post("/appointments/<public_id>/lateness")
@access("client", "provider")
@limiter.limit("30 per minute")
@idempotent
def say(public_id: str) -> tuple[Response, int]:
    """Say how late a visit began, once; the minutes given may be added later."""
    own_appointment(public_id)
    wanted, now = read_saying(json_object(request)), clock.now()
    booked = say_late(public_id, wanted, doer(), base_url(), now)
    pursue_visit(booked.appointment.id, now)
    return jsonify(beginning_answer(look(own_appointment(public_id).appointment, _side(), now))), 201


@blueprint.get("/provider/reliability")
@access("provider")
def own() -> Response:
    """One's own record with every line and why it counts."""
    now = clock.now()
    return jsonify(record_answer(whole_record(own_provider_id(), now)))


@blueprint.get("/admin/reliability")
@access("admin")
def index() -> Response:
    """Providers on whose record something stands."""
    return jsonify(everybody_answer(everybody(clock.now())))


@blueprint.get("/admin/reliability/<slug>")
@access("admin")
def of_provider(slug: str) -> Response:
    """One provider's record."""
    return jsonify(record_answer(whole_record(get_provider(db.session(), slug).id, clock.now())))


@blueprint.post("/admin/reliability/<slug>/lift")
@access("admin")
def lift(slug: str) -> Response:
    """Let no limit rest on a provider until a day."""
    (reason, until_on), now = read_lift(json_object(request)), clock.now()
    provider_id = lift_limit(slug, reason, until_on, viewer().actor, base_url(), now)
    return jsonify(record_answer(whole_record(provider_id, now)))


def _side() -> str:
    return PROVIDER if viewer().role == "provider" else CLIENT
