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
from providers.places.models import ServiceArea
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


def area_body(area: ServiceArea | None) -> dict[str, object]:
    """An area in the contract's shape, with the ZIP codes it covers; without one that of nobody who travels."""
    if area is None:
        return {"mode": None, "base": None, "zips": [], "neighbourhoods": [], "radius_km": None, "max_travel_minutes": None,
                "setup_minutes": 15, "pack_minutes": 10, "covered_zips": []}  # fmt: skip
    return {
        "mode": area.mode,
        "base": area.base,
        "zips": area.zips,
        "neighbourhoods": area.neighborhoods,
        "radius_km": None if area.radius_meters is None else area.radius_meters / 1000,
        "max_travel_minutes": area.max_travel_minutes,
        "setup_minutes": area.setup_minutes,
        "pack_minutes": area.pack_minutes,
        "covered_zips": area.covered_zips,
    }
