"""The operation by which a client pays what is due after a visit."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, TEXT, given, nullable, taken
from booking.openapi.rules import Operation

STATES = {"enum": ["asked", "action_required", "authorised", "capturing", "captured", "releasing", "cancelled", "failed", "waiting"]}
BEGUN = given({"state": STATES, "action_url": nullable(TEXT), "due_cents": CENTS, "currency": {"const": "USD"}})

OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/appointments/<public_id>/pay",
        "pay_due",
        "Pay what is due after a visit by card: gives the address of the page where the card is given.",
        "money",
        ("client",),
        taken({}, {}),
        answer=BEGUN,
        errors=(404, 409, 422, 429),
    ),
)
