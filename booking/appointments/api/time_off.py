"""`/api/v1/provider/time-off`, and for the staff anybody's: days away, and the visits that stand in them."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.forms.reading import base_url
from booking.appointments.forms.time_off import visits_inside
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, get_provider
from providers.registry.rules import Owner
from providers.schedule.actions.time_off import add_time_off, end_time_off, take_name_off
from providers.schedule.forms.time_off import read_end, read_time_off, time_off_answer
from providers.schedule.queries import list_time_off

blueprint = Blueprint("time_off_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/time-off")
@access("provider")
def list_own_time_off() -> ResponseReturnValue:
    """One's own time off that is not over."""
    return jsonify({"items": _items(find_own_id(db.session(), desk_owner().account_id)), "next": None})


@blueprint.post("/provider/time-off")
@access("provider")
@idempotent
def create_time_off() -> ResponseReturnValue:
    """State time off; 409 names the visits inside until `keep_visits` says that they have been read."""
    return _create(desk_owner())


@blueprint.post("/provider/time-off/<public_id>/end")
@access("provider")
def shorten_time_off(public_id: str) -> ResponseReturnValue:
    """End it early: now, or at the instant given."""
    end_time_off(desk_owner(), public_id, read_end(json_object(request)), viewer().actor, clock.now())
    return "", 204


@blueprint.post("/provider/time-off/<public_id>/decline")
@access("provider")
def decline_time_off(public_id: str) -> ResponseReturnValue:
    """Take one's own name off a colleague's time off."""
    take_name_off(public_id, desk_owner(), viewer().actor, clock.now())
    return "", 204


@blueprint.delete("/provider/time-off/<public_id>")
@access("provider")
def delete_time_off(public_id: str) -> ResponseReturnValue:
    """Give back all that is left of it."""
    end_time_off(desk_owner(), public_id, None, viewer().actor, clock.now())
    return "", 204


@blueprint.get("/admin/providers/<slug>/time-off")
@access("admin")
def list_time_off_of(slug: str) -> ResponseReturnValue:
    """A provider's time off that is not over."""
    return jsonify({"items": _items(get_provider(db.session(), slug).id), "next": None})


@blueprint.post("/admin/providers/<slug>/time-off")
@access("admin")
@idempotent
def create_time_off_of(slug: str) -> ResponseReturnValue:
    """State time off on a provider's behalf."""
    return _create(slug)


@blueprint.delete("/admin/providers/<slug>/time-off/<public_id>")
@access("admin")
def delete_time_off_of(slug: str, public_id: str) -> ResponseReturnValue:
    """Give back all that is left of it."""
    end_time_off(slug, public_id, None, viewer().actor, clock.now())
    return "", 204


def _create(whom: Owner | str) -> ResponseReturnValue:
    public_id = add_time_off(whom, read_time_off(json_object(request)), viewer().actor, base_url(), clock.now(), visits_inside)
    own_id = get_provider(db.session(), whom).id if isinstance(whom, str) else find_own_id(db.session(), whom.account_id)
    return jsonify(next(item for item in _items(own_id) if item["id"] == public_id)), 201


def _items(provider_id: int | None) -> list[dict[str, object]]:
    session, minute = db.session(), to_minute(clock.now())
    return [
        time_off_answer(off, colleague, visits_inside(session, off.provider_id, max(off.begin_minute, minute), off.end_minute))
        for off, colleague in list_time_off(session, provider_id, minute)
    ]
