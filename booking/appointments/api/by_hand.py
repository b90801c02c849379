"""`POST /api/v1/provider/appointments`: a visit booked by hand, which waits for its client's answers; and taking it back."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.actions.keep_by_hand import keep_by_hand, take_back
from booking.appointments.changes.by_hand import hand_facts
from booking.appointments.forms.by_hand import kept_answer, read_by_hand
from booking.appointments.forms.reading import base_url, doer
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.rules import Owner

blueprint = Blueprint("by_hand_api", __name__, url_prefix="/api/v1")
a_day = limiter.shared_limit("60 per day", scope="visits booked by hand")


@blueprint.post("/provider/appointments")
@access("provider")
@a_day
@idempotent
def create_by_hand() -> ResponseReturnValue:
    """For a client of one's own; 422 `override_needed` lists the rules that say no."""
    return _keep(desk_owner())


@blueprint.delete("/provider/kept/<public_id>")
@access("provider")
def delete_kept(public_id: str) -> ResponseReturnValue:
    """Give a time back that its client has not booked yet."""
    take_back(desk_owner(), public_id, doer(), clock.now())
    return "", 204


@blueprint.post("/admin/providers/<slug>/appointments")
@access("admin")
@a_day
@idempotent
def create_by_hand_for(slug: str) -> ResponseReturnValue:
    """With any provider."""
    return _keep(slug)


@blueprint.delete("/admin/providers/<slug>/kept/<public_id>")
@access("admin")
def delete_kept_of(slug: str, public_id: str) -> ResponseReturnValue:
    """Give it back."""
    take_back(slug, public_id, doer(), clock.now())
    return "", 204


def _keep(whom: Owner | str) -> ResponseReturnValue:
    hold = keep_by_hand(whom, read_by_hand(json_object(request)), doer(), base_url(), clock.now())
    return jsonify(kept_answer(hold, hand_facts(db.session(), hold)["overrides"])), 201
