"""A therapist's coming visits that no longer fit into what they keep now, with what to do about each."""

from __future__ import annotations

from flask import Blueprint, render_template

from booking.appointments.changes.fitting import misfit_visits
from booking.appointments.rules.naming import short_name
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("fitting", __name__)


@blueprint.get("/provider/no-longer-fits")
@access("provider")
def index() -> str:
    """The whole list, the soonest first. Each goes from it by itself once it fits again."""
    own_id = find_own_id(db.session(), desk_owner().account_id)
    rows = misfit_visits(db.session(), clock.now(), own_id) if own_id else []
    return render_template("provider/no_longer_fits.html", rows=rows, short_name=short_name)
