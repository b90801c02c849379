"""Supervision and reviews as pages: who looks at whose notes, the writer's page of a note, and the supervising colleague's."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.rules.naming import short_name
from booking.care.forms.people import own_provider_id
from booking.care.forms.prescriptions import show_faults
from booking.reviewing.actions.offer_note import look_at_reviews, offer_note, take_back
from booking.reviewing.actions.review_note import decide_review, read_note
from booking.reviewing.actions.supervise import accept_supervision, end_supervision, name_supervisor
from booking.reviewing.forms.pages import NameForm, VerdictForm
from booking.reviewing.models import Supervision
from booking.reviewing.queries import count_waiting, list_pairs, list_reviews
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("reviewing", __name__)


@blueprint.app_template_global("notes_to_review")
def notes_to_review() -> int:
    """How many notes wait for a therapist's look, for the page of their day."""
    return count_waiting(db.session(), find_own_id(db.session(), desk_owner().account_id) or 0)


@blueprint.route("/provider/supervision", methods=["GET", "POST"])
@access("provider")
@limiter.limit("20 per hour", methods=["POST"])
def desk() -> ResponseReturnValue:
    """Who looks at one's notes, whose notes one looks at, and what waits."""
    provider_id, form, session = own_provider_id(), NameForm(), db.session()
    if form.validate_on_submit():
        try:
            name_supervisor(form.slug, provider_id, doer().name, base_url(), clock.now())
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Asked. They see nothing until they accept, and then only notes that you offer."), "good")
            return redirect(url_for(".desk"))
    pairs = list_pairs(session, (Supervision.provider_id == provider_id) | (Supervision.supervisor_id == provider_id))
    reviews = list_reviews(session, Supervision.supervisor_id == provider_id)
    page = render_template("reviewing/desk.html", pairs=pairs, reviews=reviews, form=form, own=provider_id, short_name=short_name)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/provider/supervision/<public_id>/accept")
@access("provider")
def accept(public_id: str) -> ResponseReturnValue:
    """Accept to supervise."""
    deed = partial(accept_supervision, public_id, own_provider_id(), doer().name, base_url(), clock.now())
    return do_and_say(url_for(".desk"), deed, _("Accepted. Notes that are offered to you stand here."))


@blueprint.post("/provider/supervision/<public_id>/end")
@access("provider")
def end(public_id: str) -> ResponseReturnValue:
    """End it, or decline."""
    deed = partial(end_supervision, public_id, own_provider_id(), doer().name, base_url(), clock.now())
    return do_and_say(url_for(".desk"), deed, _("Ended. No note is open through it any more."))


@blueprint.get("/provider/appointments/<public_id>/review")
@access("provider")
def of_note(public_id: str) -> str:
    """What was said of the note of one's visit, and to whom it can be offered."""
    booked = own_appointment(public_id)
    opened = look_at_reviews(public_id, booked.provider.id, doer().name, clock.now())
    return render_template(
        "reviewing/of_note.html", opened=opened, visit=booked.appointment, client=short_name(booked.person.name)
    )  # fmt: skip


@blueprint.post("/provider/appointments/<public_id>/review")
@access("provider")
@limiter.limit("60 per hour")
def offer(public_id: str) -> ResponseReturnValue:
    """Offer it."""
    provider_id, chosen = own_appointment(public_id).provider.id, request.form.get("supervision", "")
    deed = partial(offer_note, public_id, chosen, provider_id, doer().name, base_url(), clock.now())
    return do_and_say(url_for(".of_note", public_id=public_id), deed, _("Offered. Your client's log shows each look."))


@blueprint.post("/provider/appointments/<public_id>/review/back")
@access("provider")
def back(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    deed = partial(take_back, public_id, own_appointment(public_id).provider.id, doer().name, clock.now())
    return do_and_say(url_for(".of_note", public_id=public_id), deed, _("Taken back."))


@blueprint.route("/provider/reviews/<public_id>", methods=["GET", "POST"])
@access("provider")
@limiter.limit("60 per minute")
def review(public_id: str) -> ResponseReturnValue:
    """Read a note that was offered, and say what one makes of it."""
    provider_id, form = own_provider_id(), VerdictForm()
    if form.validate_on_submit():
        try:
            decide_review(public_id, provider_id, form.verdict, doer().name, base_url(), clock.now())
        except NotFound:
            raise
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Kept. Whoever wrote the note is told."), "good")
            return redirect(url_for(".desk"))
    read = read_note(public_id, provider_id, doer().name, clock.now())
    page = render_template(
        "reviewing/review.html", review=read.review, kept=read.kept, form=form, client=short_name(read.review.person.name)
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200
