"""`/api/v1/provider/areas`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.places.actions import put_area
from providers.places.forms import read_area
from providers.places.forms.reading import area_body
from providers.places.queries import find_area
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_provider

blueprint = Blueprint("places_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/areas")
@access("provider")
def show_area() -> ResponseReturnValue:
    """Where this provider travels to; only they see the base."""
    provider = find_own_provider(db.session(), desk_owner().account_id)
    area = find_area(db.session(), provider.id) if provider else None
    return jsonify(area_body(area))


@blueprint.put("/provider/areas")
@access("provider")
def change_area() -> ResponseReturnValue:
    """Replace it."""
    put_area(desk_owner(), read_area(json_object(request)), clock.now())
    return show_area()
