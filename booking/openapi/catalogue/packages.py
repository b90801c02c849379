"""The operations of packages: visits bought together."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, DAY, INSTANT, TEXT, WAY, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
ONE = f"{V1}/packages/<public_id>"
USD = {"const": "USD"}
SIDES = ("client", "provider", "admin")
DESK = ("provider", "admin")
WHY = {"type": "string", "minLength": 1, "maxLength": 200}
OFFER = given(
    {
        "id": TEXT,
        "service": TEXT,
        "minutes": COUNT,
        "visits": COUNT,
        "each_cents": CENTS,
        "price_cents": CENTS,
        "valid_months": COUNT,
        "currency": USD,
    }
)
USE = given({"appointment": TEXT, "reference": TEXT, "state": {"enum": ["reserved", "spent", "returned"]}, "used_at": INSTANT})
PAPER = given({"number": TEXT, "kind": {"enum": ["receipt", "credit_note"]}, "amount_cents": CENTS, "issued_at": INSTANT})
PACKAGE = given(
    {
        "id": TEXT,
        "state": {"enum": ["ordered", "active", "ended", "withdrawn"]},
        "provider": given({"slug": TEXT, "name": TEXT}),
        "service": TEXT,
        "service_name": TEXT,
        "minutes": COUNT,
        "visits": COUNT,
        "used": COUNT,
        "left": COUNT,
        "each_cents": CENTS,
        "price_cents": CENTS,
        "tax_cents": CENTS,
        "total_cents": CENTS,
        "currency": USD,
        "how": nullable(TEXT),
        "ordered_at": INSTANT,
        "paid_at": nullable(INSTANT),
        "last_on": nullable(DAY),
        "ended_by": nullable({"enum": ["client", "provider", "expired"]}),
        "refund_cents": CENTS,
        "refunded": YES,
        "refund_now_cents": nullable(CENTS),
    },
    {"client": given({"name": TEXT}), "uses": listed(USE), "papers": listed(PAPER)},
)
POLICY = given({"allowed": YES, "history": listed(given({"allowed": YES, "reason": TEXT, "by": TEXT, "at": INSTANT}))})

CLIENTS = (
    Operation(
        "GET", f"{V1}/providers/<slug>/packages", "list_offered_packages", "What a provider offers; empty while packages are off.",
        "packages", (), answer=given({"items": listed(OFFER)}), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/packages", "order_package", "Order a package; a booking that fits uses one of it once it is paid.", "packages",
        ("client",), taken({"offer": WORDS}), status=201, answer=PACKAGE, errors=(404, 422), creates=True,
    ),
    Operation(
        "GET", f"{V1}/packages", "list_packages", "One's own packages; for a provider those sold, for the staff all.", "packages", SIDES,
        answer=given({"items": listed(PACKAGE)}),
    ),
    Operation("GET", ONE, "show_package", "A package with what used it and its papers.", "packages", SIDES, answer=PACKAGE, errors=(404,)),
    Operation(
        "DELETE", ONE, "withdraw_package", "Let go of an order that is not paid.", "packages", ("client",), status=204, errors=(404, 409),
    ),
    Operation(
        "POST", f"{ONE}/card", "pay_package_by_card", "Ask a card for an order.", "packages", ("client",), taken({"payment_method": WORDS}),
        answer=PACKAGE, errors=(402, 404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/end", "end_package",
        "End a package. What goes back: as a client, what was paid less the used visits at their single price; else the unused visits.",
        "packages", SIDES, taken({}, {"expected_refund_cents": nullable(CENTS)}), answer=PACKAGE, errors=(404, 409),
    ),
)  # fmt: skip
PROVIDERS = (
    Operation(
        "POST", f"{ONE}/payment", "record_package_payment", "The client paid the therapist for a package.", "packages", DESK,
        taken({"how": WAY}), answer=PACKAGE, errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/given-back", "record_package_refund", "The therapist gave back what was left.", "packages", DESK, taken({}),
        answer=PACKAGE, errors=(404, 409),
    ),
    Operation(
        "GET", f"{V1}/provider/package-offers", "list_package_offers", "What one offers, and whether packages are sold here.", "packages",
        ("provider",), answer=given({"allowed": YES, "items": listed(OFFER)}), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/provider/package-offers", "make_package_offer", "Offer so many visits for one price.", "packages", ("provider",),
        taken({"service": WORDS, "minutes": COUNT, "visits": COUNT, "price_cents": CENTS, "valid_months": COUNT}), status=201, answer=OFFER,
        errors=(404, 422), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/provider/package-offers/<public_id>", "drop_package_offer", "Offer it no more.", "packages", ("provider",),
        status=204, errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/admin/package-policy", "show_package_policy", "Whether packages are sold here.", "packages", ("admin",),
        answer=POLICY,
    ),
    Operation(
        "PUT", f"{V1}/admin/package-policy", "put_package_policy", "Switch packages on or off.", "packages", ("admin",),
        taken({"allowed": YES, "reason": WHY}), answer=POLICY, errors=(422,),
    ),
)  # fmt: skip
