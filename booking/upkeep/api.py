"""`/api/v1/admin/attention`."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from booking.appointments.changes.loading import visits_at_risk
from booking.appointments.queries import Booked
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from providers.registry.forms import provider_line

blueprint = Blueprint("attention_api", __name__, url_prefix="/api/v1")


@blueprint.get("/admin/attention")
@access("admin")
def list_attention() -> ResponseReturnValue:
    """Coming visits whose provider has lost the standing for them or is busy elsewhere, the soonest first; each asks for somebody."""
    rows = visits_at_risk(db.session(), clock.now())
    return jsonify({"items": [_answer(booked, signs) for booked, signs in rows], "next": None})


def _answer(booked: Booked, signs: list[str]) -> dict[str, object]:
    visit = booked.appointment
    return {
        "id": visit.public_id,
        "reference": visit.reference,
        "status": visit.status,
        "provider": provider_line(booked.provider),
        "setting": visit.setting,
        "starts_at": rfc3339(visit.starts_at),
        "ends_at": rfc3339(visit.ends_at),
        "attention": signs,
    }
