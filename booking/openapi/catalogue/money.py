"""The operations of money at a visit, and of its papers."""

from __future__ import annotations

from booking.openapi.catalogue import cards, disputes, due
from booking.openapi.catalogue.schemas import AMOUNT, CENTS, COUNT, DAY, INSTANT, TEXT, WAY, YES, given, listed, nullable, page, ref, taken
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
ONE = f"{V1}/appointments/<public_id>"
BOTH = ("client", "provider", "admin")
DESK = ("provider", "admin")
SUM = {"type": "integer", "minimum": 1, "maximum": 100_000_000}
WHY = {"type": "string", "minLength": 1, "maxLength": 200}
USD = {"const": "USD"}
LINE = given({"label": TEXT, "amount_cents": AMOUNT})
STEP = given({"at": INSTANT, "what": TEXT, "amount_cents": AMOUNT, "number": nullable(COUNT), "corrected": YES, "reason": nullable(TEXT)})
STORY = given(
    {
        "charged_cents": CENTS,
        "waived_cents": CENTS,
        "paid_cents": CENTS,
        "due_cents": CENTS,
        "currency": USD,
        "items": listed(STEP),
        "receipts": listed(TEXT),
    }
)
RECEIPT = given(
    {
        "number": TEXT,
        "kind": {"enum": ["receipt", "credit_note"]},
        "issued_at": INSTANT,
        "client": given({"name": TEXT}),
        "provider": given({"slug": TEXT, "name": TEXT}),
        "visit": TEXT,
        "reference": TEXT,
        "status": TEXT,
        "service_name": TEXT,
        "minutes": COUNT,
        "starts_at": INSTANT,
        "lines": listed(LINE),
        "total_cents": CENTS,
        "waived_cents": CENTS,
        "payment": given({"how": TEXT, "amount_cents": CENTS, "at": INSTANT}),
        "paid_cents": CENTS,
        "balance_cents": CENTS,
        "currency": USD,
        "voids": nullable(TEXT),
        "voided_by": nullable(TEXT),
    },
    {"reason": TEXT},
)

TOTALS = {
    "earned_cents": AMOUNT,
    "tax_cents": AMOUNT,
    "waived_cents": AMOUNT,
    "received_cents": AMOUNT,
    "paid_back_cents": AMOUNT,
    "kinds": given({"visits": AMOUNT, "travel": AMOUNT, "extras": AMOUNT, "fees": AMOUNT}),
}
EARNED = given(
    {
        "at": INSTANT,
        "what": TEXT,
        "appointment": nullable(TEXT),
        "reference": nullable(TEXT),
        "earned_cents": AMOUNT,
        "tax_cents": AMOUNT,
        "waived_cents": AMOUNT,
        "received_cents": AMOUNT,
        "paid_back_cents": AMOUNT,
    }
)
EARNINGS = given(
    {
        "period": {"enum": ["week", "month", "year"]},
        "from": DAY,
        "until": DAY,
        "currency": USD,
        "lines": listed(EARNED),
        "totals": given(TOTALS),
        "due_cents": CENTS,
        "overdue_cents": CENTS,
        "years": listed(given({"year": COUNT, **TOTALS})),
    }
)
CREDIT = given(
    {
        "id": TEXT, "provider": given({"slug": TEXT, "name": TEXT}), "amount_cents": SUM, "left_cents": SUM, "currency": TEXT,
        "issued_at": INSTANT, "expires_at": INSTANT,
    }
)  # fmt: skip

OPERATIONS = (
    Operation("GET", f"{ONE}/payments", "list_visit_payments", "What money did about a visit.", "money", BOTH, answer=STORY, errors=(404,)),
    Operation(
        "POST",
        f"{ONE}/payments",
        "record_payment",
        "Record what a client paid at the visit.",
        "money",
        DESK,
        taken({"how": WAY, "amount_cents": SUM}, {"expected_due_cents": CENTS}),
        answer=ref("Appointment"),
        status=201,
        creates=True,
        errors=(404, 409, 422),
    ),
    Operation(
        "POST",
        f"{ONE}/payments/correction",
        "correct_payment",
        "Take back a payment that was recorded by mistake.",
        "money",
        DESK,
        taken({"number": {"type": "integer", "minimum": 1, "maximum": 10_000}, "reason": WHY}),
        answer=ref("Appointment"),
        errors=(404, 409, 422),
    ),
    Operation(
        "POST",
        f"{ONE}/waiver",
        "waive_due",
        "Let go of what is due, or of a part.",
        "money",
        DESK,
        taken({"reason": WHY}, {"amount_cents": SUM}),
        answer=ref("Appointment"),
        errors=(404, 409, 422),
    ),
    Operation(
        "POST",
        f"{ONE}/refund",
        "refund_visit",
        "Give back what was paid by card for a visit, in whole or in part.",
        "money",
        ("admin",),
        taken({"amount_cents": SUM, "reason": WHY}, {"note": nullable(TEXT)}),
        answer=ref("Appointment"),
        status=201,
        creates=True,
        errors=(404, 409, 422),
    ),
    Operation(
        "GET", f"{ONE}/receipt", "newest_receipt", "The newest receipt of a visit.", "money", BOTH, answer=RECEIPT, errors=(404, 409)
    ),
    Operation(
        "GET",
        f"{V1}/me/payments",
        "list_my_payments",
        "One's own receipts, the newest first.",
        "money",
        ("client",),
        queries=(Query("cursor", TEXT, "The `next` of the answer before."),),
        answer=page(RECEIPT),
    ),
    Operation(
        "GET",
        f"{V1}/me/credits",
        "list_my_credits",
        "One's own credit that can still be used: it pays by itself for the next visits with that provider.",
        "money",
        ("client",),
        answer=page(CREDIT),
    ),
    Operation(
        "GET",
        f"{V1}/me/receipts/<name>",
        "show_my_receipt",
        "One of one's own receipts.",
        "money",
        ("client",),
        answer=RECEIPT,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/provider/earnings",
        "show_earnings",
        "What was earned in a week, a month or a year.",
        "money",
        ("provider",),
        queries=(
            Query("period", {"enum": ["week", "month", "year"]}, "The month where nothing is said."),
            Query("on", DAY, "A day in the period; today where nothing is said."),
        ),
        answer=EARNINGS,
    ),
    *cards.OPERATIONS,
    *due.OPERATIONS,
    *disputes.OPERATIONS,
)
