"""The operations of gift cards."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, DAY, INSTANT, TEXT, WAY, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
ONE = f"{V1}/gift-cards/<public_id>"
HELD = f"{V1}/holds/<public_id>/gift-card"
USD = {"const": "USD"}
SIDES = ("client", "provider", "admin")
WHY = {"type": "string", "minLength": 1, "maxLength": 200}
CODE = {"type": "string", "minLength": 1, "maxLength": 40}
WHOSE = given({"slug": TEXT, "name": TEXT})
SOME = {"type": "integer", "minimum": 1, "maximum": 10_000_000}
LINE = {"type": "string", "minLength": 1, "maxLength": 80}
SIGNED = {"type": "integer"}
OFFER = given({"sold": YES, "amounts": listed(CENTS), "least_cents": nullable(CENTS), "most_cents": nullable(CENTS), "currency": USD})
PAPER = given({"number": TEXT, "kind": {"enum": ["receipt", "credit_note"]}, "amount_cents": CENTS, "issued_at": INSTANT})
REFUND = given({"cents": CENTS, "reason": TEXT, "by_card": YES, "at": INSTANT, "given_back_at": nullable(INSTANT)})
CARD = given(
    {
        "id": TEXT,
        "state": {"enum": ["ordered", "active", "void", "withdrawn"]},
        "provider": WHOSE,
        "amount_cents": CENTS,
        "currency": USD,
        "how": nullable(TEXT),
        "last_four": nullable(TEXT),
        "deliver_on": nullable(DAY),
        "ordered_at": INSTANT,
        "paid_at": nullable(INSTANT),
    },
    {
        "to_name": nullable(TEXT),
        "to_email": nullable(TEXT),
        "from_name": nullable(TEXT),
        "message": nullable(TEXT),
        "left_cents": CENTS,
        "buyer": given({"name": TEXT}),
        "void_reason": nullable(TEXT),
        "in_account": YES,
        "code": TEXT,
        "papers": listed(PAPER),
        "refunds": listed(REFUND),
    },
)
MOVE = given({"kind": {"enum": ["sold", "visit", "back", "cashed", "moved_out", "moved_in", "refunded"]}, "cents": SIGNED, "at": INSTANT})
BALANCE = given(
    {
        "id": TEXT,
        "amount_cents": CENTS,
        "left_cents": CENTS,
        "currency": USD,
        "last_four": nullable(TEXT),
        "expires_on": nullable(DAY),
        "provider": WHOSE,
        "cash_on_request": YES,
        "history": listed(MOVE),
    }
)
PAYS = given(
    {
        "hold": TEXT,
        "gift_cards": listed(given({"id": TEXT, "last_four": nullable(TEXT), "pays_cents": CENTS})),
        "total_cents": CENTS,
        "gift_cents": CENTS,
        "rest_cents": CENTS,
        "currency": USD,
    }
)
LIMITS = {"amounts": listed(CENTS), "least_cents": CENTS, "most_cents": CENTS}
SAID = given({"allowed": YES, **LIMITS, "reason": TEXT, "by": TEXT, "at": INSTANT})
POLICY = given({"allowed": YES, **LIMITS, "history": listed(SAID)})
SALE = given({"sells": YES, "allowed": YES})

CLIENTS = (
    Operation(
        "GET", f"{V1}/providers/<slug>/gift-cards", "list_offered_gift_cards", "What gift cards may be bought of a provider.", "gift cards",
        (), answer=OFFER, errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/gift-cards", "order_gift_card",
        "Order a gift card of a provider, for somebody or for oneself. It is worth something once it is paid; the code goes by letter.",
        "gift cards", ("client",),
        taken(
            {"provider": WORDS, "amount_cents": SOME},
            {"to_name": nullable(LINE), "to_email": nullable({"type": "string", "minLength": 1, "maxLength": 254}),
             "from_name": nullable(LINE), "message": nullable({"type": "string", "minLength": 1, "maxLength": 300}),
             "deliver_on": nullable(DAY)},
        ),
        status=201, answer=CARD, errors=(404, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/gift-cards", "list_gift_cards", "Gift cards that one bought; for a provider their own, for the staff all.",
        "gift cards", SIDES, answer=given({"items": listed(CARD)}),
    ),
    Operation("GET", ONE, "show_gift_card", "One gift card, never its code.", "gift cards", SIDES, answer=CARD, errors=(404,)),
    Operation(
        "DELETE", ONE, "withdraw_gift_card", "Let go of an order that is not paid.", "gift cards", ("client",), status=204,
        errors=(404, 409),
    ),
    Operation(
        "POST", f"{ONE}/card", "pay_gift_card", "Ask a bank card for an order.", "gift cards", ("client",),
        taken({"payment_method": WORDS}), answer=CARD, errors=(402, 404, 409, 422),
    ),
    Operation(
        "POST", f"{V1}/gift-cards/balance", "read_gift_card",
        "What is left on a gift card and what moved on it, for whoever holds the code. Every other code is answered alike.", "gift cards",
        (), taken({"code": CODE}), answer=BALANCE, errors=(404, 429),
    ),
    Operation(
        "GET", f"{V1}/me/gift-cards", "list_my_gift_cards", "The gift cards in one's account with their histories.", "gift cards",
        ("client",), answer=given({"items": listed(BALANCE)}),
    ),
    Operation(
        "POST", f"{V1}/me/gift-cards", "add_gift_card", "Add a gift card to one's account: from then on nobody else uses it.",
        "gift cards", ("client",), taken({"code": CODE}), answer=BALANCE, errors=(422, 429),
    ),
    Operation(
        "GET", HELD, "show_hold_gift_cards", "What gift cards pay of a held time.", "gift cards", ("client",), answer=PAYS, errors=(404,),
    ),
    Operation(
        "PUT", HELD, "put_hold_gift_card",
        "Let a gift card (a code, or one of the account) pay for a held time as far as it reaches, or `amount_cents` of it.", "gift cards",
        ("client",), taken({}, {"code": nullable(CODE), "card": nullable(WORDS), "amount_cents": nullable(SOME)}), answer=PAYS,
        errors=(404, 409, 422, 429),
    ),
    Operation(
        "DELETE", HELD, "drop_hold_gift_cards", "Pay for a held time without gift cards.", "gift cards", ("client",), status=204,
        errors=(404, 409),
    ),
)  # fmt: skip
PROVIDERS = (
    Operation(
        "POST", f"{ONE}/payment", "record_gift_card_payment",
        "The buyer paid the therapist. The answer has the code, this once.", "gift cards", ("provider", "admin"), taken({"how": WAY}),
        answer=CARD, errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{V1}/provider/gift-cards/cash", "cash_gift_card_rest",
        "What is left of a gift card, less than the law's limit, was given in cash to whoever showed the code.", "gift cards",
        ("provider",), taken({"code": CODE}),
        answer=given({"id": TEXT, "paid_cents": CENTS, "left_cents": CENTS, "currency": USD}), errors=(409, 422, 429),
    ),
    Operation(
        "GET", f"{V1}/provider/gift-card-sale", "show_gift_card_sale", "Whether one sells gift cards.", "gift cards", ("provider",),
        answer=SALE, errors=(404,),
    ),
    Operation(
        "PUT", f"{V1}/provider/gift-card-sale", "put_gift_card_sale", "Sell gift cards of one's own, or no more.", "gift cards",
        ("provider",), taken({"sells": YES}), answer=SALE, errors=(404, 422),
    ),
    Operation(
        "POST", f"{ONE}/void", "void_gift_card", "A gift card was stolen: what is left moves to a new code, sent by letter.", "gift cards",
        ("admin",), taken({"reason": WHY}), answer=CARD, errors=(404, 409),
    ),
    Operation(
        "POST", f"{ONE}/refund", "refund_gift_card",
        "All that is left of a gift card goes back to whoever bought it, by the way it was paid. What pays for visits stays with them.",
        "gift cards", ("admin",), taken({"reason": WHY}, {"expected_left_cents": nullable(SOME)}), answer=CARD, errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/given-back", "record_gift_card_given_back",
        "The therapist gave back what was left of a gift card that was paid to them.", "gift cards", ("provider", "admin"), taken({}),
        answer=CARD, errors=(404, 409),
    ),
    Operation(
        "GET", f"{V1}/admin/gift-card-policy", "show_gift_card_policy", "Which gift cards may be sold here.", "gift cards", ("admin",),
        answer=POLICY,
    ),
    Operation(
        "PUT", f"{V1}/admin/gift-card-policy", "put_gift_card_policy", "Say which gift cards may be sold.", "gift cards", ("admin",),
        taken({"allowed": YES, "reason": WHY}, {"amounts": listed(SOME), "least_cents": SOME, "most_cents": SOME}), answer=POLICY,
        errors=(422,),
    ),
)  # fmt: skip
