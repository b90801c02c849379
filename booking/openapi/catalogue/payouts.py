"""The operations of the platform's fee and of payouts."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import AMOUNT, CENTS, COUNT, DAY, INSTANT, TEXT, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
USD = {"const": "USD"}
KIND = {"enum": ["none", "per_booking", "first_booking", "monthly", "percent"]}
AGREEMENT = {"kind": KIND, "starts_on": DAY, "cents": CENTS, "percent": COUNT, "currency": USD, "words": TEXT}
SIGNED = given({"by": TEXT, "on": DAY, "text": TEXT})
WHOLE = given({**AGREEMENT, "reason": TEXT, "made_by": TEXT, "sign_off": nullable(SIGNED)})
LINE = given(
    {
        "amount_cents": AMOUNT,
        "appointment": nullable(TEXT),
        "reference": nullable(TEXT),
        "service_name": nullable(TEXT),
        "starts_at": nullable(INSTANT),
        "kind": {"enum": ["visit", "parking"]},
    }
)
PAYOUT = given(
    {
        "id": TEXT,
        "week_of": DAY,
        "amount_cents": CENTS,
        "currency": USD,
        "state": {"enum": ["asked", "sent", "failed"]},
        "failure": nullable(TEXT),
        "made_at": INSTANT,
        "changed_at": INSTANT,
    },
    {"provider": given({"slug": TEXT, "name": TEXT}), "lines": listed(LINE)},
)
YEAR = given({"year": COUNT, "gross_cents": CENTS, "payments": COUNT, "paid_out_cents": AMOUNT, "fee_cents": AMOUNT, "form_1099_k": YES})

OPERATIONS = (
    Operation(
        "GET", f"{V1}/platform-fee", "show_platform_fee", "What the platform takes of therapists, and since when.", "payments", (),
        answer=given({"current": nullable(given(AGREEMENT)), "agreements": listed(given(AGREEMENT))}),
    ),
    Operation(
        "GET", f"{V1}/admin/platform-fee", "list_fee_agreements", "Every agreement with who said so and who signed off.", "admin",
        ("admin",), answer=given({"agreements": listed(WHOLE)}),
    ),
    Operation(
        "POST", f"{V1}/admin/platform-fee", "announce_fee", "Say what is taken from a day on; a percentage needs a sign-off.", "admin",
        ("admin",),
        taken(
            {"kind": KIND, "starts_on": DAY, "reason": WORDS},
            {"cents": CENTS, "percent": COUNT, "signed_by": nullable(WORDS), "signed_on": nullable(DAY), "sign_text": nullable(TEXT)},
        ),
        status=201, answer=WHOLE, errors=(422,), creates=True,
    ),
    Operation(
        "GET", f"{V1}/provider/payouts", "list_payouts", "What was sent, what is to be sent next, what a bank disputes, and the years.",
        "payments", ("provider",), errors=(404,),
        answer=given(
            {
                "account": {"enum": ["off", "missing", "begun", "ready"]}, "next_cents": AMOUNT, "frozen_cents": CENTS, "currency": USD,
                "items": listed(PAYOUT), "years": listed(YEAR),
            }
        ),
    ),
    Operation(
        "POST", f"{V1}/provider/payouts/account", "open_payout_account",
        "The address of Stripe's page where the account is set up or changed. Needs a sign-in of the last 15 minutes.", "payments",
        ("provider",), answer=given({"url": TEXT}), errors=(403, 404, 422, 503),
    ),
    Operation(
        "GET", f"{V1}/provider/payouts/<public_id>", "show_payout", "One payout, each line with its visit.", "payments", ("provider",),
        answer=PAYOUT, errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/admin/payouts", "list_all_payouts", "The newest payouts of everybody.", "admin", ("admin",),
        answer=given({"items": listed(PAYOUT)}),
    ),
)  # fmt: skip
