"""Progress as a page: a client's own, and for a therapist that of the client of a visit."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.appointments.rules.naming import short_name
from booking.outcomes.actions import open_outcomes, take_outcomes
from booking.outcomes.forms import OVERALL_WORDS, OneForm, sheet_form, sitting
from booking.outcomes.queries import load_outcomes, visit_ends
from booking.outcomes.rules.showing import HEIGHT, WIDTH, sheets
from booking.outcomes.rules.trends import activities, asked_now
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("outcomes", __name__)
BOX = (WIDTH, HEIGHT)


@blueprint.route("/progress", methods=["GET", "POST"])
@access("client")
@limiter.limit("60 per minute")
def progress() -> ResponseReturnValue:
    """What a client has noted, what became of it, and a sheet to note more."""
    person_id, now = own_person_id(), clock.now()
    taken = [one.taken for one in load_outcomes(db.session(), person_id)]
    form = sheet_form(activities(taken))
    if form.validate_on_submit():
        take_outcomes(sitting(person_id, "client", None, form.values()), doer().name, now)
        flash(_("Saved. Only you and the therapists you visit can see it."), "good")
        return redirect(url_for("outcomes.progress"))
    asked = asked_now(taken, visit_ends(db.session(), person_id, now), now)
    page = render_template("outcomes/progress.html", sheets=sheets(taken), form=form, asked=bool(asked), box=BOX, overall=OVERALL_WORDS)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/provider/appointments/<public_id>/progress", methods=["GET", "POST"])
@access("provider")
@limiter.limit("60 per minute")
def of_client(public_id: str) -> ResponseReturnValue:
    """The client's progress as their therapist sees it, and one measure more."""
    booked, now, form = own_appointment(public_id), clock.now(), OneForm()
    if form.validate_on_submit():
        take_outcomes(sitting(booked.person.id, "provider", public_id, form.values()), doer().name, now)
        flash(_("Saved."), "good")
        return redirect(url_for("outcomes.of_client", public_id=public_id))
    taken = [one.taken for one in open_outcomes(public_id, doer().name, now)]
    name = short_name(booked.person.name)
    page = render_template(
        "outcomes/of_client.html", sheets=sheets(taken), form=form, box=BOX, overall=OVERALL_WORDS, visit=booked.appointment, client=name
    )
    return page, 422 if form.is_submitted() else 200
