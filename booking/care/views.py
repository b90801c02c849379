"""A client's own papers: prescriptions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import doer, own_person_id
from booking.care.forms import PrescriptionForm, show_faults
from booking.care.queries import prescriptions_of
from booking.screening import catalogue
from booking.screening.actions import keep_prescription
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("care", __name__)
Page = str | Answer | tuple[str, int]


@blueprint.get("/care")
@access("client")
def index() -> str:
    """One's own papers, and what is left of them."""
    rows = prescriptions_of(db.session(), own_person_id(), clock.now())
    return render_template("care/index.html", prescriptions=rows, regions=catalogue.body_map().names)


@blueprint.route("/care/prescriptions/new", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per hour", methods=["POST"])
def prescription() -> Page:
    """Write down a prescription."""
    form = PrescriptionForm()
    if form.validate_on_submit():
        try:
            keep_prescription(form.draft, own_person_id(), doer().name, clock.now())
        except Refused as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Kept. You can choose it when you book."), "good")
            return redirect(url_for(".index"))
    page = render_template("care/prescription.html", form=form)
    return (page, 422) if form.errors else page
