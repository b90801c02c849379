"""The operations of adding to a time that is held and to a visit that is booked."""

from __future__ import annotations

from typing import Any

from booking.openapi.catalogue.schemas import ADD_ON, CENTS, COUNT, TEXT, YES, given, listed, nullable, ref, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
CODES = nullable(listed({"type": "string", "minLength": 1, "maxLength": 200}, maxItems=12))
OPTION: dict[str, Any] = {
    "kind": {"enum": ["add_on", "length"]},
    "code": TEXT,
    "name": TEXT,
    "minutes": COUNT,
    "price_cents": CENTS,
    "fits": YES,
}
WANTED = taken(
    {},
    {
        "add_ons": CODES,
        "minutes": nullable({"type": "integer", "minimum": 1, "maximum": 480}),
        "client_agreed": nullable(YES),
        "expected_total_cents": nullable({"type": "integer"}),
    },
)
FITS = "What does not fit before the next visit, within the hours, the standing and the ways is refused; `options` says what does."


def operations(hold: dict[str, Any]) -> tuple[Operation, ...]:
    """The catalogue; `hold` is how a hold is answered."""
    return (
        Operation(
            "GET", f"{V1}/holds/<public_id>/add-ons", "list_hold_add_ons", "What a held visit has on top, and what it could have.", "holds",
            ("client",), answer=given({"add_ons": listed(ADD_ON), "options": listed(given(OPTION))}),
        ),
        Operation(
            "PUT", f"{V1}/holds/<public_id>/add-ons", "choose_hold_add_ons", f"Let a held visit have exactly these add-ons. {FITS}",
            "holds", ("client",), taken({}, {"add_ons": CODES}), answer=hold, errors=(409,),
        ),
        Operation(
            "PUT", f"{V1}/holds/<public_id>/code", "use_code",
            "Price a held visit with a discount code, or (null) without. Every code that does not count is refused alike.", "holds",
            ("client",), taken({"code": nullable({"type": "string", "minLength": 1, "maxLength": 60})}), answer=hold, errors=(409, 429),
        ),
        Operation(
            "GET", f"{V1}/appointments/<public_id>/extras", "list_extras",
            "What could be added to a booked visit, with the whole price then.", "appointments", ("client", "provider", "admin"),
            answer=given({"options": listed(given({**OPTION, "total_cents": CENTS})), "total_cents": CENTS}),
        ),
        Operation(
            "POST", f"{V1}/appointments/<public_id>/extras", "add_extras",
            f"Add to a booked visit: add-ons, or a longer length. {FITS} Whoever is not the client needs the client's yes.", "appointments",
            ("client", "provider", "admin"), WANTED, answer=ref("Appointment"), errors=(409,),
        ),
    )  # fmt: skip


DAY = nullable({"type": "string", "format": "date"})
LIMITS: dict[str, Any] = {
    "percent": nullable({"type": "integer", "minimum": 1, "maximum": 100}),
    "amount_cents": nullable({"type": "integer", "minimum": 1, "maximum": 500_000}),
    "starts_on": DAY,
    "ends_on": DAY,
    "most_uses": nullable({"type": "integer", "minimum": 1, "maximum": 100_000}),
    "once_a_client": nullable(YES),
    "services": nullable(listed({"type": "string", "minLength": 1, "maxLength": 200}, maxItems=40)),
    "least_cents": nullable({"type": "integer", "minimum": 0, "maximum": 500_000}),
}
COUPON = given({**LIMITS, "id": TEXT, "code": TEXT, "uses": COUNT, "made_at": TEXT, "ended_at": nullable(TEXT)})
CODES_OF_PROVIDERS = (
    Operation(
        "GET", f"{V1}/provider/codes", "list_codes", "One's own discount codes, the newest first.", "desk", ("provider",),
        answer=given({"codes": listed(COUPON)}),
    ),
    Operation(
        "POST", f"{V1}/provider/codes", "create_code", "Give out a discount code: a percentage, or an amount.", "desk",
        ("provider",), taken({"code": {"type": "string", "minLength": 1, "maxLength": 40}}, LIMITS), status=201, answer=COUPON,
        errors=(404, 409, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/provider/codes/<public_id>", "end_code", "End a code; checkouts and visits that have it keep it.", "desk",
        ("provider",), status=204,
    ),
)  # fmt: skip

FIRST_VISITS = {
    "payment": nullable({"enum": ["at_visit", "card_on_file", "deposit", "prepaid"]}),
    "deposit_percent": nullable({"type": "integer", "minimum": 1, "maximum": 100}),
    "least_minutes": nullable({"type": "integer", "minimum": 1, "maximum": 480}),
    "most_minutes": nullable({"type": "integer", "minimum": 1, "maximum": 480}),
}
FIRST_VISITS_OF_PROVIDERS = (
    Operation(
        "GET", f"{V1}/provider/first-visits", "show_first_visits", "What is asked of new clients.", "desk", ("provider",),
        answer=given({"online": YES, **FIRST_VISITS}),
    ),
    Operation(
        "PUT", f"{V1}/provider/first-visits", "change_first_visits",
        "Ask this of clients whom one has not treated yet, from now on: whether they may book online, how long, paid how.", "desk",
        ("provider",), taken({"online": YES}, FIRST_VISITS), answer=given({"online": YES, **FIRST_VISITS}), errors=(404,),
    ),
)  # fmt: skip
