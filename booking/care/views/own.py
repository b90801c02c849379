"""A client's own papers, for guests those of their visit; who has read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person
from booking.care.actions.send_clearance import ask_physician, send_clearance
from booking.care.forms.clearances import AskForm, ClearanceForm, topics
from booking.care.forms.people import sender
from booking.care.forms.prescriptions import PrescriptionForm, show_faults
from booking.care.queries.papers import clearances_of, prescriptions_of
from booking.care.queries.reads import reads_of
from booking.screening import catalogue
from booking.screening.actions import keep_prescription
from booking.screening.models import Screening
from booking.screening.rules.clearances import needed_codes
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal, Refused
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.credentials.forms import read_upload

blueprint = Blueprint("care", __name__)
Page = str | Answer | tuple[str, int]


@blueprint.get("/care")
@access("client")
def index() -> str:
    """One's own papers, and what is left of them."""
    person_id, now = own_person_id(), clock.now()
    return render_template(
        "care/index.html", prescriptions=prescriptions_of(db.session(), person_id, now),
        clearances=clearances_of(db.session(), person_id, now), regions=catalogue.body_map().names, topics=topics(),
    )  # fmt: skip


@blueprint.get("/care/access-log")
@access("client")
def access_log() -> str:
    """Who has read one's health data, and when."""
    return render_template("care/access_log.html", rows=reads_of(db.session(), own_person_id()))


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


@dataclass(frozen=True)
class Door:
    """For whom a clearance is sent, what it can be about, and where to go then."""

    person_id: int
    codes: Collection[str]
    back: str
    slug: str | None = None
    booked: Booked | None = None


def _of_visit(booked: Booked, back: str) -> Door:
    visit = booked.appointment
    screening = db.session.get(Screening, visit.screening_id) if visit.screening_id else None
    needed = needed_codes(screening.result["reasons"]) if screening is not None else []
    return Door(visit.person_id, needed or list(topics()), back, booked.provider.slug, booked)


def _own(public_id: str) -> Door:
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _of_visit(booked, url_for("visits.show", public_id=public_id))


def _by_key(key: str) -> Door:
    return _of_visit(get_by_guest_key(db.session(), secret_hash(key)), url_for("visits.guest", key=key))


@blueprint.route("/care/clearances/new", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per hour", methods=["POST"])
def clearance() -> Page:
    """Send a physician's document, for a therapist that is named or for whoever waits for it."""
    return _send(Door(own_person_id(), list(topics()), url_for(".index"), request.args.get("provider") or None))


@blueprint.route("/care/clearances/ask", methods=["GET", "POST"])
@access("client")
@limiter.limit("20 per hour", methods=["POST"])
def ask() -> Page:
    """Ask a physician."""
    return _ask(Door(own_person_id(), list(topics()), url_for(".index"), request.args.get("provider") or None))


@blueprint.route("/appointments/<public_id>/clearance", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per hour", methods=["POST"])
def visit_clearance(public_id: str) -> Page:
    """Send the document that a visit waits for."""
    return _send(_own(public_id))


@blueprint.route("/appointments/<public_id>/clearance/ask", methods=["GET", "POST"])
@access("client")
@limiter.limit("20 per hour", methods=["POST"])
def visit_ask(public_id: str) -> Page:
    """Ask a physician for what a visit waits for."""
    return _ask(_own(public_id))


@blueprint.route("/visits/<key>/clearance", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("30 per hour", methods=["POST"])
def guest_clearance(key: str) -> Page:
    """A guest sends the document that their visit waits for."""
    return _send(_by_key(key))


@blueprint.route("/visits/<key>/clearance/ask", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("20 per hour", methods=["POST"])
def guest_ask(key: str) -> Page:
    """A guest asks a physician."""
    return _ask(_by_key(key))


def _send(door: Door) -> Page:
    form = ClearanceForm(door.codes)
    if form.validate_on_submit():
        try:
            send_clearance(form.draft, read_upload(request), sender(door.person_id, door.slug), base_url(), clock.now())
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("Sent. Your therapist looks at it and you hear from us."), "good")
            return redirect(door.back)
    page = render_template("care/clearance.html", form=form, door=door, other=request.path.rstrip("/").removesuffix("/new") + "/ask")
    return (page, 422) if form.errors else page


def _ask(door: Door) -> Page:
    form = AskForm(door.codes)
    if form.validate_on_submit():
        try:
            ask_physician(form.asking, sender(door.person_id, door.slug), base_url(), clock.now())
        except Refusal as refusal:
            show_faults(form, list(refusal.faults), refusal.sentence)
        else:
            flash(_("A letter with a link is on its way to them. The link is good for seven days and one answer."), "good")
            return redirect(door.back)
    page = render_template("care/ask.html", form=form, door=door)
    return (page, 422) if form.errors else page
