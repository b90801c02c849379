"""Stopping booking for a while: a provider their own, an admin anybody's or everybody's."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, NotFound, Refused
from marketplace.webkit.identity import access, viewer
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.registry.rules import Owner
from providers.schedule.actions.pausing import put_pause
from providers.schedule.forms.pausing import read_pause
from providers.schedule.queries import find_pause, list_pauses
from providers.schedule.views.hours import blueprint


@blueprint.get("/provider/pause")
@access("provider")
def pause() -> ResponseReturnValue:
    """One's own pause."""
    return _own()


@blueprint.post("/provider/pause")
@access("provider")
def change_pause() -> ResponseReturnValue:
    """Begin it, or end it by the other button."""
    fault = _put(desk_owner())
    return redirect(url_for("schedule.pause")) if fault is None else (_own(fault), 422)


@blueprint.get("/admin/pause")
@access("admin")
def pauses() -> ResponseReturnValue:
    """Every pause, and a form for another."""
    return _all()


@blueprint.post("/admin/pause")
@access("admin")
def change_pauses() -> ResponseReturnValue:
    """Begin one for the provider named, or for everybody; or end it."""
    fault = _put(request.form.get("provider", "").strip() or None)
    return redirect(url_for("schedule.pauses")) if fault is None else (_all(fault), 422)


def _put(whom: Owner | str | None) -> str | None:
    """What was wrong, if anything; then nothing has changed."""
    going_on = "resume" in request.form
    try:
        message = None if going_on else read_pause({"message": request.form.get("message", "")})
        put_pause(whom, message, viewer().actor, clock.now())
    except (Refused, Malformed, NotFound) as refusal:
        return refusal.faults[0].message if refusal.faults else refusal.sentence
    flash(_("Booking goes on.") if going_on else _("Booking has stopped. What is booked stays booked."), "good")
    return None


def _own(fault: str = "") -> str:
    own_id = find_own_id(db.session(), desk_owner().account_id)
    standing = find_pause(db.session(), own_id) if own_id else None
    typed = request.form.get("message", standing.message if standing else "")
    return render_template("provider/pause.html", pause=standing, house=find_pause(db.session(), None), typed=typed, fault=fault)


def _all(fault: str = "") -> str:
    typed = {name: request.form.get(name, "") for name in ("provider", "message")}
    return render_template("admin/pause.html", rows=list_pauses(db.session()), typed=typed, fault=fault)
