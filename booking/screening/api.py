"""The health questions as JSON."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.screening import catalogue
from booking.screening.actions import answer_screening
from booking.screening.rules.form import form_to_dict
from booking.screening.rules.outcome import Submission, outcome_to_dict
from marketplace import clock
from marketplace.kernel.errors import NotFound
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("screening_api", __name__, url_prefix="/api/v1")


@blueprint.get("/screenings/form")
@access("anyone")
def show_form() -> Response:
    """The questions and the consent text of today, with their versions."""
    return jsonify(form_to_dict(catalogue.form()))


@blueprint.post("/screenings")
@access("client")
@idempotent
def answer() -> tuple[Response, int]:
    """Judge a client's answers and keep them."""
    fields = Fields(json_object(request))
    sent = Submission(fields.table("answers"), fields.raw("region_marks", []), fields.raw("concerns", []))
    fields.finish()
    who = viewer()
    if who.person_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    made = answer_screening(sent, who.person_id, who.actor, clock.now())
    until = rfc3339(made.screening.valid_until_at)
    rules = made.screening.result["rules_version"]
    return jsonify({**outcome_to_dict(made.outcome), "rules_version": rules, "id": made.screening.public_id, "valid_until": until}), 201
