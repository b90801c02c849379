"""`/api/v1/provider/minors`."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from providers.minors.actions import state_policy
from providers.minors.forms import read_policy
from providers.minors.queries import newest_policy
from providers.minors.rules import policy_words
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("minors_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/minors")
@access("provider")
def show_minors() -> ResponseReturnValue:
    """From which age this provider treats people under 18, and since when they say so."""
    row = newest_policy(db.session(), find_own_id(db.session(), desk_owner().account_id))
    if row is None:
        return jsonify(version=0, from_age=None, stated_at=None, words=policy_words(None))
    return jsonify(version=row.version, from_age=row.from_age, stated_at=rfc3339(row.stated_at), words=policy_words(row.from_age))


@blueprint.put("/provider/minors")
@access("provider")
def change_minors() -> ResponseReturnValue:
    """State it anew, for what is booked from now on."""
    state_policy(desk_owner(), read_policy(), clock.now())
    return show_minors()
