"""Gift cards at the checkout. It works without script."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from booking.appointments.actions.pay_by_gift import HeldGifts, put_in_card, take_off_cards
from booking.appointments.forms.giftcards import wish_of_form
from booking.appointments.forms.reading import doer
from booking.appointments.models import Appointment
from booking.appointments.views.checkout import Checkout, Page, begin
from booking.giftcards.forms import few_codes
from booking.giftcards.queries import held_cards, paid_for_visit, shares_of_hold
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal
from marketplace.webkit.identity import access

blueprint = Blueprint("hold_gifts", __name__)


@blueprint.app_context_processor
def gifts_of() -> dict[str, object]:
    """What gift cards pay of held times and have paid for visits, for their pages."""
    return {"gift_cents_of": _cents_of, "gift_paid_of": _paid_of}


def _cents_of(checkout: Checkout) -> int:
    holds = checkout.together or (checkout.hold,)
    return sum(one.cents for hold in holds for one in shares_of_hold(db.session(), hold.id, hold.quote["total_cents"]))


def _paid_of(visit: Appointment) -> int:
    return paid_for_visit(db.session(), visit.id)


@blueprint.get("/checkout/<public_id>/gift-card")
@access("client", "anonymous")
def show(public_id: str) -> Page:
    """Put a gift card in, or take all off again."""
    checkout = begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    if checkout.is_call:
        return redirect(url_for("calls.details", public_id=public_id))
    hold = checkout.hold
    held = HeldGifts(hold, shares_of_hold(db.session(), hold.id, hold.quote["total_cents"]))
    used = {share.card.id for share in held.shares}
    mine = [
        card
        for card, _provider in held_cards(db.session(), checkout.person_id, hold.provider_id)
        if card.left_cents and card.id not in used
    ]
    return checkout.page("gift_card", min(checkout.done + 1, 4), held=held, mine=mine)


@blueprint.post("/checkout/<public_id>/gift-card")
@access("client", "anonymous")
@few_codes
def change(public_id: str) -> Page:
    """Do it; what is left to pay follows."""
    checkout = begin(public_id)
    if not isinstance(checkout, Checkout):
        return checkout
    try:
        if "off" in request.form:
            take_off_cards(public_id, checkout.person_id, doer(), checkout.now)
        else:
            put_in_card(public_id, checkout.person_id, wish_of_form(request.form), doer(), checkout.now)
    except (Refusal, Malformed) as refusal:
        db.session.rollback()
        flash(refusal.sentence, "warning")
    else:
        flash(_("The gift cards are off.") if "off" in request.form else _("Your gift card pays its part."), "good")
    return redirect(url_for(".show", public_id=public_id))
