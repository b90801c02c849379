"""`/api/v1/couples`: two people side by side, held and booked both or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.actions.answer_half import NOT_ASKED, answer_half
from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.hold_couple import hold_couple
from booking.appointments.api.shapes import WAITS_FOR, hold_answer
from booking.appointments.changes.history import Doer
from booking.appointments.changes.pairing import CoupleHeld, get_couple
from booking.appointments.forms.couples import beside_advice, read_answered, read_couple, read_two_search
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.models import Appointment, Hold
from booking.appointments.queries import get_by_guest_key, visits_of_holds
from booking.appointments.rules.couples import answers_are_due
from booking.appointments.rules.requests import WAITS
from booking.appointments.rules.states import CANCELLED
from booking.openings.forms.acquaintance import viewer_doors
from booking.openings.queries.pairs import pairs_free
from booking.openings.rules.pairs import Pair, Side
from booking.openings.rules.prices import WholePrices
from booking.quotes.catalogue import taxes
from booking.screening import catalogue
from booking.screening.actions import answer_screening
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import NEW_YORK, from_minute
from marketplace.vault import secret_hash
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.queries import get_facts

blueprint = Blueprint("couples_api", __name__, url_prefix="/api/v1")
search_limit = limiter.shared_limit("60 per minute", scope="search", exempt_when=lambda: viewer().signed_in)
MOST_STARTS = 20


@blueprint.get("/couples/openings")
@access(ANYONE)
@search_limit
def openings() -> ResponseReturnValue:
    """Pairs of therapists who are free side by side, the soonest first."""
    now = clock.now()
    asked, beside = read_two_search(request.args, partial(resolve, geocoder=current_geocoder()), now)
    found = pairs_free(db.session(), asked.query, now, asked.query.limit, beside, viewer_doors())
    return jsonify({"time_zone": NEW_YORK.key, "items": [_pair(pair, now) for pair in found], "next": None})


@blueprint.post("/couples")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def create() -> ResponseReturnValue:
    """Hold both, or neither; `POST /appointments` with the first hold books both."""
    person_id, now = own_person_id(), clock.now()
    held = hold_couple(read_couple(json_object(request), saved_zip(db.session(), person_id)), person_id, doer(), now)
    return jsonify(_answer(held, now)), 201


@blueprint.get("/couples/<public_id>")
@access("client")
def show(public_id: str) -> ResponseReturnValue:
    """How both stand: never what the other person has answered."""
    return jsonify(_answer(get_couple(db.session(), public_id, own_person_id()), clock.now()))


@blueprint.delete("/couples/<public_id>")
@access("client")
def drop(public_id: str) -> ResponseReturnValue:
    """Give both held times back. Booked visits are canceled by their own people."""
    held = get_couple(db.session(), public_id, own_person_id())
    if held.first.state == "booked":
        raise Conflict("wrong_state", "These visits are booked. Each of them is canceled by itself.")
    release_hold(held.first.public_id, own_person_id(), doer(), clock.now())
    return "", 204


@blueprint.post("/couples/answers")
@access(ANYONE)
@limiter.limit("30 per minute")
def answers() -> ResponseReturnValue:
    """The second person's answers and consent, by the secret of their own letter's link. What came of them stands in no other answer."""
    key, sent, given = read_answered(json_object(request))
    booked, now = get_by_guest_key(db.session(), secret_hash(key)), clock.now()
    if not answers_are_due(booked.appointment.attention):
        raise Conflict("not_asked", NOT_ASKED)
    guest = Doer("client", f"person:{booked.person.id}")
    screened = answer_screening(sent, booked.person.id, guest.name, now)
    done = answer_half(booked.appointment.public_id, replace(given, screening=screened.screening.public_id), guest, base_url(), now)
    answer = {"outcome": screened.outcome.outcome, **_visit(done.appointment)}
    if done.appointment.status == CANCELLED:
        answer["advice"] = catalogue.advice()[beside_advice(screened.screening.result["advice"])].text
    return jsonify(answer)


def _pair(pair: Pair, now: datetime) -> dict[str, Any]:
    sides = (pair.first, pair.second)
    cents = [_cents(side, now) for side in sides]
    return {
        "providers": [{"slug": side.facts.slug, "name": side.facts.name, "service": side.wish.service} for side in sides],
        "setting": pair.first.wish.setting,
        "minutes": pair.first.wish.minutes,
        "zip": pair.first.wish.zip,
        "starts": [
            {"starts_at": rfc3339(from_minute(start)), "price_cents": [price(start) for price in cents]}
            for start in pair.starts[:MOST_STARTS]
        ],
        "more_starts": len(pair.starts) > MOST_STARTS,
        "currency": "USD",
    }


def _cents(side: Side, now: datetime) -> Any:
    service = next(one for one in side.facts.services if one.code == side.wish.service)
    return WholePrices(side.facts, service, side.wish, taxes()).at(now)


def _answer(held: CoupleHeld, now: datetime) -> dict[str, Any]:
    booked = visits_of_holds(db.session(), [hold.id for hold in held.holds])
    states = {"expired" if hold.state == "live" and hold.expires_at <= now else hold.state for hold in held.holds}
    state = "held" if states == {"live"} else min(states - {"live"}, default="held")
    return {
        "id": held.couple.public_id,
        "state": state,
        "expires_at": rfc3339(held.first.expires_at) if state == "held" else None,
        "visits": [_half(hold, booked.get(hold.id), own=hold is held.first) for hold in held.holds],
        "total_cents": sum(hold.quote["total_cents"] for hold in held.holds),
        "currency": "USD",
    }


def _half(hold: Hold, visit: Appointment | None, *, own: bool) -> dict[str, Any]:
    """One of the two. The other person's visit is theirs: when it is and how it stands, and not its id."""
    provider = get_facts(db.session(), hold.provider_id)
    return {
        "own": own,
        "provider": {"slug": provider.slug, "name": provider.name},
        "service": hold.service_code,
        "minutes": hold.minutes,
        "setting": hold.setting,
        "hold": hold_answer(hold),
        "appointment": visit.public_id if visit is not None and own else None,
        "visit": None if visit is None else _visit(visit, own=own),
    }


def _visit(visit: Appointment, *, own: bool = True) -> dict[str, Any]:
    """How a visit stands. Of the other person's nobody learns what it waits for: that would tell of their answers."""
    return {
        "status": visit.status,
        "starts_at": rfc3339(visit.starts_at),
        "waits_for": [WAITS_FOR[sign] for sign in WAITS if sign in visit.attention] if own else [],
    }
