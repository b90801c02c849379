"""A therapist answers requests: what waits for them, a yes with one press, a no with a reason and other times."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.answer import accept, decline
from booking.appointments.actions.charge_due import take_confirmed
from booking.appointments.forms.answering import DeclineForm, near_times
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import Booked, get_of_provider
from booking.appointments.rules.naming import short_name
from booking.appointments.rules.requests import assess_answer
from booking.appointments.rules.states import PROVIDER
from booking.payments.forms import pursue_visit
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner

blueprint = Blueprint("answering", __name__)


def _own(public_id: str) -> Booked:
    return get_of_provider(db.session(), public_id, desk_owner().account_id)


@blueprint.post("/provider/appointments/<public_id>/accept")
@access("provider")
def say_yes(public_id: str) -> ResponseReturnValue:
    """Accept a request."""
    _own(public_id)
    try:
        now = clock.now()
        booked = accept(public_id, doer(), base_url(), now)
        take_confirmed(now)
        pursue_visit(booked.appointment.id, now)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        waits = booked.appointment.respond_by_at is not None
        flash(
            _("Your yes is noted. The visit still waits for the client's clearance.") if waits else _("Accepted. The client is told."),
            "good",
        )
    return redirect(url_for("desk_visit.show", public_id=public_id))


@blueprint.route("/provider/appointments/<public_id>/decline", methods=["GET", "POST"])
@access("provider")
def say_no(public_id: str) -> ResponseReturnValue:
    """Decline a request, with a reason and other times where there are some."""
    booked, now = _own(public_id), clock.now()
    visit = booked.appointment
    verdict = assess_answer(visit.status, visit.attention, visit.respond_by_at, PROVIDER, now)
    if not verdict.allowed:
        flash(verdict.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    form = DeclineForm()
    form.offer(near_times(booked, now))
    if not form.validate_on_submit():
        page = render_template("provider/decline.html", booked=booked, visit=visit, form=form, client=short_name(booked.person.name))
        return (page, 422) if form.errors else page
    db.session.rollback()
    try:
        pursue_visit(decline(public_id, form.declining(), doer(), base_url(), now).appointment.id, now)
        flash(_("Declined. The client has a letter, pays nothing, and the time is free."), "good")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("desk_visit.show", public_id=public_id))
