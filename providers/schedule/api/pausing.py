"""Stopping booking for a while, for programs."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, get_provider
from providers.schedule.actions.pausing import put_pause
from providers.schedule.api.desk import blueprint
from providers.schedule.forms.pausing import pause_answer, read_pause
from providers.schedule.queries import find_pause


@blueprint.get("/provider/pause")
@access("provider")
def show_pause() -> ResponseReturnValue:
    """One's own pause."""
    own_id = find_own_id(db.session(), desk_owner().account_id)
    return jsonify(pause_answer(find_pause(db.session(), own_id) if own_id else None))


@blueprint.put("/provider/pause")
@access("provider")
def begin_pause() -> ResponseReturnValue:
    """Stop one's own booking."""
    put_pause(desk_owner(), read_pause(json_object(request)), viewer().actor, clock.now())
    return show_pause()


@blueprint.delete("/provider/pause")
@access("provider")
def end_pause() -> ResponseReturnValue:
    """Go on."""
    put_pause(desk_owner(), None, viewer().actor, clock.now())
    return "", 204


@blueprint.get("/admin/pause")
@access("admin")
def show_house_pause() -> ResponseReturnValue:
    """The pause of the whole house."""
    return jsonify(pause_answer(find_pause(db.session(), None)))


@blueprint.put("/admin/pause")
@access("admin")
def begin_house_pause() -> ResponseReturnValue:
    """Stop everybody's booking."""
    put_pause(None, read_pause(json_object(request)), viewer().actor, clock.now())
    return show_house_pause()


@blueprint.delete("/admin/pause")
@access("admin")
def end_house_pause() -> ResponseReturnValue:
    """Go on."""
    put_pause(None, None, viewer().actor, clock.now())
    return "", 204


@blueprint.put("/admin/providers/<slug>/pause")
@access("admin")
def begin_pause_of(slug: str) -> ResponseReturnValue:
    """Stop one provider's booking."""
    put_pause(slug, read_pause(json_object(request)), viewer().actor, clock.now())
    return jsonify(pause_answer(find_pause(db.session(), get_provider(db.session(), slug).id)))


@blueprint.delete("/admin/providers/<slug>/pause")
@access("admin")
def end_pause_of(slug: str) -> ResponseReturnValue:
    """Go on."""
    put_pause(slug, None, viewer().actor, clock.now())
    return "", 204
