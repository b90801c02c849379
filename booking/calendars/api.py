"""`/api/v1/me/calendar`: the addresses of one's feeds."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from booking.calendars.actions import revoke_feeds, rotate_feeds
from booking.calendars.forms import feeds_answer, own_lines, read_choice
from marketplace import clock
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("feeds_api", __name__, url_prefix="/api/v1")


@blueprint.get("/me/calendar")
@access("client", "provider", "admin")
def show() -> ResponseReturnValue:
    """The feeds that have an address."""
    return jsonify(feeds_answer(own_lines()))


@blueprint.post("/me/calendar/rotate")
@limiter.limit("60 per hour")
@access("client", "provider", "admin")
def rotate() -> ResponseReturnValue:
    """New addresses; the old ones are unknown from now on."""
    whose, detail = read_choice()
    rotate_feeds(whose, detail, viewer().actor, clock.now())
    return jsonify(feeds_answer(own_lines()))


@blueprint.post("/me/calendar/revoke")
@access("client", "provider", "admin")
def revoke() -> ResponseReturnValue:
    """No addresses any more."""
    whose, detail = read_choice()
    revoke_feeds(whose, detail, viewer().actor, clock.now())
    return jsonify(feeds_answer(own_lines()))
