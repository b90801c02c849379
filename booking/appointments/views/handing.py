"""The admin's page on which a visit is offered to a colleague."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from booking.appointments.actions.hand_over import Handing, offer_handover, withdraw_handover
from booking.appointments.forms.handing import HandingForm
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import Booked, find_handover, get_any
from booking.appointments.rules.handing import OFFERED
from booking.appointments.rules.naming import short_name
from booking.openings.forms.searching import as_near
from booking.openings.queries.searching import search
from booking.openings.rules.search import Found
from booking.openings.rules.wanted import SearchQuery
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.identity import access
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.rules import MOBILE
from providers.registry.models import Provider

blueprint = Blueprint("handing", __name__)
MOST = 50


@blueprint.route("/admin/appointments/<public_id>/hand-over", methods=["GET", "POST"])
@access("admin")
def show(public_id: str) -> ResponseReturnValue:
    """Who is free then and could give the visit; offer it to one of them."""
    booked, form = get_any(db.session(), public_id), HandingForm()
    colleagues = _free_then(booked)
    form.provider.choices = [SelectChoice(one.facts.slug, f"{one.facts.name}, {one.service.name}") for one in colleagues]
    if form.validate_on_submit():
        try:
            offer_handover(
                public_id, Handing(form.provider.data, form.reason.data or "", form.note.data or None), doer(), base_url(), clock.now()
            )
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
        else:
            flash(_("The client is asked. The colleague's time is kept until there is an answer."), "good")
            return redirect(url_for("handing.show", public_id=public_id))
    newest = find_handover(db.session(), booked.appointment.id)
    return render_template(
        "admin/hand_over.html", booked=booked, visit=booked.appointment, client=short_name(booked.person.name), form=form,
        colleagues=colleagues, waiting=newest if newest is not None and newest.state == OFFERED else None,
        newest=newest, colleague=db.session.get_one(Provider, newest.to_provider_id) if newest is not None else None,
    )  # fmt: skip


@blueprint.post("/admin/appointments/<public_id>/hand-over/withdraw")
@access("admin")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take the offer back."""
    try:
        withdraw_handover(public_id, doer(), clock.now())
        flash(_("Taken back. The colleague has a letter."), "good")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("handing.show", public_id=public_id))


def _free_then(booked: Booked) -> list[Found]:
    """Listed providers who are free at the visit's start for its length and setting; what else makes an equal is asked at the offer."""
    visit = booked.appointment
    at = to_minute(visit.starts_at)
    near = as_near(resolve(visit.zip, current_geocoder())) if visit.setting in MOBILE and visit.zip else None
    techniques = frozenset({visit.technique} if visit.technique else ())
    query = SearchQuery(at, at + 1, near, minutes=visit.minutes, settings=frozenset({visit.setting}), techniques=techniques, limit=MOST)
    found = search(db.session(), query, clock.now()).items
    return [one for one in found if one.facts.id != visit.provider_id]
