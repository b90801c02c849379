"""Gift cards on held times, as they are sent and answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.appointments.actions.pay_by_gift import GiftWish, HeldGifts
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text

LONGEST_TYPED, MOST_CENTS = 40, 10_000_000


def read_gift_wish(body: Mapping[str, Any]) -> GiftWish:
    """The body of `PUT /holds/{id}/gift-card`: a code, or the id of a card in the account; and how much of it, all that fits without."""
    fields = Fields(body)
    code, card = fields.text("code", None, longest=LONGEST_TYPED), fields.text("card", None, longest=24)
    wish = GiftWish(code, card, fields.integer("amount_cents", None, least=1, most=MOST_CENTS))
    if (code is None) == (card is None):
        fields.fault("code", "Give a code or a card of the account, one of the two.")
    fields.finish()
    return wish


def wish_of_form(form: MultiDict[str, str]) -> GiftWish:
    """The page's fields, read as a program's are."""
    typed = {name: form[name].strip() for name in ("code", "card") if form.get(name, "").strip()}
    amount = form.get("amount", "").strip()
    return read_gift_wish({**typed, **({"amount_cents": cents_or_text(amount)} if amount else {})})


def gifts_answer(held: HeldGifts) -> dict[str, Any]:
    """What cards pay of a held time, and what is left to pay."""
    return {
        "hold": held.hold.public_id,
        "gift_cards": [{"id": one.card.public_id, "last_four": one.card.last_four, "pays_cents": one.cents} for one in held.shares],
        "total_cents": held.hold.quote["total_cents"],
        "gift_cents": held.paid_cents,
        "rest_cents": held.rest_cents,
        "currency": "USD",
    }
