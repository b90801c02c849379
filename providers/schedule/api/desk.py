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
from providers.schedule.queries import stated_schedule
from providers.schedule.rules.drafts import schedule_mark

blueprint = Blueprint("schedule_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/schedule")
@access("provider")
def show_schedule() -> ResponseReturnValue:
    """Weekly hours, exceptions and rules."""
    session = db.session()
    stored = stated_schedule(session, find_own_id(session, desk_owner().account_id))
    answer = jsonify(stored)
    answer.set_etag(schedule_mark(stored))
    return answer


@blueprint.put("/provider/schedule")
@access("provider")
def change_schedule() -> ResponseReturnValue:
    """Replace them; with `If-Match` only where they are still those that were read."""
    shown = next(iter(request.if_match), None)
    put_schedule(desk_owner(), read_schedule(json_object(request)), clock.now(), shown)
    return show_schedule()
