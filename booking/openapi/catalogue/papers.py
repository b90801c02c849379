"""The operations of papers."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, DAY, INSTANT, TEXT, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
ONE = f"{V1}/appointments/<public_id>"
CLIENT = ("client",)
PROVIDER = ("provider",)
SIDES = ("client", "provider", "admin")
ITEM = given(
    {
        "visit": TEXT,
        "on": DAY,
        "line": TEXT,
        "label": TEXT,
        "code": nullable(TEXT),
        "units": nullable(COUNT),
        "amount_cents": CENTS,
    }
)
ESTIMATE = given(
    {
        "id": nullable(TEXT),
        "version": COUNT,
        "made_at": nullable(INSTANT),
        "reason": {"enum": ["scheduled", "asked", "changed"]},
        "scheduled_on": DAY,
        "service_on": DAY,
        "due_on": nullable(DAY),
        "client": given({"name": TEXT, "born_on": nullable(DAY)}),
        "provider": given(
            {
                "name": TEXT,
                "credential": TEXT,
                "npi": nullable(TEXT),
                "tax_id": nullable(TEXT),
                "state": TEXT,
                "place": TEXT,
            }
        ),
        "diagnosis": nullable(TEXT),
        "items": listed(ITEM),
        "total_cents": CENTS,
        "currency": {"const": "USD"},
        "notices": listed(TEXT),
        "notices_version": COUNT,
    }
)
GIFT = given(
    {
        "provider": given({"slug": TEXT, "name": TEXT}),
        "gift_card": TEXT,
        "last_four": nullable(TEXT),
        "amount_cents": CENTS,
        "card_cents": CENTS,
        "how": TEXT,
        "currency": {"const": "USD"},
        "number": TEXT,
        "kind": {"enum": ["receipt", "credit_note"]},
        "issued_at": INSTANT,
        "buyer": given({"name": TEXT}),
    }
)
FILE = {"type": "string", "format": "binary"}
BORN = {"born_on": nullable(DAY)}
TAX = {"tax_id": nullable({"type": "string", "maxLength": 20})}

OPERATIONS = (
    Operation(
        "GET", f"{ONE}/estimate", "show_estimate",
        "The newest Good Faith Estimate that a visit is part of (a series has one); version 0 is what a first one would say.",
        "papers", SIDES, answer=ESTIMATE, errors=(404,),
    ),
    Operation(
        "POST", f"{ONE}/estimate", "make_estimate", "Ask for an estimate; it is given at once, the one that stands where it says the same.",
        "papers", CLIENT, taken({}), status=201, answer=ESTIMATE, errors=(404,), creates=True,
    ),
    Operation(
        "GET", f"{ONE}/estimate.pdf", "show_estimate_file", "The estimate as a file.", "papers", SIDES,
        answer=FILE, media=("application/pdf",), errors=(404,),
    ),
    Operation(
        "GET", f"{ONE}/receipt.pdf", "show_receipt_file", "The newest receipt of a visit as a file.", "papers", SIDES, answer=FILE,
        media=("application/pdf",), errors=(404, 409),
    ),
    Operation(
        "GET", f"{V1}/me/receipts/<name>.pdf", "show_own_receipt_file", "One of one's own receipts as a file.", "papers", CLIENT,
        answer=FILE, media=("application/pdf",), errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/gift-cards/<public_id>/receipt", "show_gift_card_receipt",
        "The newest paper of a gift card: its numbered receipt, or the note about what went back.", "papers", SIDES, answer=GIFT,
        errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/gift-cards/<public_id>/receipt.pdf", "show_gift_card_receipt_file", "The same as a file.", "papers", SIDES,
        answer=FILE, media=("application/pdf",), errors=(404,),
    ),
    Operation("GET", f"{V1}/me/paper-facts", "show_birth_date", "What papers say about oneself.", "papers", CLIENT, answer=given(BORN)),
    Operation(
        "PUT", f"{V1}/me/paper-facts", "put_birth_date", "State one's birth date for papers; null forgets it.", "papers", CLIENT,
        taken({}, BORN), answer=given(BORN), errors=(422,),
    ),
    Operation(
        "GET", f"{V1}/provider/paper-facts", "show_tax_id", "What papers say about one's business.", "papers", PROVIDER, answer=given(TAX),
        errors=(404,),
    ),
    Operation(
        "PUT", f"{V1}/provider/paper-facts", "put_tax_id", "State the EIN of one's business; null forgets it.", "papers", PROVIDER,
        taken({}, TAX), answer=given(TAX), errors=(404, 422),
    ),
)  # fmt: skip
