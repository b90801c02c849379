"""Gift cards under /api/v1: bought, looked at, added to an account, replaced."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.giftcards.actions.buying import Buyer, order_gift, record_gift_sale, withdraw_gift
from booking.giftcards.actions.holding import add_to_account, look_up, pay_rest, void_card
from booking.giftcards.actions.refunding import record_given_back, refund_card
from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.forms import (
    ask_card,
    balance_answer,
    card_answer,
    few_codes,
    few_orders,
    held_answers,
    offer_answer,
    own_person,
    own_provider,
    policy_answer,
    read_code,
    read_gift,
    read_policy,
    read_reason,
    read_refund,
    read_sells,
    sold_here,
)
from booking.giftcards.queries import Kept, find_policy, get_kept, held_cards, list_cards, moves_of, sells_cards
from booking.payments.forms import read_card, read_way
from booking.payments.rules.states import ACTION, CANCELLED, FAILED
from marketplace import clock
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import NotFound, PaymentNeeded
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.registry.forms import own_side

blueprint = Blueprint("giftcards_api", __name__, url_prefix="/api/v1")


@blueprint.get("/providers/<slug>/gift-cards")
@access("anyone")
def offered(slug: str) -> Response:
    """What may be bought of a listed provider."""
    return jsonify(offer_answer(sold_here(slug)[1]))


@blueprint.post("/gift-cards")
@access("client")
@few_orders
@idempotent
def order() -> tuple[Response, int]:
    """Order a card; it is worth something once it is paid."""
    slug, gift = read_gift(json_object(request))
    facts, _policy = sold_here(slug)
    kept = order_gift(facts.id, gift, Buyer(own_person()), viewer().actor, clock.now())
    return jsonify(card_answer(kept)), 201


@blueprint.get("/gift-cards")
@access("client", "provider", "admin")
def index() -> Response:
    """Cards that one bought, or sold; all for the staff."""
    return jsonify({"items": [card_answer(kept) for kept in list_cards(db.session(), **own_side())]})


@blueprint.get("/gift-cards/<public_id>")
@access("client", "provider", "admin")
def show(public_id: str) -> Response:
    """One card."""
    return _one(get_kept(db.session(), public_id, **own_side()))


@blueprint.delete("/gift-cards/<public_id>")
@access("client")
def withdraw(public_id: str) -> tuple[str, int]:
    """Let go of an order that is not paid."""
    withdraw_gift(public_id, own_person(), viewer().actor, clock.now())
    return "", 204


@blueprint.post("/gift-cards/<public_id>/card")
@access("client")
@limiter.limit("5 per hour")
def pay_by_card(public_id: str) -> Response:
    """Ask a bank card for an order. Where Stripe does not answer a job goes on."""
    settled = ask_card(public_id, read_card(json_object(request)), clock.now(), own_person())
    if settled is not None and settled.state == ACTION:
        raise PaymentNeeded("action_required", "Your bank wants you to confirm this.", details={"client_secret": settled.client_secret})
    if settled is not None and settled.state in (FAILED, CANCELLED):
        raise PaymentNeeded("payment_failed", "The card was declined. Try another one, or pay the therapist.")
    return _one(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/gift-cards/<public_id>/payment")
@access("provider", "admin")
def pay(public_id: str) -> Response:
    """The buyer paid the therapist; the code is answered this once."""
    how = read_way(json_object(request))
    kept, code = record_gift_sale(public_id, own_side()["provider_id"], how, viewer().actor, clock.now())
    return jsonify(card_answer(kept) | {"code": code})


@blueprint.post("/gift-cards/<public_id>/void")
@access("admin")
def void(public_id: str) -> Response:
    """A card was stolen: what is left moves to a new code, sent by letter; answers the new card."""
    return _one(void_card(public_id, read_reason(json_object(request)), viewer().actor, clock.now()))


@blueprint.post("/gift-cards/<public_id>/refund")
@access("admin")
def refund(public_id: str) -> Response:
    """All that is left goes back to whoever bought it."""
    reason, expected = read_refund(json_object(request))
    return _one(refund_card(public_id, reason, viewer().actor, clock.now(), expected_left_cents=expected))


@blueprint.post("/gift-cards/<public_id>/given-back")
@access("provider", "admin")
def given_back(public_id: str) -> Response:
    """The therapist gave back what was left of a card that was paid to them."""
    Fields(json_object(request)).finish()
    return _one(record_given_back(public_id, own_side()["provider_id"], viewer().actor, clock.now()))


@blueprint.post("/gift-cards/balance")
@access("anyone")
@few_codes
def balance() -> Response:
    """What is left and what moved, for whoever holds the code. Every other code is answered alike."""
    kept = look_up(db.session(), read_code(json_object(request)))
    return jsonify(balance_answer(kept, moves_of(db.session(), [kept.card.id])[kept.card.id], clock.now()))


@blueprint.get("/me/gift-cards")
@access("client")
def mine() -> Response:
    """The cards in one's account with their histories."""
    rows = held_cards(db.session(), own_person())
    owner = db.session.get_one(Person, own_person())
    return jsonify({"items": held_answers((Kept(card, provider, owner) for card, provider in rows), clock.now())})


@blueprint.post("/me/gift-cards")
@access("client")
@few_codes
def add() -> Response:
    """Add a card to one's account: from then on nobody else uses it."""
    kept = add_to_account(read_code(json_object(request)), own_person(), viewer().actor, clock.now())
    return jsonify(balance_answer(kept, moves_of(db.session(), [kept.card.id])[kept.card.id], clock.now()))


@blueprint.post("/provider/gift-cards/cash")
@access("provider")
@few_codes
def cash() -> Response:
    """The small rest was given in cash to whoever showed the code."""
    kept, cents = pay_rest(read_code(json_object(request)), _provider_id(), viewer().actor, clock.now())
    return jsonify({"id": kept.card.public_id, "paid_cents": cents, "left_cents": kept.card.left_cents, "currency": "USD"})


@blueprint.get("/provider/gift-card-sale")
@access("provider")
def sale() -> Response:
    """Whether one sells cards, and whether they are sold here at all."""
    return _sale()


@blueprint.put("/provider/gift-card-sale")
@access("provider")
def put_sale() -> Response:
    """Sell cards of one's own, or no more."""
    sells = read_sells(json_object(request))
    sell_cards(_provider_id(), viewer().actor, clock.now(), sells=sells)
    return _sale()


@blueprint.get("/admin/gift-card-policy")
@access("admin")
def policy() -> Response:
    """What may be sold here, and what was said about that."""
    return jsonify(policy_answer())


@blueprint.put("/admin/gift-card-policy")
@access("admin")
def put_policy() -> Response:
    """Say what may be sold, with a reason."""
    said, reason = read_policy(json_object(request))
    allow_cards(said, reason, viewer().actor, clock.now())
    return jsonify(policy_answer())


def _sale() -> Response:
    return jsonify({"sells": sells_cards(db.session(), _provider_id()), "allowed": find_policy(db.session()).allowed})


def _one(kept: Kept) -> Response:
    return jsonify(card_answer(kept, whole=True))


def _provider_id() -> int:
    found = own_provider()
    if found is None:
        raise NotFound("not_found", "Begin your application first.")
    return found
