"""Classes at the therapist's desk: planned, moved, called off; who comes, who is here, who has paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.forms.reading import base_url, doer
from booking.appointments.rules.naming import short_name
from booking.classes.actions.attend import check_in_seat, mark_absent, take_payment
from booking.classes.actions.call_off import call_off
from booking.classes.actions.move_class import move_class
from booking.classes.actions.plan_class import plan_class
from booking.classes.forms.pages import CallOffForm, PlanForm, StartForm
from booking.classes.forms.programs import own_provider_id
from booking.classes.queries import Lesson, get_lesson, get_seat_of_provider, list_own, seats_of_lesson
from booking.classes.rules.seats import CHECK_IN_OPENS, PLANNED
from booking.ledger.rules.entries import HOW
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import NEW_YORK
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.places.queries import list_places
from providers.registry.forms import desk_owner

blueprint = Blueprint("class_desk", __name__)
Page = str | Answer | tuple[str, int]
# What is over stays on the list for a while, since somebody may still owe.
SHOWN_BACK = timedelta(days=30)


@blueprint.route("/provider/classes", methods=["GET", "POST"])
@access("provider")
@limiter.limit("120 per minute")
def index() -> Page:
    """One's own classes, and planning another one."""
    now, provider_id = clock.now(), own_provider_id()
    places = list_places(db.session(), provider_id)
    form = PlanForm()
    form.offer(places)
    if form.validate_on_submit():
        try:
            made = plan_class(desk_owner(), form.draft(), now)
        except Refusal as refusal:
            db.session.rollback()
            form.show(refusal)
        else:
            flash(_("Planned. Its time is taken, and clients see it on your page."), "good")
            return redirect(url_for(".show", public_id=made.public_id))
    lessons = list_own(db.session(), provider_id, now - SHOWN_BACK, now)
    page = render_template("classes/desk.html", form=form, lessons=lessons, places=places, now=now)
    return (page, 422) if form.errors else page


@blueprint.get("/provider/classes/<public_id>")
@access("provider")
def show(public_id: str) -> Page:
    """One class: who comes."""
    return _page(_own(public_id))


def _own(public_id: str) -> Lesson:
    return get_lesson(db.session(), public_id, clock.now(), provider_id=own_provider_id())


def _page(lesson: Lesson, moving: StartForm | None = None, ending: CallOffForm | None = None) -> Page:
    row, now = lesson.row, clock.now()
    starts = row.starts_at.astimezone(NEW_YORK)
    moving = moving or StartForm(formdata=None, data={"starts_on": starts.date(), "starts_time": starts.time()})
    ending = ending or CallOffForm(formdata=None)
    page = render_template(
        "classes/desk_class.html", lesson=lesson, row=row, seats=seats_of_lesson(db.session(), row.id), moving=moving, ending=ending,
        open=row.state == PLANNED and now < row.starts_at, here=now >= row.starts_at - CHECK_IN_OPENS, begun=now >= row.starts_at,
        short_name=short_name, ways=HOW,
    )  # fmt: skip
    return (page, 422) if moving.errors or ending.errors else page


@blueprint.post("/provider/classes/<public_id>/move")
@access("provider")
@limiter.limit("60 per minute")
def move(public_id: str) -> Page:
    """Another time for everybody."""
    lesson, form = _own(public_id), StartForm()
    if form.validate_on_submit():
        try:
            move_class(public_id, lesson.row.provider_id, form.starts_at, doer(), base_url(), clock.now())
        except Refusal as refusal:
            db.session.rollback()
            form.show(refusal)
        else:
            flash(_("Moved. Everybody who has a seat gets a letter with the new time."), "good")
            return redirect(url_for(".show", public_id=public_id))
    return _page(_own(public_id), moving=form)


@blueprint.post("/provider/classes/<public_id>/cancel")
@access("provider")
@limiter.limit("60 per minute")
def cancel(public_id: str) -> Page:
    """The class does not take place."""
    lesson, form = _own(public_id), CallOffForm()
    if form.validate_on_submit():
        try:
            call_off(public_id, lesson.row.provider_id, form.why.data or None, doer(), base_url(), clock.now())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.sentence)
        else:
            flash(_("Called off. Everybody who had a seat gets a letter, and nobody pays."), "good")
            return redirect(url_for(".show", public_id=public_id))
    return _page(_own(public_id), ending=form)


@blueprint.post("/provider/seats/<public_id>/check-in")
@access("provider")
def check_in(public_id: str) -> Answer:
    """Somebody is here."""
    return _step(public_id, lambda now: check_in_seat(public_id, doer(), now))


@blueprint.post("/provider/seats/<public_id>/no-show")
@access("provider")
def no_show(public_id: str) -> Answer:
    """Somebody did not come."""
    return _step(public_id, lambda now: mark_absent(public_id, doer(), now))


@blueprint.post("/provider/seats/<public_id>/payment")
@access("provider")
def payment(public_id: str) -> Answer:
    """What is due was given."""
    return _step(public_id, lambda now: take_payment(public_id, request.form.get("how", ""), doer(), now))


def _step(public_id: str, verb: Callable[[datetime], object]) -> Answer:
    lesson = get_seat_of_provider(db.session(), public_id, own_provider_id()).lesson.public_id
    try:
        verb(clock.now())
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for(".show", public_id=lesson))
