"""The consent of a visit once more: for accounts and behind a guest's link; and where it stands, for the pages of both sides."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.changes.history import Doer
from booking.appointments.forms.checkout import consent_form
from booking.appointments.forms.guarding import consent_for
from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person
from booking.care.actions.consent import agree
from booking.care.forms.consent import chosen
from booking.care.queries.consents import find_consent, is_asked, state_of
from booking.screening.rules.consents import sensitive
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("consenting", __name__)


@blueprint.app_context_processor
def state() -> dict[str, object]:
    """Where a visit's consent stands, for the pages of both sides."""
    return {"consent_state_of": lambda visit: state_of(db.session(), visit)}


@blueprint.route("/appointments/<public_id>/consent", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute", methods=["POST"])
def own(public_id: str) -> ResponseReturnValue:
    """Agree for one's own visit."""
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _consent(booked, doer(), url_for("visits.show", public_id=public_id))


@blueprint.route("/visits/<key>/consent", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("30 per minute", methods=["POST"])
def guest(key: str) -> ResponseReturnValue:
    """A guest agrees."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    return _consent(booked, Doer("client", f"person:{booked.person.id}"), url_for("visits.guest", key=key))


def _consent(booked: Booked, who: Doer, back: str) -> ResponseReturnValue:
    visit, text = booked.appointment, consent_for(booked.person.id, clock.now())
    if not is_asked(visit):
        flash(_("No consent is asked for this visit now."), "warning")
        return redirect(back)
    given = find_consent(db.session(), visit)
    form = consent_form(text, given.sections if given is not None else ())
    if form.validate_on_submit():
        try:
            agree(visit.public_id, chosen(form, text), who, clock.now())
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
        else:
            flash(_("Thank you. Your therapist sees what you agreed to."), "good")
        return redirect(back)
    page = render_template(
        "care/consent.html", form=form, text=text, booked=booked, visit=visit, given=given, areas=sensitive(text), back=back
    )
    return (page, 422) if form.errors else page
