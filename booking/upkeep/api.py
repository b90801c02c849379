"""`/api/v1/admin/attention`."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from booking.appointments.changes.loading import lapsed_visits
from booking.appointments.queries import Booked
from booking.appointments.rules.attention import signs
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from providers.registry.forms import provider_line

blueprint = Blueprint("attention_api", __name__, url_prefix="/api/v1")


@blueprint.get("/admin/attention")
@access("admin")
def list_attention() -> ResponseReturnValue:
    """Coming visits whose provider has lost the standing for them, the soonest first; all of them, since each asks for somebody."""
    return jsonify({"items": [_answer(booked) for booked in lapsed_visits(db.session(), clock.now())], "next": None})


def _answer(booked: Booked) -> dict[str, object]:
    visit = booked.appointment
    return {
        "id": visit.public_id,
        "reference": visit.reference,
        "status": visit.status,
        "provider": provider_line(booked.provider),
        "setting": visit.setting,
        "starts_at": rfc3339(visit.starts_at),
        "ends_at": rfc3339(visit.ends_at),
        "attention": signs(visit.attention, lapsed=True),
    }
