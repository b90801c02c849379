"""Classes as clients see them: a provider's list, one class, a seat from holding to leaving; for guests behind a secret link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Answer

from booking.appointments.changes.history import Doer
from booking.appointments.forms.checkout import CodeForm, DetailsForm, PlainForm
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.views.checkout import show_refusal
from booking.calendars.views.visits import invitation
from booking.classes.actions.book_seat import book_seat
from booking.classes.actions.hold_seat import SeatWish, hold_seat, release_seat
from booking.classes.actions.leave_seat import leave_seat
from booking.classes.changes.letters import INVITING, place_line
from booking.classes.changes.locking import judge_leaving
from booking.classes.forms.pages import LeaveForm
from booking.classes.queries import Seated, get_lesson, get_seat_by_key, get_seat_of_person, list_coming, seats_of_person
from booking.classes.rules.seats import BOOKED, HELD, is_live, why_closed
from booking.classes.rules.telling import event_of_facts
from booking.quotes.rules.agreed import AgreedTerms, agreed_from_dict
from booking.quotes.rules.clock import clock_words
from marketplace import clock
from marketplace.accounts.actions.guests import GuestDetails, confirm_guest_code, set_guest_details
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal, Stale
from marketplace.vault import secret_hash, vault
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from providers.profiles.queries import find_provider_id, get_facts

blueprint = Blueprint("classes", __name__)
Page = str | Answer | tuple[str, int]
ATTACHMENTS = {kind: invitation(method, event_of_facts) for kind, method in INVITING.items()}


@dataclass(frozen=True)
class Door:
    """How the viewer came to a seat: as themselves, or by a guest's link. It knows where the seat's pages are and who acts."""

    seated: Seated
    key: str | None

    def url(self, step: str = "show") -> str:
        """The address of a step on this side of the door."""
        if self.key is not None:
            return url_for("classes.guest" if step == "show" else f"classes.guest_{step}", key=self.key)
        return url_for("classes.seat" if step == "show" else f"classes.{step}", public_id=self.seated.seat.public_id)

    @property
    def doer(self) -> Doer:
        """Who acts through this door."""
        return Doer("client", f"person:{self.seated.person.id}") if self.key else doer()


@blueprint.app_context_processor
def parts() -> dict[str, object]:
    """What a provider's page says about classes."""
    return {"classes_of": lambda slug: list_coming(db.session(), slug, clock.now()), "class_place": place_line}


@blueprint.get("/providers/<slug>/classes")
@access("anyone")
def of_provider(slug: str) -> str:
    """A provider's coming classes."""
    provider_id = find_provider_id(db.session(), slug)
    if provider_id is None:
        raise NotFound("not_found", "There is no such provider.")
    facts = get_facts(db.session(), provider_id)
    return render_template("classes/index.html", provider=facts, lessons=list_coming(db.session(), slug, clock.now()))


@blueprint.get("/classes/<public_id>")
@access("anyone")
def show(public_id: str) -> str:
    """One class, its price, its terms, and the seats that are left."""
    now = clock.now()
    lesson = get_lesson(db.session(), public_id, now)
    facts = get_facts(db.session(), lesson.row.provider_id)
    terms = clock_words(AgreedTerms(facts.terms, lesson.row.price_cents, lesson.row.starts_at), now, what="class")
    closed = why_closed(lesson.row.state, lesson.row.starts_at, now)
    mine = viewer().person_id and next(
        (
            one.seat
            for one in seats_of_person(db.session(), viewer().person_id or 0, now)
            if one.lesson.id == lesson.row.id and is_live(one.seat.state, one.seat.expires_at, now)
        ),
        None,
    )
    return render_template("classes/show.html", lesson=lesson, row=lesson.row, facts=facts, clock=terms, closed=closed, mine=mine)


@blueprint.post("/classes/<public_id>/seat")
@limiter.limit("60 per minute")
@access("client", "anonymous")
def hold(public_id: str) -> Answer:
    """Hold a seat. A visitor without an account becomes a guest."""
    origin = None if viewer().signed_in else vault().fingerprint(request.remote_addr or "", "origin")
    try:
        made = hold_seat(SeatWish(public_id, origin), viewer().person_id, doer(), clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for(".show", public_id=public_id))
    if made.person_id != viewer().person_id:
        session["guest"] = db.session.get_one(Person, made.person_id).public_id
    return redirect(url_for(".seat", public_id=made.public_id))


@blueprint.get("/seats")
@access("client")
def index() -> str:
    """One's own seats."""
    now = clock.now()
    mine = seats_of_person(db.session(), own_person_id(), now)
    coming = [one for one in reversed(mine) if one.lesson.ends_at > now and one.seat.state in (HELD, BOOKED)]
    return render_template("classes/seats.html", coming=coming, past=[one for one in mine if one not in coming])


