"""`/api/v1`: plans, what is decided about them, and pauses."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.plans.actions.accept_plan import accept_plan
from booking.plans.actions.decide_plan import decide_plan
from booking.plans.actions.look_at_plan import open_plan
from booking.plans.actions.pause import call_off_visits, pause_visits, resume_visits
from booking.plans.actions.set_policy import set_policy
from booking.plans.actions.write_plan import write_plan
from booking.plans.forms.programs import (
    opened_answer,
    own_provider_id,
    pause_answer,
    plan_answer,
    plan_line,
    read_decision,
    read_end,
    read_pause,
    read_plan,
    read_policy,
    read_version,
)
from booking.plans.models import CarePause, CarePlan
from booking.plans.queries.pauses import get_pause, list_pauses
from booking.plans.queries.plans import get_plan, list_plans, services_by_plan
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("plans_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/plan")
@access("provider")
def show_plan(public_id: str) -> Response:
    """The plan of the client of a visit; the look is written down."""
    own_appointment(public_id)
    return jsonify(opened_answer(open_plan(public_id, doer().name, clock.now())))


@blueprint.put("/appointments/<public_id>/plan")
@access("provider")
@limiter.limit("30 per minute")
def write(public_id: str) -> Response:
    """Write a plan at a visit, or write it anew as the next version."""
    wanted, now = read_plan(json_object(request)), clock.now()
    own_appointment(public_id)
    write_plan(public_id, wanted, doer().name, base_url(), now)
    return jsonify(opened_answer(open_plan(public_id, doer().name, now)))


@blueprint.get("/plans")
@access("client", "provider")
def index() -> Response:
    """One's own plans; for a therapist without a word of what they say, those that wait for a look first."""
    session = db.session()
    if viewer().role == "client":
        return jsonify({"items": [plan_answer(one) for one in list_plans(session, CarePlan.person_id == own_person_id())], "next": None})
    plans = sorted(list_plans(session, CarePlan.provider_id == own_provider_id()), key=lambda one: not one.review_due)
    return jsonify({"items": [plan_line(one) for one in plans], "next": None})


@blueprint.post("/plans/<public_id>/accept")
@access("client")
def accept(public_id: str) -> Response:
    """Say yes to the version that was shown."""
    version, person_id = read_version(json_object(request)), own_person_id()
    return jsonify(plan_answer(accept_plan(public_id, version, person_id, doer().name, clock.now())))


@blueprint.post("/plans/<public_id>/decision")
@access("provider")
def decide(public_id: str) -> Response:
    """Go on at a point of review, or end the plan."""
    said, provider_id = read_decision(json_object(request)), own_provider_id()
    get_plan(db.session(), public_id, CarePlan.provider_id == provider_id)
    return jsonify(plan_line(decide_plan(public_id, said, provider_id, doer().name, base_url(), clock.now())))


@blueprint.get("/pauses")
@access("client")
def pauses() -> Response:
    """What one's therapists have paused, the newest first."""
    return jsonify(
        {"items": [pause_answer(one) for one in list_pauses(db.session(), CarePause.person_id == own_person_id())], "next": None}
    )


@blueprint.post("/appointments/<public_id>/pause")
@access("provider")
@limiter.limit("30 per minute")
@idempotent
def pause(public_id: str) -> tuple[Response, int]:
    """Refer back: pause every coming visit of the client of a visit."""
    words, letter = read_pause(json_object(request))
    own_appointment(public_id)
    return jsonify(pause_answer(pause_visits(public_id, words, letter, doer(), base_url(), clock.now()))), 201


@blueprint.post("/pauses/<public_id>/end")
@access("provider")
def end_pause(public_id: str) -> Response:
    """Let the visits take place again, or call them off at no cost."""
    how, provider_id = read_end(json_object(request)), own_provider_id()
    get_pause(db.session(), public_id, provider_id)
    verb = resume_visits if how == "resumed" else call_off_visits
    return jsonify(pause_answer(verb(public_id, provider_id, doer(), base_url(), clock.now())))


@blueprint.get("/provider/plan-policy")
@access("provider")
def show_policy() -> Response:
    """The services of which several visits are had by plan alone."""
    return jsonify({"services": list(services_by_plan(db.session(), own_provider_id()))})


@blueprint.put("/provider/plan-policy")
@access("provider")
def put_policy() -> Response:
    """Say of which services several visits (a package, a series) are had by plan alone."""
    services = read_policy(json_object(request))
    return jsonify({"services": list(set_policy(own_provider_id(), services, doer().name, clock.now()))})
