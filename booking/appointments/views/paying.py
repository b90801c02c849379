"""Paying by card at checkout: the page, the way back from Stripe or a bank, and one's kept cards."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.pay import Asking, CardBooking
from booking.appointments.actions.remove_card import remove_card
from booking.appointments.changes.paying import find_checkout_of, get_visit_of
from booking.appointments.forms.cards import CardForm, card_name
from booking.appointments.forms.checkout import PlainForm
from booking.appointments.forms.paying import MUST_ACT, NO_ANSWER, TOO_LATE, Paid, bring_on, forget_removed, pay
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.models import Hold
from booking.appointments.rules.paying import ACTION, CARD, FAILED, failure_words
from booking.appointments.views.checkout import Checkout, Page, begin, booking_of, show_refusal, to_booked
from booking.giftcards.queries import find_bought_with
from booking.memberships.forms import is_own_card, settle_kept
from booking.memberships.queries import find_month_paid_with
from booking.packages.queries import find_paid_with
from booking.payments.actions.settle import settle_payment
from booking.payments.forms import STAND_IN, find_port
from booking.payments.queries import cards_of_person, find_payment
from booking.payments.rules.keeping import CONSENT, KEPT, ON_PAGE
from booking.payments.rules.states import CAPTURED
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Unknown
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.settings import Settings
from marketplace.webkit.headers import allow_sources
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("paying", __name__)
# What Stripe's fields need, and only the page that shows them (docs.stripe.com/security/guide#content-security-policy).
STRIPE_SOURCES = {
    "script-src": "https://js.stripe.com",
    "frame-src": "https://js.stripe.com https://hooks.stripe.com",
    "connect-src": "https://api.stripe.com",
}


@blueprint.route("/checkout/<public_id>/pay", methods=["GET", "POST"])
@access("client", "anonymous")
@limiter.limit("30 per minute")
def pay_page(public_id: str) -> Page:
    """Which card, and the last yes. The card's number goes to Stripe alone; without script it is given on Stripe's own page."""
    checkout = begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if not checkout.ready or not checkout.plan.parts or checkout.person.email_confirmed_at is None:
        return checkout.go_on()
    settings: Settings = current_app.extensions["settings"]
    key = settings.stripe_publishable_key if STAND_IN not in current_app.extensions else None
    cards = cards_of_person(db.session(), checkout.person_id)
    form = CardForm()
    form.offer(cards, here=key is not None, keeps=checkout.plan.keeps_card)
    if form.validate_on_submit():
        answer = _pay(checkout, form)
        if answer is not None:
            return answer
    elif not form.is_submitted():
        form.card.data = cards[0].public_id if cards else ON_PAGE
    if key is not None:
        allow_sources(STRIPE_SOURCES)
    page = checkout.page("pay", 4, form=form, consent=CONSENT, publishable_key=key, cards=cards)
    return (page, 422) if form.errors else page


def _pay(checkout: Checkout, form: CardForm) -> Page | None:
    """Pay and book; None with a message in the form where the card was not good."""
    wanted = CardBooking(booking_of(checkout, CARD), form.chosen)
    try:
        paid = pay(wanted, checkout.person_id, Asking(doer(), base_url()), checkout.now)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return None
    if paid.outcome.made is not None:
        return to_booked(checkout, paid.outcome.made, checkout.brought)
    if paid.action_url is not None:
        return render_template("checkout/go_on.html", url=paid.action_url, at_stripe=form.chosen == ON_PAGE)
    form.form_errors.append(_words(paid))
    return None


def _words(paid: Paid) -> str:
    """How it stands, for whoever gave the card."""
    if paid.outcome.state == FAILED:
        return failure_words(paid.outcome.failure_code)
    return MUST_ACT if paid.outcome.state == ACTION else NO_ANSWER


@blueprint.get("/cards/back/<thing>")
@access("client", "anonymous")
@limiter.limit("60 per minute")
def back(thing: str) -> Page:
    """Back from Stripe's page or a bank: how it stands is asked of Stripe, and what is paid for is booked."""
    port = find_port()
    if port is None:
        raise NotFound("not_found", TOO_LATE)
    row = find_checkout_of(db.session(), thing, viewer().person_id)
    if row is None:
        return _back_from_due(port, thing)
    hold = db.session.get_one(Hold, row.hold_id).public_id
    paid = bring_on(port, row.public_id, base_url(), clock.now())
    if paid.outcome.made is not None:
        made = paid.outcome.made
        if viewer().signed_in or made.guest_key:
            return to_booked(Checkout(hold), made)
        booked, key = session.get("guest_visit", (None, ""))
        flash(_("Booked. The letter with the calendar file is on its way."), "good")
        return redirect(url_for("visits.guest", key=key) if booked == hold else url_for("openings.home"))
    if paid.outcome.state == "ended":
        flash(_(TOO_LATE), "warning")
        return redirect(url_for("openings.home"))
    flash(_("The payment is not finished. Try again, or use another card.") if paid.outcome.state == ACTION else _words(paid), "warning")
    return redirect(url_for(".pay_page", public_id=hold))


