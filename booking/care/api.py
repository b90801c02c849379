"""`/api/v1`: prescriptions."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import doer, own_person_id
from booking.care.forms import prescription_answer, read_prescription
from booking.care.queries import prescriptions_of
from booking.screening.actions import keep_prescription
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("care_api", __name__, url_prefix="/api/v1")


@blueprint.get("/prescriptions")
@access("client")
def list_prescriptions() -> Response:
    """One's own prescriptions, the newest first, with how many visits count for each."""
    rows = prescriptions_of(db.session(), own_person_id(), clock.now())
    return jsonify({"items": [prescription_answer(row) for row in rows], "next": None})


@blueprint.post("/prescriptions")
@access("client")
@limiter.limit("30 per hour")
@idempotent
def make_prescription() -> tuple[Response, int]:
    """Keep a prescription."""
    now, person_id = clock.now(), own_person_id()
    made = keep_prescription(read_prescription(json_object(request)), person_id, doer().name, now)
    [row] = [row for row in prescriptions_of(db.session(), person_id, now) if row.prescription.id == made.id]
    return jsonify(prescription_answer(row)), 201
