"""The stand-in's pages: where Stripe's own page and a bank's would be. They are there only while cards are tried out, and say so."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from booking.payments.forms import STAND_IN
from booking.payments.stripe_port.double import Refusal
from booking.payments.stripe_port.kept import KeptDouble
from marketplace.kernel.errors import NotFound
from marketplace.webkit.identity import ANYONE, access

blueprint = Blueprint("stand_in", __name__)
# What can be tried, and what comes of it.
TEST_CARDS = (
    ("pm_card_visa", "Visa 4242: good"),
    ("pm_card_mastercard", "Mastercard 4444: good"),
    ("pm_card_threeDSecure2Required", "Visa 3220: the bank asks its client once"),
    ("pm_card_authenticationRequired", "Visa 3184: the bank asks its client at each charge"),
    ("pm_card_chargeDeclined", "Visa 0002: declined"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "Visa 9995: not enough money"),
)


def _stand_in() -> KeptDouble:
    found: KeptDouble | None = current_app.extensions.get(STAND_IN)
    if found is None:
        raise NotFound("not_found", "There is no such page.")
    return found


@blueprint.route("/test-cards/page/<page_id>", methods=["GET", "POST"])
@access(ANYONE)
def card_page(page_id: str) -> ResponseReturnValue:
    """Instead of Stripe's page: a card out of a list of test cards."""
    with _stand_in().opened() as double:
        page = double.things.get(page_id)
        if page is None or page["object"] != "checkout.session":
            raise NotFound("not_found", "There is no such page.")
        back, declined = str(page["back"]), False
        if request.method == "POST":
            try:
                where = double.give_card(page_id, request.form.get("card", ""))
            except Refusal:
                where = back
            if where is not None:
                return redirect(where)
            declined = True
        shown = {"amount_cents": page["amount"], "label": page["label"], "back": back, "declined": declined, "cards": TEST_CARDS}
    return render_template("checkout/test_card.html", **shown)


@blueprint.route("/test-cards/bank/<intent_id>", methods=["GET", "POST"])
@access(ANYONE)
def bank_page(intent_id: str) -> ResponseReturnValue:
    """Instead of a bank's page: yes or no."""
    with _stand_in().opened() as double:
        intent = double.things.get(intent_id)
        if intent is None or intent["status"] != "requires_action":
            raise NotFound("not_found", "There is nothing to confirm.")
        if request.method == "POST":
            back = double.act(intent_id, approved=request.form.get("answer") == "yes")
            return redirect(back or "/")
        amount = intent.get("amount") or 0
    return render_template("checkout/test_bank.html", amount_cents=amount)
