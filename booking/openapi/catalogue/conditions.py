"""The operations beside terms and price rules: sets, previews, versions."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import AMOUNT, ANYTHING, COUNT, INSTANT, TEXT, YES, given, listed, nullable, page, ref
from booking.openapi.rules import Operation, Schema

V1 = "/api/v1"
DESK = ("provider",)
ADVICE = listed(given({"code": TEXT, "kind": {"type": "string", "enum": ["harsh", "contradictory"]}, "field": TEXT, "detail": TEXT}))
NOTICE = given({"hours": COUNT, "at": INSTANT, "allowed": YES, "fee_percent": COUNT, "fee_cents": AMOUNT, "may_move": YES})
SAMPLE = given(
    {
        "starts_at": INSTANT,
        "price_cents": AMOUNT,
        "summary": TEXT,
        "promises": listed(TEXT),
        "notices": listed(NOTICE),
        "no_show": given({"from": INSTANT, "fee_cents": AMOUNT}),
        "advice": ADVICE,
        "currency": TEXT,
    }
)
WISH = given(
    {
        "code": TEXT,
        "starts_at": INSTANT,
        "service_name": TEXT,
        "minutes": COUNT,
        "setting": TEXT,
        "zip": nullable(TEXT),
        "before_cents": AMOUNT,
        "quote": ref("Quote"),
    }
)
VERSION = {
    "version": COUNT,
    "made_at": nullable(INSTANT),
    "made_by_you": nullable(YES),
    "in_force": YES,
    "appointments": listed(given({"id": TEXT, "reference": TEXT, "starts_at": INSTANT})),
}
PRESET = given({"code": TEXT, "name": TEXT, "detail": TEXT, "terms": ANYTHING})
KEPT = "the newest first, each with the coming visits that keep it. Version 0 is what holds where nothing was stated."


def operations(terms: Schema, prices: Schema) -> tuple[Operation, ...]:
    """The operations, for bodies as PUT of terms and of prices takes them."""
    return (
        Operation(
            "GET", f"{V1}/provider/terms/presets", "list_terms_presets", "Sets of terms to begin with.", "desk", DESK, answer=page(PRESET)
        ),
        Operation(
            "POST", f"{V1}/provider/terms/preview", "preview_terms",
            "A visit next Thursday at 6 PM under these terms: the clock in words, what each notice costs, what is odd. Nothing is stored.",
            "desk", DESK, terms, answer=SAMPLE,
        ),
        Operation(
            "GET", f"{V1}/provider/terms/versions", "list_terms_versions", f"Versions of the terms, {KEPT}", "desk", DESK,
            answer=page(given({**VERSION, "terms": ANYTHING})),
        ),
        Operation(
            "POST", f"{V1}/provider/prices/preview", "preview_prices",
            "Usual wishes priced by these rules, by the function that prices every quote. Nothing is stored.", "desk", DESK, prices,
            answer=given({"wishes": listed(WISH), "advice": ADVICE}),
        ),
        Operation(
            "GET", f"{V1}/provider/prices/versions", "list_price_versions", f"Versions of the price rules, {KEPT}", "desk", DESK,
            answer=page(given({**VERSION, "prices": ANYTHING})),
        ),
    )  # fmt: skip
