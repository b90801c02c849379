"""`/api/v1/provider/codes`: one's own discount codes."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from booking.coupons.actions import make_coupon, retire_coupon
from booking.coupons.forms import coupon_answer, read_coupon
from booking.coupons.queries import list_coupons
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("coupons_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/codes")
@access("provider")
def list_codes() -> Response:
    """All of them, ended ones too, the newest first."""
    rows = list_coupons(db.session(), find_own_id(db.session(), desk_owner().account_id))
    return jsonify({"codes": [coupon_answer(row) for row in rows]})


@blueprint.post("/provider/codes")
@access("provider")
@idempotent
def create_code() -> ResponseReturnValue:
    """Give out a code."""
    return jsonify(coupon_answer(make_coupon(desk_owner(), read_coupon(json_object(request)), clock.now()))), 201


@blueprint.delete("/provider/codes/<public_id>")
@access("provider")
def end_code(public_id: str) -> ResponseReturnValue:
    """End a code; checkouts and visits that have it keep it."""
    retire_coupon(desk_owner(), public_id, clock.now())
    return "", 204
