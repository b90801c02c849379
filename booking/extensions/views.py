"""Requests for more visits as pages: the therapist's of a visit, the client's, and the one behind a prescriber's link."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.rules.naming import short_name
from booking.care.forms.people import own_provider_id
from booking.care.forms.prescriptions import show_faults
from booking.care.queries.papers import prescription_of_visit
from booking.extensions.actions.answer_request import answer_request, open_request
from booking.extensions.actions.send_request import decline_request, send_request, withdraw_request
from booking.extensions.actions.tie_prescription import tie_prescription
from booking.extensions.actions.write_request import look_at_requests, write_request
from booking.extensions.forms.pages import ReplyForm, RequestForm, SendForm
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import Asked, get_request, list_requests
from booking.extensions.rules.asking import UNANSWERED, WRITTEN
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import ANYONE, access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("extensions", __name__)
link_limit = limiter.shared_limit("60 per hour", scope="prescriber links")


@blueprint.app_template_global("counts_for_prescription")
def counts_for_prescription(appointment_id: int) -> bool:
    """Whether a visit counts for a prescription, for its page; no word of it is shown."""
    return prescription_of_visit(db.session(), appointment_id, clock.now()) is not None


# --- the therapist ------------------------------------------------------------------------------------------------------------


@blueprint.route("/provider/appointments/<public_id>/more-visits", methods=["GET", "POST"])
@access("provider")
@limiter.limit("60 per minute")
def of_visit(public_id: str) -> ResponseReturnValue:
    """What is left of the prescription of a visit, what was asked, and asking."""
    booked, form = own_appointment(public_id), RequestForm()
    if form.validate_on_submit():
        try:
            write_request(public_id, form.draft, doer().name, base_url(), clock.now())
        except NotFound:
            raise
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Written. Your client reads it, and sends it on to whoever prescribed."), "good")
            return redirect(url_for(".of_visit", public_id=public_id))
    opened = look_at_requests(public_id, doer().name, clock.now())
    page = render_template(
        "extensions/desk.html", opened=opened, form=form, visit=booked.appointment, client=short_name(booked.person.name)
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/provider/appointments/<public_id>/more-visits/<request_id>/prescription")
@access("provider")
def tie(public_id: str, request_id: str) -> ResponseReturnValue:
    """Take a paper that the client has brought as the answer."""
    own_appointment(public_id)
    paper = request.form.get("prescription", "")
    deed = partial(tie_prescription, request_id, paper, own_provider_id(), doer().name, base_url(), clock.now())
    return do_and_say(url_for(".of_visit", public_id=public_id), deed, _("Kept with the request. Visits can be booked with it."))


@blueprint.post("/provider/appointments/<public_id>/more-visits/<request_id>/withdraw")
@access("provider")
def withdraw(public_id: str, request_id: str) -> ResponseReturnValue:
    """Take a request back."""
    own_appointment(public_id)
    deed = partial(withdraw_request, request_id, own_provider_id(), doer().name, clock.now())
    return do_and_say(url_for(".of_visit", public_id=public_id), deed, _("Taken back."))


# --- the client ---------------------------------------------------------------------------------------------------------------


@blueprint.get("/care/more-visits")
@access("client")
def mine() -> str:
    """What one's therapists asked, and where it stands."""
    rows = list_requests(db.session(), ExtensionRequest.person_id == own_person_id(), clock.now())
    return render_template("extensions/mine.html", rows=rows)


@blueprint.route("/care/more-visits/<public_id>/send", methods=["GET", "POST"])
@access("client")
@limiter.limit("20 per hour", methods=["POST"])
def send(public_id: str) -> ResponseReturnValue:
    """Read a request once more, and send it on to whoever prescribed."""
    person_id, form = own_person_id(), SendForm()
    mine_too = (ExtensionRequest.public_id == public_id) & (ExtensionRequest.person_id == person_id)
    if form.validate_on_submit():
        try:
            send_request(public_id, form.email.data or "", person_id, doer().name, base_url(), clock.now())
        except NotFound:
            raise
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("A letter with a link is on its way to them. The link is good for seven days and one answer."), "good")
            return redirect(url_for(".mine"))
    asked = get_request(db.session(), mine_too, clock.now())
    if asked.status not in (WRITTEN, UNANSWERED):
        return redirect(url_for(".mine"))
    return render_template("extensions/send.html", one=asked, form=form), 422 if form.is_submitted() else 200


@blueprint.post("/care/more-visits/<public_id>/decline")
@access("client")
def decline(public_id: str) -> ResponseReturnValue:
    """Send nothing on."""
    deed = partial(decline_request, public_id, own_person_id(), doer().name, base_url(), clock.now())
    return do_and_say(url_for(".mine"), deed, _("Nothing is sent. Your therapist is told."))


# --- whoever prescribed -------------------------------------------------------------------------------------------------------


@blueprint.get("/more-visits/<token>")
@access(ANYONE)
@link_limit
def link(token: str) -> Response:
    """What a prescriber is asked. Looking uses nothing up, since mail scanners look too."""
    return _link(token, None)


@blueprint.post("/more-visits/<token>")
@access(ANYONE)
@link_limit
def answer(token: str) -> Response:
    """A prescriber's answer, once."""
    form = ReplyForm()
    if not form.validate_on_submit():
        return _link(token, form)
    try:
        answer_request(token, form.reply, base_url(), clock.now())
    except NotFound:
        return _closed(404)
    except Refusal as refusal:
        show_faults(form, list(refusal.faults), refusal.sentence)
        return _link(token, form)
    return _closed(200)


def _link(token: str, form: ReplyForm | None) -> Response:
    try:
        asked = open_request(token, clock.now())
    except NotFound:
        return _closed(404)
    shown = form or ReplyForm(formdata=None, data=_beginning(asked))
    body = render_template("extensions/prescriber.html", form=shown, token=token, asked=asked)
    return _private(body, 200 if form is None else 422)


def _beginning(asked: Asked) -> dict[str, object]:
    row = asked.request
    return {"signer_name": asked.prescription.prescriber_name, "visits": row.visits, "expires_on": row.until_on}


def _closed(status: int) -> Response:
    return _private(render_template("care/closed.html", done=status == 200), status)


def _private(body: str, status: int) -> Response:
    """An answer that nobody keeps or lists."""
    made = make_response(body, status)
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made
