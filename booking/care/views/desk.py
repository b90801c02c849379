"""A therapist's pages of clearances, of what matters to a visit, and the page behind a physician's link."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import get_of_provider
from booking.appointments.rules.naming import short_name
from booking.care.actions.answer_clearance import answer_clearance, open_clearance
from booking.care.actions.decide_clearance import decide_clearance, look_at_clearance, look_at_clearances, look_at_file
from booking.care.actions.look_health import look_at_health
from booking.care.forms.clearances import DecisionForm, PhysicianForm, all_topics, topics
from booking.care.forms.people import own_provider_id
from booking.care.forms.prescriptions import show_faults
from booking.care.queries.papers import get_for_provider
from booking.screening import catalogue
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.identity import ANYONE, access
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.services.catalogue import techniques

blueprint = Blueprint("care_desk", __name__)
link_limit = limiter.shared_limit("60 per hour", scope="clearance links")


@blueprint.get("/provider/clearances")
@access("provider")
def index() -> str:
    """What clients and their physicians have sent."""
    rows = look_at_clearances(own_provider_id(), doer().name, clock.now())
    return render_template("care/desk_clearances.html", rows=rows, short_name=short_name)


@blueprint.get("/provider/clearances/<public_id>")
@access("provider")
def show(public_id: str) -> str:
    """One clearance."""
    return _show(public_id, DecisionForm())


@blueprint.post("/provider/clearances/<public_id>")
@access("provider")
def decide(public_id: str) -> ResponseReturnValue:
    """Take it, or not."""
    form = DecisionForm()
    provider_id = own_provider_id()
    get_for_provider(db.session(), public_id, provider_id)
    if not form.validate_on_submit():
        return _show(public_id, form), 422
    try:
        decide_clearance(public_id, form.made, provider_id, doer(), base_url(), clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        show_faults(form, [], refusal.sentence)
        return _show(public_id, form), 409
    flash(_("Recorded. The client is told."), "good")
    return redirect(url_for(".index"))


@blueprint.get("/provider/clearances/<public_id>/file")
@access("provider")
def file(public_id: str) -> Response:
    """The document, as an attachment that runs nothing."""
    media_type, content = look_at_file(public_id, own_provider_id(), doer().name, clock.now())
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg"}.get(media_type, "png")
    answer.headers["Content-Disposition"] = f'attachment; filename="clearance.{ending}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/provider/appointments/<public_id>/health")
@access("provider")
def health(public_id: str) -> ResponseReturnValue:
    """What matters to a visit: what is left out and why, consent, papers. The look is written down and shown to the client."""
    booked = get_of_provider(db.session(), public_id, desk_owner().account_id)
    try:
        seen = look_at_health(public_id, booked.provider.id, doer().name, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    return render_template(
        "care/desk_health.html", booked=booked, visit=booked.appointment, client=short_name(booked.person.name), seen=seen,
        topics=all_topics(), techniques=techniques(), regions=catalogue.body_map().names,
    )  # fmt: skip


@blueprint.get("/clearance/<token>")
@access(ANYONE)
@link_limit
def link(token: str) -> Response:
    """What a physician is asked. Looking uses nothing up, since mail scanners look too."""
    return _link(token, None)


@blueprint.post("/clearance/<token>")
@access(ANYONE)
@link_limit
def answer(token: str) -> Response:
    """A physician's answer, once."""
    try:
        opened = open_clearance(token, clock.now())
        form = PhysicianForm(opened.clearance.covers)
        if not form.validate_on_submit():
            return _link(token, form)
        answer_clearance(token, form.reply, base_url(), clock.now())
    except NotFound:
        return _private(render_template("care/closed.html", done=False), 404)
    except Refusal as refusal:
        show_faults(form, list(refusal.faults), refusal.sentence)
        return _link(token, form)
    return _private(render_template("care/closed.html", done=True), 200)


def _show(public_id: str, form: DecisionForm) -> str:
    seen = look_at_clearance(public_id, own_provider_id(), doer().name, clock.now())
    return render_template(
        "care/desk_clearance.html", seen=seen, row=seen.clearance, form=form, client=short_name(seen.person.name), topics=topics(),
        regions=catalogue.body_map().names,
    )  # fmt: skip


def _link(token: str, form: PhysicianForm | None) -> Response:
    try:
        opened = open_clearance(token, clock.now())
    except NotFound:
        return _private(render_template("care/closed.html", done=False), 404)
    row = opened.clearance
    shown = form or PhysicianForm(row.covers, data={"signer_name": row.signer_name, "signer_profession": row.signer_profession})
    body = render_template("care/physician.html", form=shown, token=token, client=opened.person.name, row=row, topics=topics())
    return _private(body, 422 if shown.errors or shown.form_errors else 200)


def _private(body: str, status: int) -> Response:
    """An answer that nobody keeps or lists."""
    made = make_response(body, status)
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made