@blueprint.route("/seats/<public_id>", methods=["GET", "POST"])
@access("client", "anonymous")
def seat(public_id: str) -> Page:
    """A held seat with the last yes, for a guest with their details and the code of the letter before it; or a booked one."""
    door, now = Door(get_seat_of_person(db.session(), public_id, own_person_id()), None), clock.now()
    row = door.seated.seat
    if row.state != HELD:
        return _show(door, now)
    if now >= row.expires_at:
        flash(_("This seat is no longer held for you. Look whether one is free."), "warning")
        return redirect(url_for(".show", public_id=door.seated.lesson.public_id))
    form = _form(door.seated.person)
    if form.validate_on_submit():
        answer = _go_on(door, form, now)
        if answer is not None:
            return answer
    terms = clock_words(agreed_from_dict(row.terms), now, what="class")
    page = render_template("classes/held.html", door=door, seated=door.seated, seat=row, lesson=door.seated.lesson, form=form, clock=terms)
    return (page, 422) if form.errors else page


def _form(person: Person) -> FlaskForm:
    """What is still asked: a guest's details, then the code; of everybody else the last yes alone."""
    if person.account_id is not None or person.email_confirmed_at is not None:
        return PlainForm()
    if person.email is None or "details" in request.args:
        return DetailsForm(data={"name": person.name, "email": person.email or "", "phone": person.phone or ""})
    return CodeForm()


def _go_on(door: Door, form: FlaskForm, now: datetime) -> Answer | None:
    """Take a guest's details, or book; None with a message in the form where something is in the way."""
    row, person = door.seated.seat, door.seated.person
    try:
        if isinstance(form, DetailsForm):
            given = GuestDetails(form.name.data or "", form.email.data or "", form.phone.data or "")
            set_guest_details(person.id, given, now)
            return redirect(door.url())
        if isinstance(form, CodeForm):
            confirm_guest_code(person.id, form.code.data or "", now)
        made = book_seat(row.public_id, person.id, door.doer, base_url(), now)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None
    flash(_("Your seat is booked. The letter with the calendar file is on its way."), "good")
    return redirect(url_for(".guest", key=made.guest_key) if made.guest_key else door.url())


@blueprint.post("/seats/<public_id>/release")
@access("client", "anonymous")
def release(public_id: str) -> Answer:
    """Let a held seat go."""
    seated = get_seat_of_person(db.session(), public_id, own_person_id())
    lesson = seated.lesson.public_id
    try:
        release_seat(public_id, seated.person.id, doer(), clock.now())
        flash(_("The seat is free again."), "info")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for(".show", public_id=lesson))


@blueprint.get("/class-seats/<key>")
@access("anyone")
def guest(key: str) -> str:
    """A guest's seat."""
    return _show(Door(get_seat_by_key(db.session(), secret_hash(key)), key), clock.now())


def _show(door: Door, now: datetime) -> str:
    row = door.seated.seat
    verdict = judge_leaving(db.session(), door.seated, door.doer.part, now)
    terms = clock_words(agreed_from_dict(row.terms), now, what="class") if row.state == BOOKED else None
    return render_template(
        "classes/seat.html", door=door, seated=door.seated, seat=row, lesson=door.seated.lesson, verdict=verdict, clock=terms
    )


@blueprint.route("/seats/<public_id>/cancel", methods=["GET", "POST"])
@access("client", "anonymous")
def leave(public_id: str) -> Page:
    """Give up one's own seat."""
    return _leave(Door(get_seat_of_person(db.session(), public_id, own_person_id()), None))


@blueprint.route("/class-seats/<key>/cancel", methods=["GET", "POST"])
@access("anyone")
def guest_leave(key: str) -> Page:
    """A guest gives up their seat."""
    return _leave(Door(get_seat_by_key(db.session(), secret_hash(key)), key))


def _leave(door: Door) -> Page:
    """The fee that is shown is the fee that is charged; if it has changed meanwhile the page asks again."""
    row, now, form = door.seated.seat, clock.now(), LeaveForm()
    if form.validate_on_submit():
        try:
            leave_seat(row.public_id, form.leaving(), door.doer, base_url(), now)
            flash(_("Your seat is free for somebody else. A letter is on its way."), "good")
            return redirect(door.url())
        except Stale as changed:
            form.form_errors.append(changed.sentence)
        except Refusal as refusal:
            form.form_errors.append(refusal.sentence)
        db.session.rollback()
    verdict = judge_leaving(db.session(), door.seated, door.doer.part, now)
    form.show(verdict.fee_cents)
    page = render_template(
        "classes/cancel.html", door=door, seated=door.seated, seat=row, lesson=door.seated.lesson, verdict=verdict, form=form
    )
    return (page, 409) if form.errors else page
