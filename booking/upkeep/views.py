"""The admin's list of coming visits that somebody must look at."""

from __future__ import annotations

from flask import Blueprint, render_template

from booking.appointments.changes.loading import visits_at_risk
from booking.appointments.rules.naming import short_name
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access

blueprint = Blueprint("attention", __name__)


@blueprint.get("/admin/attention")
@access("admin")
def index() -> str:
    """Coming visits whose provider has lost the standing for them or is busy elsewhere, the soonest first."""
    return render_template("admin/attention.html", rows=visits_at_risk(db.session(), clock.now()), short_name=short_name)
