"""A therapist's letters about the client of a visit: written, read as they would leave, sent."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.rules.naming import short_name
from booking.care.queries.visits import get_in_care
from booking.homecare.forms import show_faults
from booking.sharing.actions.open_letter import print_letter
from booking.sharing.actions.send_letter import Sending, send_letter
from booking.sharing.actions.write_letter import begin_letter, edit_letter, look_at_draft
from booking.sharing.forms.answers import file_of, private
from booking.sharing.forms.letters import words_form
from booking.sharing.forms.releases import PART_WORDS
from booking.sharing.queries.letters import find_draft, letters_of
from booking.sharing.queries.releases import live_releases_for
from booking.sharing.rules.releases import LINK, PRINT
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("sharing_desk", __name__, url_prefix="/provider/appointments")


@blueprint.get("/<public_id>/letters")
@access("provider")
def index(public_id: str) -> str:
    """What the client permits, and what one has sent."""
    own_appointment(public_id)
    session, now = db.session(), clock.now()
    booked = get_in_care(session, public_id, now)
    visit = booked.appointment
    return render_template(
        "sharing/desk.html", visit=visit, client=short_name(booked.person.name), parts=PART_WORDS,
        releases=live_releases_for(session, visit.provider_id, now, visit.person_id), draft=find_draft(session, visit.id),
        letters=letters_of(session, visit.person_id, now, visit.provider_id),
    )  # fmt: skip


@blueprint.post("/<public_id>/letters")
@access("provider")
@limiter.limit("60 per hour")
def begin(public_id: str) -> ResponseReturnValue:
    """Draft a letter from what there is."""
    own_appointment(public_id)
    try:
        begin_letter(public_id, request.form.get("release", ""), doer().name, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _back(public_id, refusal)
    return redirect(url_for(".write", public_id=public_id))


@blueprint.route("/<public_id>/letter", methods=["GET", "POST"])
@access("provider")
@limiter.limit("120 per hour")
def write(public_id: str) -> ResponseReturnValue:
    """Put one's own words."""
    booked, now = own_appointment(public_id), clock.now()
    try:
        draft = look_at_draft(public_id, doer().name, now)
    except NotFound:
        raise
    except Refusal as refusal:
        return _back(public_id, refusal)
    form = words_form(draft.words, draft.release.scope)
    if form.validate_on_submit():
        try:
            edit_letter(public_id, form.words, doer().name, now)
        except NotFound:
            raise
        except Refusal as refusal:
            show_faults(form, list(refusal.faults))
        else:
            return redirect(url_for(".preview", public_id=public_id))
    page = render_template(
        "sharing/write.html", form=form, draft=draft, visit=booked.appointment, client=short_name(booked.person.name), codes=form.codes
    )
    return private(page, 422 if form.is_submitted() else 200)


@blueprint.get("/<public_id>/letter/preview")
@access("provider")
def preview(public_id: str) -> ResponseReturnValue:
    """The letter exactly as it would leave."""
    booked = own_appointment(public_id)
    try:
        draft = look_at_draft(public_id, doer().name, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _back(public_id, refusal)
    return private(render_template("sharing/preview.html", draft=draft, paper=draft.paper, visit=booked.appointment))


@blueprint.post("/<public_id>/letter/send")
@access("provider")
@limiter.limit("30 per hour")
def send(public_id: str) -> ResponseReturnValue:
    """Send the letter that was read."""
    own_appointment(public_id)
    way = LINK if request.form.get("way") == LINK else PRINT
    try:
        send_letter(public_id, Sending(way, request.form.get("checksum", ""), doer().name, base_url()), clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        if refusal.code in {"letter_changed", "release_no_address"}:
            flash(refusal.sentence, "warning")
            return redirect(url_for(".preview", public_id=public_id))
        return _back(public_id, refusal)
    flash(
        _("The letter is on its way. Your client is told.") if way == LINK else _("The letter can be printed now. Your client is told."),
        "good",
    )
    return redirect(url_for(".index", public_id=public_id))


@blueprint.post("/<public_id>/letters/<letter>/print")
@access("provider")
@limiter.limit("60 per hour")
def file(public_id: str, letter: str) -> ResponseReturnValue:
    """A letter of one's own to print; it counts and the client sees it."""
    own_appointment(public_id)
    return file_of(print_letter(public_id, letter, doer().name, clock.now()).paper)


def _back(public_id: str, refusal: Refusal) -> ResponseReturnValue:
    """To the list of letters, with the reason."""
    flash(refusal.sentence, "warning")
    return redirect(url_for(".index", public_id=public_id))
