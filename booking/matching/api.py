"""`GET /api/v1/match`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from booking.matching.catalogue import tables, version
from booking.matching.forms import read_need
from booking.matching.queries import Counts, count_offering
from booking.matching.rules import Answer, Match, match
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.services.rules.matching import NO_PROMISE

blueprint = Blueprint("matching_api", __name__, url_prefix="/api/v1")


@blueprint.get("/match")
@access(ANYONE)
@limiter.limit("60 per minute", exempt_when=lambda: viewer().signed_in)
def show() -> Response:
    """What goes with a condition, a technique, an aim; without any of them every pair there is."""
    found = match(read_need(request.args), tables())
    return jsonify(_answer(found, count_offering(db.session(), clock.now())))


def _answer(found: Answer, counts: Counts) -> dict[str, object]:
    need = found.need
    return {
        "version": version(),
        "condition": need.condition,
        "technique": need.technique,
        "goal": need.goal,
        "items": [_match(one, counts) for one in found.matches],
        "besides": [_match(one, counts) for one in found.besides],
        "gentler": found.gentler,
        "first": list(found.first),
        "research": [{"words": one.words, "source": one.source, "address": one.address} for one in found.studies],
        "no_promise": NO_PROMISE,
    }


def _match(one: Match, counts: Counts) -> dict[str, object]:
    chosen: dict[str, Any] = {"condition": one.condition} if one.condition else {}
    return {
        "condition": one.condition,
        "technique": one.technique,
        "pressure_level": one.pressure_level,
        "reasons": [{"to": tie.to, "strength": tie.strength, "words": tie.words, "basis": tie.basis} for tie in one.ties],
        "first": list(one.first),
        "gentlest": one.gentlest,
        "providers": counts.by_technique.get(one.technique, 0),
        "certified": counts.certified.get(one.technique, 0),
        "search": url_for("openings_api.providers", technique=one.technique, **chosen),
    }
