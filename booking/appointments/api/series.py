"""`/api/v1/series`: planning visits together, holding all of them or none."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.actions.hold_series import hold_series, release_series
from booking.appointments.api.shapes import hold_answer
from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.forms.series import SeriesPlan, planned, read_series, read_series_wish
from booking.appointments.models import Series
from booking.appointments.queries import SeriesHeld, list_series, visits_of_holds
from booking.appointments.rules.series import STOP_RULE, WHY_MOST, Option, Planned, review_after
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("series_api", __name__, url_prefix="/api/v1")


@blueprint.get("/series/plan")
@access(ANYONE)
@limiter.limit("30 per minute")
def plan() -> ResponseReturnValue:
    """Every visit of a series with its state; nothing is held by asking."""
    person_id = viewer().person_id
    slug, wanted = read_series_wish(request.args.to_dict(), saved_zip(db.session(), person_id) if person_id else None)
    return jsonify(_plan_answer(planned(slug, wanted, clock.now())))


@blueprint.get("/series")
@access("client")
def list_own() -> ResponseReturnValue:
    """One's own series, the newest first."""
    now = clock.now()
    return jsonify({"items": [_answer(one, now) for one in list_series(db.session(), Series.person_id == own_person_id())], "next": None})


@blueprint.post("/series")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def create() -> ResponseReturnValue:
    """Hold all visits for ten minutes, or none; `POST /appointments` with any of the holds books all."""
    person_id, now = own_person_id(), clock.now()
    wanted = read_series(json_object(request), saved_zip(db.session(), person_id))
    return jsonify(_answer(hold_series(wanted, person_id, doer(), now), now)), 201


@blueprint.delete("/series/<public_id>")
@access("client")
def drop(public_id: str) -> ResponseReturnValue:
    """Give back what is held; booked visits are canceled one by one."""
    release_series(public_id, own_person_id(), doer(), clock.now())
    return "", 204


def _plan_answer(plan: SeriesPlan) -> dict[str, object]:
    return {
        "provider": plan.facts.slug,
        "visits": [_planned(one) for one in plan.visits],
        "reassess_after": sorted(review_after(plan.wanted.visits)),
        "stop_rule": STOP_RULE,
        "most": WHY_MOST,
    }


def _planned(one: Planned) -> dict[str, object]:
    return {
        "visit": one.number,
        "on": one.on.isoformat(),
        "state": one.state,
        "code": one.code,
        "detail": one.sentence,
        "starts_at": None if one.start_minute is None else rfc3339(from_minute(one.start_minute)),
        "minutes": one.minutes,
        "options": [_option(option) for option in one.options],
        "reassess": one.review,
    }


def _option(option: Option) -> dict[str, object]:
    return {"kind": option.kind, "starts_at": rfc3339(from_minute(option.start_minute)), "minutes": option.minutes}


def _answer(one: SeriesHeld, now: datetime) -> dict[str, object]:
    booked = visits_of_holds(db.session(), [hold.id for hold in one.holds])
    states = ["expired" if hold.state == "live" and hold.expires_at <= now else hold.state for hold in one.holds]
    points = review_after(len(one.holds))
    return {
        "id": one.series.public_id,
        "provider": one.slug,
        "every_days": one.series.every_days,
        "state": {"live": "held"}.get(states[0], states[0]),
        "expires_at": rfc3339(one.holds[0].expires_at) if states[0] == "live" else None,
        "visits": [
            {
                "visit": at,
                "hold": hold_answer(hold),
                "appointment": booked[hold.id].public_id if hold.id in booked else None,
                "reassess": at in points,
            }
            for at, hold in enumerate(one.holds, 1)
        ],
        "total_cents": sum(hold.quote["total_cents"] for hold in one.holds),
        "currency": "USD",
        "stop_rule": STOP_RULE,
    }
