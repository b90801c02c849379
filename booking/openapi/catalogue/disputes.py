"""The operations of disputes, for the platform alone."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, INSTANT, TEXT, YES, given, listed, nullable, page
from booking.openapi.rules import Operation

V1 = "/api/v1"
ADMIN = ("admin",)
USD = {"const": "USD"}
FILE = {"type": "string", "format": "binary"}
DISPUTE = {"id": TEXT, "status": TEXT, "reason": TEXT, "amount_cents": CENTS, "currency": USD, "opened_at": INSTANT}
LISTED = given(
    {
        **DISPUTE, "payouts_frozen": YES, "taken_cents": CENTS, "fee_cents": CENTS, "settled_at": nullable(INSTANT),
        "appointment": nullable(TEXT), "reference": nullable(TEXT),
    }
)  # fmt: skip
EVIDENCE = given(
    {
        "dispute": given(DISPUTE),
        "payment": given({"intent": TEXT, "label": TEXT, "captured_cents": CENTS, "refunded_cents": CENTS, "while_client_was_away": YES}),
        "parties": given({"client": TEXT, "provider": TEXT}),
        "visit": nullable(
            given(
                {
                    "reference": TEXT,
                    "starts_at": INSTANT,
                    "minutes": COUNT,
                    "total_cents": CENTS,
                    "checked_in_at": nullable(INSTANT),
                    "checked_out_at": nullable(INSTANT),
                }
            )
        ),
        "agreed_terms": nullable({"type": "object"}),
        "consents": listed(given({"about": TEXT, "version": TEXT, "agreed_at": INSTANT}, {"text": TEXT})),
        "happened": listed(given({"at": INSTANT, "what": TEXT, "amount_cents": nullable(CENTS)})),
        "letters_sent": listed(given({"kind": TEXT, "sent_at": INSTANT})),
    }
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/admin/disputes", "list_disputes", "Payments that a client's bank asks back.", "money", ADMIN, answer=page(LISTED)
    ),
    Operation(
        "GET",
        f"{V1}/admin/disputes/<name>/evidence",
        "show_dispute_evidence",
        "What is told to the bank: what was agreed and what happened, without a word about health. The look is recorded.",
        "money",
        ADMIN,
        answer=EVIDENCE,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/admin/disputes/<name>/evidence.pdf",
        "show_dispute_evidence_file",
        "The same as a file. The look is recorded.",
        "money",
        ADMIN,
        answer=FILE,
        media=("application/pdf",),
        errors=(404,),
    ),
)
