"""`/api/v1/guardian`: a birth date, who agrees for somebody under 18, and the end of it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from booking.guardians.actions import name_guardian, state_birth_date, withdraw_guardian
from booking.guardians.forms import guardian_answer, own_answer, own_person, read_birth_date, read_naming
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("guardians_api", __name__, url_prefix="/api/v1")


@blueprint.get("/guardian")
@access("client")
def show_guardian() -> Response:
    """Whether a guardian is needed today, who it is, and the text they agree to."""
    return jsonify(own_answer(db.session(), own_person(), clock.now()))


@blueprint.put("/guardian/birth-date")
@access("client")
@limiter.limit("30 per hour")
def put_birth_date() -> Response:
    """State when the person who receives care was born."""
    now, person_id = clock.now(), own_person()
    state_birth_date(person_id, read_birth_date(), viewer().actor, now)
    return jsonify(own_answer(db.session(), person_id, now))


@blueprint.post("/guardian")
@access("client")
@limiter.limit("20 per hour")
@idempotent
def make_guardian() -> tuple[Response, int]:
    """Name the guardian: one who books agrees at once, another one gets a link."""
    base_url = current_app.extensions["settings"].base_url
    made = name_guardian(own_person(), read_naming(), viewer().actor, base_url, clock.now())
    return jsonify(guardian_answer(made)), 201


@blueprint.delete("/guardian")
@access("client")
def drop_guardian() -> tuple[str, int]:
    """Take the agreement back, or the question."""
    withdraw_guardian(own_person(), viewer().actor, current_app.extensions["settings"].base_url, clock.now())
    return "", 204