def _settle_and_say(port: StripePort, thing: str, paid: str, unfinished: str) -> None:
    """Bring a payment as far as it goes, and say on the next page whether the money is there. Where Stripe is silent a job goes on."""
    db.session.rollback()
    try:
        arrived = settle_payment(port, thing, clock.now()).state == CAPTURED
    except Unknown:
        arrived = False
    flash(paid if arrived else unfinished, "good" if arrived else "warning")


def _back_from_due(port: StripePort, thing: str) -> Answer:
    """Back from paying what was due after a visit. Whoever comes from a guest's letter is known to the letter's link alone."""
    payment = find_payment(db.session(), thing)
    if payment is None:
        return _back_from_card(thing)
    package = find_paid_with(db.session(), payment.id)
    if package is not None:
        return _back_from_package(port, thing, package, payment.id)
    gift = find_bought_with(db.session(), payment.id)
    if gift is not None:
        return _back_from_gift(port, thing, gift)
    visit = get_visit_of(db.session(), payment)
    if visit is None:
        raise NotFound("not_found", "There is no such payment.")
    own = viewer().signed_in and viewer().person_id == payment.person_id
    _settle_and_say(
        port, thing, _("Paid. A letter is on its way."), _("The payment is not finished. The page of your visit says how it stands.")
    )
    return redirect(url_for("visits.show", public_id=visit) if own else url_for("openings.home"))


def _back_from_package(port: StripePort, thing: str, package: str, payment_id: int) -> Answer:
    """Back from paying for a package; its page, which is its client's alone, says how it stands."""
    _settle_and_say(
        port,
        thing,
        _("Paid. A booking that fits uses one visit by itself."),
        _("The payment is not finished. Try again, use another card, or pay your therapist."),
    )
    month = find_month_paid_with(db.session(), payment_id)
    if month is not None:
        return redirect(url_for("memberships.show", public_id=month[2]))
    return redirect(url_for("packages.show", public_id=package))


def _back_from_card(thing: str) -> Answer:
    """Back from saving a card for a membership, whose terms are read and agreed to with it."""
    if not viewer().signed_in or not is_own_card(thing):
        raise NotFound("not_found", "There is no such payment.")
    keeping = settle_kept(thing, clock.now())
    if keeping is not None and keeping.state == KEPT:
        flash(_("The card is saved. Nothing is charged before you agree to the terms."), "good")
    else:
        flash(_("The card could not be saved. Try another one."), "warning")
    return redirect(session.pop("membership_at", url_for("memberships.index")))


def _back_from_gift(port: StripePort, thing: str, gift: str) -> Answer:
    """Back from paying for a gift card, with or without an account; its page says how it stands."""
    _settle_and_say(
        port,
        thing,
        _("Paid. The letters are on their way."),
        _("The payment is not finished. Try again, use another card, or pay the therapist."),
    )
    return redirect(url_for("giftcards.ordered", public_id=gift))


@blueprint.get("/cards")
@access("client")
def index() -> str:
    """One's kept cards."""
    cards = cards_of_person(db.session(), own_person_id())
    return render_template("appointments/cards.html", cards=[(card, card_name(card)) for card in cards], consent=CONSENT, form=PlainForm())


@blueprint.post("/cards/<public_id>/remove")
@access("client")
def remove(public_id: str) -> Answer:
    """Take a kept card away."""
    try:
        remove_card(public_id, own_person_id(), viewer().actor, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        forget_removed(public_id, clock.now())
        flash(_("The card is removed. Nothing is charged to it any more."), "good")
    return redirect(url_for(".index"))
