"""`/api/v1/baskets`: different visits held for one checkout, all of them or none."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.actions.hold_together import drop_basket, hold_together
from booking.appointments.api.shapes import hold_answer
from booking.appointments.forms.baskets import read_basket
from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.models import Basket, Hold
from booking.appointments.queries import BasketHeld, get_basket, list_baskets, visits_of_holds
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("baskets_api", __name__, url_prefix="/api/v1")


@blueprint.get("/baskets")
@access("client")
def list_own() -> ResponseReturnValue:
    """One's own baskets, the newest first."""
    now = clock.now()
    return jsonify({"items": [_answer(one, now) for one in list_baskets(db.session(), Basket.person_id == own_person_id())], "next": None})


@blueprint.post("/baskets")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def create() -> ResponseReturnValue:
    """Hold all visits for one checkout, or none; `POST /appointments` with any of the holds books all."""
    person_id, now = own_person_id(), clock.now()
    wanted = read_basket(json_object(request), saved_zip(db.session(), person_id))
    return jsonify(_answer(hold_together(wanted, person_id, doer(), now), now)), 201


@blueprint.get("/baskets/<public_id>")
@access("client")
def show(public_id: str) -> ResponseReturnValue:
    """One basket with its visits."""
    return jsonify(_answer(get_basket(db.session(), public_id, own_person_id()), clock.now()))


@blueprint.delete("/baskets/<public_id>")
@access("client")
def drop(public_id: str) -> ResponseReturnValue:
    """Give back everything that is held; `DELETE /holds/{id}` takes one visit out."""
    drop_basket(public_id, own_person_id(), doer(), clock.now())
    return "", 204


def _answer(one: BasketHeld, now: datetime) -> dict[str, object]:
    booked = visits_of_holds(db.session(), [hold.id for hold in one.holds])
    states = {_state(hold, now) for hold in one.holds} or {"released"}
    state = "held" if states == {"live"} else min(states - {"live"}, default="held")
    return {
        "id": one.basket.public_id,
        "state": state,
        "expires_at": rfc3339(one.holds[0].expires_at) if state == "held" else None,
        "visits": [
            {
                "provider": {"slug": one.providers[hold.provider_id].slug, "name": one.providers[hold.provider_id].name},
                "service": hold.service_code,
                "minutes": hold.minutes,
                "setting": hold.setting,
                "hold": hold_answer(hold),
                "appointment": booked[hold.id].public_id if hold.id in booked else None,
            }
            for hold in one.holds
        ],
        "total_cents": sum(hold.quote["total_cents"] for hold in one.holds),
        "currency": "USD",
    }


def _state(hold: Hold, now: datetime) -> str:
    return "expired" if hold.state == "live" and hold.expires_at <= now else hold.state
