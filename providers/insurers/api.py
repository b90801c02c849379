"""`/api/v1/provider/insurance`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.insurers.actions import state_insurance
from providers.insurers.catalogue import table
from providers.insurers.queries import newest_statement
from providers.insurers.rules import COVERAGE, read_entries
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("insurers_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/insurance")
@access("provider")
def show_insurance() -> ResponseReturnValue:
    """With which insurers this provider says they deal, and since which day."""
    row = newest_statement(db.session(), find_own_id(db.session(), desk_owner().account_id))
    if row is None:
        return jsonify(version=0, catalog=table().version, stated_on=None, coverage=COVERAGE, entries=[])
    day = ny_date(row.stated_at).isoformat()
    return jsonify(version=row.version, catalog=row.catalog, stated_on=day, coverage=COVERAGE, entries=row.entries)


@blueprint.put("/provider/insurance")
@access("provider")
def change_insurance() -> ResponseReturnValue:
    """State it anew, as of today."""
    state_insurance(desk_owner(), read_entries(json_object(request), table()), table().version, clock.now())
    return show_insurance()
