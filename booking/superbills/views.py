"""Superbills as pages and files: for a client, a guest by their link, and the therapist who issues them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.appointments.queries import Booked, get_by_guest_key
from booking.superbills.actions import issue_superbill, look_at_superbill, open_superbill
from booking.superbills.forms import file_of
from booking.superbills.queries import Given, get_given
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("superbills", __name__)


@dataclass(frozen=True)
class Way:
    """How a reader came: where they go back to, where the file is for them, and for a therapist where the paper is issued."""

    back: str
    file: str
    issue: str | None = None


@blueprint.get("/appointments/<public_id>/superbill")
@access("client")
def show(public_id: str) -> str:
    """The superbill of one's own visit."""
    way = Way(url_for("visits.show", public_id=public_id), url_for("superbills.show_file", public_id=public_id))
    return _of_client(own_appointment(public_id), way)


@blueprint.get("/visits/<key>/superbill")
@access("anyone")
@limiter.limit("30 per minute")
def guest(key: str) -> str:
    """The same for a guest."""
    way = Way(url_for("visits.guest", key=key), url_for("superbills.guest_file", key=key))
    return _of_client(get_by_guest_key(db.session(), secret_hash(key)), way)


@blueprint.get("/appointments/<public_id>/superbill.pdf")
@access("client")
@limiter.limit("30 per minute")
def show_file(public_id: str) -> Response:
    """The file of one's own."""
    return file_of(get_given(db.session(), own_appointment(public_id), clock.now()))


@blueprint.get("/visits/<key>/superbill.pdf")
@access("anyone")
@limiter.limit("30 per minute")
def guest_file(key: str) -> Response:
    """A guest's file."""
    return file_of(get_given(db.session(), get_by_guest_key(db.session(), secret_hash(key)), clock.now()))


@blueprint.get("/provider/appointments/<public_id>/superbill")
@access("provider")
def desk(public_id: str) -> str:
    """What was issued and what would be issued now; the look is written down."""
    booked, now = own_appointment(public_id), clock.now()
    way = Way(
        url_for("desk_visit.show", public_id=public_id), url_for("superbills.desk_file", public_id=public_id),
        url_for("superbills.issue", public_id=public_id),
    )  # fmt: skip
    try:
        opened = open_superbill(public_id, booked.provider.id, doer().name, now)
    except Conflict as refusal:
        return _page(None, way, why=refusal.sentence)
    return _page(opened.given, way, issued=opened.issued, may_issue=opened.may_issue)


@blueprint.get("/provider/appointments/<public_id>/superbill.pdf")
@access("provider")
@limiter.limit("30 per minute")
def desk_file(public_id: str) -> Response:
    """The file for its therapist; the look is written down."""
    booked = own_appointment(public_id)
    return file_of(look_at_superbill(public_id, booked.provider.id, doer().name, clock.now()))


@blueprint.post("/provider/appointments/<public_id>/superbill")
@access("provider")
@limiter.limit("30 per minute")
def issue(public_id: str) -> Answer:
    """Issue it, or its next version."""
    booked = own_appointment(public_id)
    try:
        issue_superbill(public_id, booked.provider.id, doer().name, base_url(), clock.now())
        flash(_("Issued. Your client can read and keep it now."), "good")
    except Conflict as refusal:
        flash(refusal.sentence, "bad")
    return redirect(url_for("superbills.desk", public_id=public_id))


def _of_client(booked: Booked, way: Way) -> str:
    try:
        return _page(get_given(db.session(), booked, clock.now()), way)
    except Conflict as refusal:
        return _page(None, way, why=refusal.sentence)


def _page(given: Given | None, way: Way, **facts: object) -> str:
    return render_template("superbills/show.html", given=given, way=way, **({"why": None, "issued": 0, "may_issue": False} | facts))
