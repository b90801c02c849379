"""`/api/v1/platform-fee` for everybody, and its announcing by the staff."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.fees.actions import announce_agreement
from booking.fees.forms import agreement_answer, read_agreement
from booking.fees.queries import find_agreement, list_agreements
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object

blueprint = Blueprint("fees_api", __name__, url_prefix="/api/v1")


@blueprint.get("/platform-fee")
@access("anyone")
def show() -> Response:
    """What the platform takes now, and every agreement with its first day."""
    current = find_agreement(db.session(), local_day(to_minute(clock.now())))
    rows = [agreement_answer(row) for row in list_agreements(db.session())]
    return jsonify({"current": None if current is None else agreement_answer(current), "agreements": rows})


@blueprint.get("/admin/platform-fee")
@access("admin")
def whole() -> Response:
    """Every agreement with who said so and who signed off."""
    return jsonify({"agreements": [agreement_answer(row, whole=True) for row in list_agreements(db.session())]})


@blueprint.post("/admin/platform-fee")
@access("admin")
@idempotent
def announce() -> tuple[Response, int]:
    """Say what is taken from a day on."""
    agreement, reason = read_agreement(json_object(request))
    return jsonify(agreement_answer(announce_agreement(agreement, reason, viewer().actor, clock.now()), whole=True)), 201
