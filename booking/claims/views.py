"""Claim forms as pages and files: the client gives their insurance and reads, the therapist makes and prints."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.appointments.queries import Booked
from booking.claims.actions import give_insurance, make_claim, open_claim, opened_of, print_claim, take_back_insurance
from booking.claims.forms import GROUPS, TEXT, WishForm, columns_of, faults_of_refusal, file_of, insurance_form, read_printing, table_of
from booking.claims.queries import find_given, get_made
from booking.claims.rules.insurance import Insurance
from booking.claims.rules.versions import WHY
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("claims", __name__)


@blueprint.get("/appointments/<public_id>/claim-form")
@access("client")
def show(public_id: str) -> str:
    """The claim form of one's own visit, and whether one's insurance details are given."""
    booked, now = own_appointment(public_id), clock.now()
    opened = opened_of(db.session(), booked, now)
    return render_template(
        "claims/show.html", opened=opened, given=find_given(db.session(), booked, now), visit=booked.appointment, why=WHY,
        table_of=table_of, columns_of=columns_of,
    )  # fmt: skip


@blueprint.get("/appointments/<public_id>/claim-form.pdf")
@access("client")
@limiter.limit("30 per minute")
def show_file(public_id: str) -> Response:
    """A version as a file."""
    booked, printing = own_appointment(public_id), read_printing()
    return file_of(get_made(db.session(), booked.appointment.id, printing.version), printing)


@blueprint.route("/appointments/<public_id>/insurance", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute", methods=["POST"])
def insurance(public_id: str) -> ResponseReturnValue:
    """Give one's insurance details for claim forms of this visit's therapist."""
    booked, now = own_appointment(public_id), clock.now()
    given = find_given(db.session(), booked, now)
    form = insurance_form(given.insurance if given else _known(booked), local_day(to_minute(now)))
    if form.validate_on_submit():
        give_insurance(public_id, own_person_id(), form.told, (form.signed_name.data or "").strip(), doer().name, now)
        flash(_("Kept. Your therapist can make a claim form for your visits now."), "good")
        return redirect(url_for("claims.show", public_id=public_id))
    page = render_template("claims/insurance.html", form=form, groups=GROUPS, text=TEXT, visit=booked.appointment, given=given)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/appointments/<public_id>/insurance/end")
@access("client")
@limiter.limit("30 per minute")
def end_insurance(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    own_appointment(public_id)
    take_back_insurance(public_id, own_person_id(), doer().name, clock.now())
    flash(_("Taken back. Your therapist cannot open or make claim forms of yours now."), "good")
    return redirect(url_for("claims.show", public_id=public_id))


@blueprint.route("/provider/appointments/<public_id>/claim-form", methods=["GET", "POST"])
@access("provider")
@limiter.limit("30 per minute", methods=["POST"])
def desk(public_id: str) -> ResponseReturnValue:
    """What was made, what would be made now and what is in its way; making the next version. The look is written down."""
    booked, now, form = own_appointment(public_id), clock.now(), WishForm()
    refused: Refused | None = None
    if form.validate_on_submit():
        try:
            made = make_claim(public_id, booked.provider.id, form.wish, doer().name, now)
            flash(_("Version %(number)s is made. Nothing was sent to an insurer.", number=made.version), "good")
            return redirect(url_for("claims.desk", public_id=public_id))
        except (Refused, Conflict) as refusal:
            refused = refusal if isinstance(refusal, Refused) else None
            flash(refusal.sentence, "bad")
    try:
        opened = open_claim(public_id, booked.provider.id, doer().name, now)
    except Conflict as refusal:
        return render_template("claims/desk.html", opened=None, refusal=refusal.sentence, visit=booked.appointment)
    page = render_template(
        "claims/desk.html", opened=opened, refusal=None, visit=booked.appointment, form=form, why=WHY, table_of=table_of,
        columns_of=columns_of, faults=faults_of_refusal(refused.faults) if refused else [],
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/provider/appointments/<public_id>/claim-form.pdf")
@access("provider")
@limiter.limit("30 per minute")
def desk_file(public_id: str) -> Response:
    """A version for its therapist, while the client permits it; the look is written down."""
    booked, printing = own_appointment(public_id), read_printing()
    return file_of(print_claim(public_id, booked.provider.id, printing.version, doer().name, clock.now()), printing)


def _known(booked: Booked) -> Insurance:
    """What is known of the client, so that they need not type it: their name and where they live."""
    person = booked.person
    first, _space, last = person.name.rpartition(" ")
    kept = person.address or {}
    line = " ".join(part for part in (kept.get("line1"), kept.get("unit")) if part)
    city, state = ("New York", "NY") if line else ("", "")
    return Insurance(
        patient_first=first, patient_last=last, patient_line1=line, patient_city=city, patient_state=state, patient_zip=person.zip or ""
    )
