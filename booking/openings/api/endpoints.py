"""The endpoints."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from booking.openings.api.alternatives import nearest_answer
from booking.openings.api.shapes import openings_answer, provider_answer, search_answer
from booking.openings.forms.acquaintance import doors_for, viewer_door_minutes, viewer_has_met
from booking.openings.forms.continuity import current_continuity
from booking.openings.forms.searching import read_search, write_cursor
from booking.openings.forms.windows import read_window
from booking.openings.forms.wishes import read_wish, read_wished_start
from booking.openings.queries.listing import list_openings, quote_start
from booking.openings.queries.nearby import nearest_to
from booking.openings.queries.searching import search
from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.rules.wanted import GENDERS, PARTS, SETTINGS
from booking.quotes.rules.pricing import quote_to_dict
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.kernel.errors import Malformed
from marketplace.kernel.walltime import NEW_YORK
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.credentials.queries import load_policies
from providers.insurers import catalogue as insurers
from providers.places import gazetteer
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.queries import get_listed_facts
from providers.services import catalogue

blueprint = Blueprint("openings_api", __name__, url_prefix="/api/v1")
MOST_ALTERNATIVES = 5
search_limit = limiter.shared_limit("60 per minute", scope="search", exempt_when=lambda: viewer().signed_in)


@blueprint.get("/meta")
@access(ANYONE)
def meta() -> ResponseReturnValue:
    """The words that the other endpoints use."""
    today = load_policies(db.session()).on(ny_date(clock.now()))
    return jsonify(
        time_zone=NEW_YORK.key,
        settings=list(SETTINGS),
        parts=list(PARTS),
        provider_kinds=list(PROVIDER_KINDS),
        genders=list(GENDERS),
        carriers=[{"code": one.code, "name": one.name} for one in insurers.table().carriers.values()],
        plans=[{"code": one.code, "name": one.name} for one in insurers.table().plans.values()],
        techniques=[
            {"code": one.code, "name": one.name, "words": one.words, "pressure_level": one.pressure_level}
            for one in catalogue.techniques().values()
        ],
        conditions=[{"code": one.code, "name": one.name} for one in catalogue.conditions().values()],
        neighbourhoods=[{"code": one.code, "name": one.name, "zips": list(one.zips)} for one in gazetteer.neighborhoods()],
        credential_kinds=[{"code": one.code, "title": one.title, "required": one.required} for one in today.kinds.values()],
        version=catalogue.version(),
    )


@blueprint.get("/providers")
@access(ANYONE)
@search_limit
def providers() -> ResponseReturnValue:
    """Search."""
    now = clock.now()
    asked = read_search(request.args, partial(resolve, geocoder=current_geocoder()), now)
    result = search(db.session(), asked.query, now, asked.after, doors_for(asked.query))
    answer = search_answer(result, write_cursor(asked, result.after) if result.after else None, now)
    if not result.total:
        instead = nearest_to(db.session(), asked.query, now, MOST_ALTERNATIVES, doors_for(asked.query))
        answer["alternatives"] = [nearest_answer(*one, now) for one in instead]
    return jsonify(answer)


@blueprint.get("/providers/<slug>")
@access(ANYONE)
def provider(slug: str) -> ResponseReturnValue:
    """The public profile."""
    nothing_else(request.args)
    facts = get_listed_facts(db.session(), slug)
    return jsonify(provider_answer(facts, current_continuity(facts.id), clock.now()))


@blueprint.get("/providers/<slug>/openings")
@access(ANYONE)
@search_limit
def openings(slug: str) -> ResponseReturnValue:
    """Every start of one wish in a window."""
    now, person_id = clock.now(), viewer().person_id
    saved = saved_zip(db.session(), person_id) if person_id else None
    facts = get_listed_facts(db.session(), slug)
    wish = read_wish(request.args, saved, also=("from", "to"))
    wish = replace(wish, met=viewer_has_met(facts, wish.setting), door_minutes=viewer_door_minutes(facts, wish.setting, wish.zip))
    low, high = read_window(request.args.get("from") or None, request.args.get("to") or None, now)
    found = list_openings(db.session(), facts, wish, low, high, now)
    return jsonify(openings_answer(found, (low, high)))


@blueprint.post("/quotes")
@access(ANYONE)
@search_limit
def quotes() -> ResponseReturnValue:
    """The whole price of one start, line by line, and its terms. Nothing is held by asking."""
    person_id = viewer().person_id
    wished = read_wished_start(json_object(request), saved_zip(db.session(), person_id) if person_id else None)
    facts = get_listed_facts(db.session(), wished.provider)
    wish = replace(wished.wish, met=viewer_has_met(facts, wished.wish.setting))
    return jsonify(quote_to_dict(quote_start(facts, wish, wished.starts_at, clock.now())))


def nothing_else(args: MultiDict[str, str]) -> None:
    """Refuse parameters where none is known."""
    if args:
        raise Malformed("unknown_field", f"Not known here: {', '.join(sorted(name[:60] for name in args))}.")
