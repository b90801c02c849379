"""`/api/v1/provider/terms/…` and `/api/v1/provider/prices/…` beside the terms and rules themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.conditions.forms.previewing import preview_prices, preview_terms
from booking.conditions.queries import Version, list_price_versions, list_terms_versions
from booking.conditions.rules.advice import Advice
from booking.conditions.rules.presets import PRESETS
from booking.conditions.rules.samples import Sample
from booking.conditions.rules.wishes import WishPriced
from booking.quotes.rules.pricing import quote_to_dict
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.services.rules.prices import prices_from_dict, prices_to_dict
from providers.services.rules.terms import terms_from_dict, terms_to_dict

blueprint = Blueprint("conditions_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/terms/presets")
@access("provider")
def presets() -> Response:
    """Sets of terms to begin with."""
    items = [{"code": one.code, "name": one.name, "detail": one.words, "terms": terms_to_dict(one.terms)} for one in PRESETS]
    return jsonify({"items": items, "next": None})


@blueprint.post("/provider/terms/preview")
@access("provider")
def try_terms() -> Response:
    """What clients would read and pay under terms as PUT takes them; nothing is stored."""
    seen = preview_terms(db.session(), _own_id(), terms_from_dict(json_object(request)), clock.now())
    return jsonify({**_sample(seen.sample), "advice": _advice(seen.advice), "currency": "USD"})


@blueprint.post("/provider/prices/preview")
@access("provider")
def try_prices() -> Response:
    """What usual wishes would cost under price rules as PUT takes them; nothing is stored."""
    seen = preview_prices(db.session(), _own_id(), prices_from_dict(json_object(request)), clock.now())
    return jsonify({"wishes": [_wish(one) for one in seen.wishes], "advice": _advice(seen.advice)})


@blueprint.get("/provider/terms/versions")
@access("provider")
def terms_versions() -> Response:
    """Every version of the terms, the newest first, with the coming visits that keep it."""
    found = list_terms_versions(db.session(), _own_id(), clock.now())
    return jsonify({"items": [_version(one) | {"terms": terms_to_dict(one.says)} for one in found], "next": None})


@blueprint.get("/provider/prices/versions")
@access("provider")
def price_versions() -> Response:
    """Every version of the price rules, the newest first, with the coming visits priced by it."""
    found = list_price_versions(db.session(), _own_id(), clock.now())
    return jsonify({"items": [_version(one) | {"prices": prices_to_dict(one.says)} for one in found], "next": None})


def _own_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "starts_at": rfc3339(sample.starts_at),
        "price_cents": sample.price_cents,
        "summary": sample.clock.sentence,
        "promises": list(sample.clock.promises),
        "notices": [
            {
                "hours": one.hours, "at": rfc3339(one.at), "allowed": one.allowed, "fee_percent": one.fee_percent,
                "fee_cents": one.fee_cents, "may_move": one.may_move,
            }
            for one in sample.notices
        ],
        "no_show": {"from": rfc3339(sample.no_show_at), "fee_cents": sample.no_show_cents},
    }  # fmt: skip


def _wish(one: WishPriced) -> dict[str, Any]:
    return {
        "code": one.code,
        "starts_at": rfc3339(one.starts_at),
        "service_name": one.service_name,
        "minutes": one.minutes,
        "setting": one.setting,
        "zip": one.zip_code,
        "before_cents": one.before_cents,
        "quote": quote_to_dict(one.quote),
    }


def _advice(found: Sequence[Advice]) -> list[dict[str, str]]:
    return [{"code": one.code, "kind": one.kind, "field": one.field, "detail": one.sentence} for one in found]


def _version(one: Version) -> dict[str, Any]:
    mine = None if one.made_by is None else one.made_by == desk_owner().actor
    return {
        "version": one.number,
        "made_at": rfc3339(one.made_at) if one.made_at else None,
        "made_by_you": mine,
        "in_force": one.in_force,
        "appointments": [
            {"id": visit.public_id, "reference": visit.reference, "starts_at": rfc3339(visit.starts_at)} for visit in one.visits
        ],
    }
