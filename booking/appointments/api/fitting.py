"""`/api/v1/provider/attention`: a therapist's coming visits that ask for a look."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from booking.appointments.changes.loading import attention_of
from booking.appointments.queries import coming_visits
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("fitting_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/attention")
@access("provider")
def list_own_attention() -> ResponseReturnValue:
    """Coming visits with any sign, the soonest first: what waits for an answer, what cannot be given, what no longer fits."""
    session, now = db.session(), clock.now()
    own_id = find_own_id(session, desk_owner().account_id)
    visits = coming_visits(session, now, [own_id]) if own_id else []
    signs = attention_of(session, visits, now, desk=True)
    items = [
        {
            "id": visit.public_id,
            "reference": visit.reference,
            "status": visit.status,
            "setting": visit.setting,
            "starts_at": rfc3339(visit.starts_at),
            "ends_at": rfc3339(visit.ends_at),
            "attention": signs[visit.id],
        }
        for visit in visits
        if signs[visit.id]
    ]
    return jsonify({"items": items, "next": None})
