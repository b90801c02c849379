"""Gift cards on a held time."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.pay_by_gift import HeldGifts, put_in_card, take_off_cards
from booking.appointments.forms.giftcards import gifts_answer, read_gift_wish
from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.queries import get_hold
from booking.giftcards.forms import few_codes
from booking.giftcards.queries import shares_of_hold
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object

blueprint = Blueprint("hold_gifts_api", __name__, url_prefix="/api/v1")


@blueprint.get("/holds/<public_id>/gift-card")
@access("client")
def show(public_id: str) -> Response:
    """What gift cards pay of a held time."""
    hold = get_hold(db.session(), public_id, own_person_id())
    return jsonify(gifts_answer(HeldGifts(hold, shares_of_hold(db.session(), hold.id, hold.quote["total_cents"]))))


@blueprint.put("/holds/<public_id>/gift-card")
@access("client")
@few_codes
def put(public_id: str) -> Response:
    """Let a gift card pay as far as it reaches; another one comes beside it."""
    return jsonify(gifts_answer(put_in_card(public_id, own_person_id(), read_gift_wish(json_object(request)), doer(), clock.now())))


@blueprint.delete("/holds/<public_id>/gift-card")
@access("client")
def take_off(public_id: str) -> tuple[str, int]:
    """Pay without gift cards after all."""
    take_off_cards(public_id, own_person_id(), doer(), clock.now())
    return "", 204
