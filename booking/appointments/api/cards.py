"""`/api/v1/me/cards`: one's kept cards."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from booking.appointments.actions.remove_card import remove_card
from booking.appointments.api.shapes import card_answer
from booking.appointments.forms.paying import consent_answer, forget_removed
from booking.appointments.forms.reading import own_person_id
from booking.payments.queries import cards_of_person
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer

blueprint = Blueprint("cards_api", __name__, url_prefix="/api/v1")


@blueprint.get("/me/cards")
@access("client")
def index() -> Response:
    """One's kept cards, the newest first, and the text to which whoever gives a card to be kept agrees."""
    rows = cards_of_person(db.session(), own_person_id())
    kept = [{**card_answer(card), "kept_since": rfc3339(card.created_at), "consent_version": card.consent_version} for card in rows]
    return jsonify({"items": kept, "next": None, "consent": consent_answer()})


@blueprint.delete("/me/cards/<public_id>")
@access("client")
def remove(public_id: str) -> tuple[str, int]:
    """Take a kept card away; refused while a visit is ahead for which it was agreed."""
    now = clock.now()
    remove_card(public_id, own_person_id(), viewer().actor, now)
    forget_removed(public_id, now)
    return "", 204
