"""`/api/v1/provider/schedule`. Blocks are served a floor above, where the visits in their way are known."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.schedule.actions import put_schedule
from providers.schedule.forms import read_schedule
from providers.schedule.queries import list_exceptions, list_weekly, places_by_id, rules_in_force
from providers.schedule.rules.drafts import schedule_to_dict

blueprint = Blueprint("schedule_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/schedule")
@access("provider")
def show_schedule() -> ResponseReturnValue:
    """Weekly hours, exceptions and rules."""
    session = db.session()
    own_id = find_own_id(session, desk_owner().account_id)
    return jsonify(
        schedule_to_dict(
            list_weekly(session, own_id), list_exceptions(session, own_id), rules_in_force(session, own_id), places_by_id(session, own_id)
        )
    )


@blueprint.put("/provider/schedule")
@access("provider")
def change_schedule() -> ResponseReturnValue:
    """Replace them."""
    put_schedule(desk_owner(), read_schedule(json_object(request)), clock.now())
    return show_schedule()
