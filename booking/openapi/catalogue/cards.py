"""The operations of kept cards."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import INSTANT, TEXT, given, listed, nullable
from booking.openapi.rules import Operation

V1 = "/api/v1"
CARD = given({"id": TEXT, "brand": TEXT, "last_four": TEXT, "expires": nullable(TEXT), "kept_since": INSTANT, "consent_version": TEXT})

OPERATIONS = (
    Operation(
        "GET",
        f"{V1}/me/cards",
        "list_my_cards",
        "One's kept cards, and the text to which whoever gives a card to be kept agrees.",
        "money",
        ("client",),
        answer=given({"items": listed(CARD), "next": {"type": "null"}, "consent": given({"version": TEXT, "text": TEXT})}),
        errors=(404,),
    ),
    Operation(
        "DELETE",
        f"{V1}/me/cards/<public_id>",
        "remove_my_card",
        "Take a kept card away; `card_in_use` while a visit is ahead for which it was agreed, or a membership is charged to it.",
        "money",
        ("client",),
        status=204,
        errors=(404, 422),
    ),
)
