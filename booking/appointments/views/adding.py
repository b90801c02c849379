"""Pages for adding: at the checkout, to one's own visit, and by the therapist at the visit. They work without script."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.add import Adding, add_to_visit, choose_for_hold
from booking.appointments.actions.discount import use_code
from booking.appointments.changes.history import Doer
from booking.appointments.forms.adding import options_for_hold, options_for_visit
from booking.appointments.forms.discounts import LONGEST_TYPED, few_tries
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person, get_of_provider
from booking.appointments.rules.adding import assess_adding
from booking.appointments.rules.states import CLIENT
from booking.appointments.views.checkout import Checkout, begin
from booking.coupons.rules import find_coupon
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner

blueprint = Blueprint("adding", __name__)
Page = str | Answer | tuple[str, int]
MOST_CHOSEN = 12


@blueprint.route("/checkout/<public_id>/add-ons", methods=["GET", "POST"])
@access("client", "anonymous")
def at_checkout(public_id: str) -> Page:
    """What the held visit shall have on top; the price beside it follows."""
    checkout = begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.is_call:
        return redirect(url_for("calls.details", public_id=public_id))
    if request.method == "POST":
        try:
            choose_for_hold(public_id, checkout.person_id, _codes(), doer(), checkout.now)
        except Refusal as refusal:
            db.session.rollback()
            flash(refusal.sentence, "warning")
            return redirect(url_for(".at_checkout", public_id=public_id))
        flash(_("Your visit and its price are changed."), "good")
        return redirect(url_for("appointments.review", public_id=public_id))
    options = options_for_hold(checkout.hold, checkout.now)
    has_code = find_coupon(checkout.hold.quote) is not None
    return checkout.page("add_ons", min(checkout.done + 1, 4), options=options, has_code=has_code)


@blueprint.post("/checkout/<public_id>/discount")
@access("client", "anonymous")
@few_tries
def discount(public_id: str) -> Page:
    """Enter a discount code, or take it off again; the price beside it follows."""
    checkout = begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    typed = None if "off" in request.form else request.form.get("code", "")[:LONGEST_TYPED]
    try:
        use_code(public_id, checkout.person_id, typed, doer(), checkout.now)
    except Refusal as refusal:
        db.session.rollback()
        flash(refusal.sentence, "warning")
    else:
        flash(_("The code is off.") if typed is None else _("Your code is in the price."), "good")
    return redirect(url_for(".at_checkout", public_id=public_id))


def _codes() -> tuple[str, ...]:
    return tuple(request.form.getlist("add_ons")[:MOST_CHOSEN])


@blueprint.route("/appointments/<public_id>/extras", methods=["GET", "POST"])
@access("client")
def own(public_id: str) -> Page:
    """Add to one's own visit."""
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _extras(booked, doer(), url_for("visits.show", public_id=public_id))


@blueprint.route("/visits/<key>/extras", methods=["GET", "POST"])
@access("anyone")
def guest(key: str) -> Page:
    """A guest adds."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    return _extras(booked, Doer("client", f"person:{booked.person.id}"), url_for("visits.guest", key=key))


@blueprint.route("/provider/appointments/<public_id>/extras", methods=["GET", "POST"])
@access("provider")
def desk(public_id: str) -> Page:
    """The therapist adds, with the client's yes."""
    booked = get_of_provider(db.session(), public_id, desk_owner().account_id)
    return _extras(booked, doer(), url_for("desk_visit.show", public_id=public_id))


def _extras(booked: Booked, who: Doer, back: str) -> Page:
    """What is shown is what is charged: where the price has changed meanwhile the page asks again."""
    visit, now = booked.appointment, clock.now()
    verdict = assess_adding(visit.status, who.part, visit.starts_at, visit.ends_at, now, agreed=True)
    if not verdict.allowed:
        flash(verdict.sentence, "warning")
        return redirect(back)
    if request.method == "POST":
        try:
            add_to_visit(visit.public_id, _wanted(), who, base_url(), now)
        except Refusal as refusal:
            db.session.rollback()
            flash(refusal.sentence, "warning")
            return redirect(request.path)
        flash(_("Added. A letter with the new end and the new price is on its way."), "good")
        return redirect(back)
    words = {"options": options_for_visit(booked, now), "back": back, "by_client": who.part == CLIENT}
    return render_template("appointments/extras.html", visit=visit, booked=booked, **words)


def _wanted() -> Adding:
    """One thing with the price that was shown for it."""
    kind, _colon, code = request.form.get("what", "").partition(":")
    total = request.form.get("total", "")
    return Adding(
        (code,) if kind == "add_on" else (),
        int(code) if kind == "length" and code.isascii() and code.isdigit() and len(code) < 5 else None,
        client_agreed="agreed" in request.form,
        expected_total_cents=int(total) if total.isascii() and total.isdigit() and len(total) < 10 else None,
    )
