"""The operations of baskets."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, INSTANT, SETTING, TEXT, WORDS, given, listed, nullable, page, ref, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
CLIENT = ("client",)
HELD = given({"id": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "expires_at": INSTANT, "quote": ref("Quote")})
VISIT = given(
    {
        "provider": given({"slug": TEXT, "name": TEXT}),
        "service": TEXT,
        "minutes": COUNT,
        "setting": SETTING,
        "hold": HELD,
        "appointment": nullable(TEXT),
    }
)
BASKET = given(
    {
        "id": TEXT,
        "state": {"enum": ["held", "booked", "released", "expired"]},
        "expires_at": nullable(INSTANT),
        "visits": listed(VISIT),
        "total_cents": CENTS,
        "currency": {"const": "USD"},
    }
)
WISHED = taken(
    {
        "provider": WORDS,
        "service": {"type": "string", "minLength": 1, "maxLength": 40},
        "minutes": {"type": "integer", "minimum": 1, "maximum": 480},
        "setting": SETTING,
        "starts_at": INSTANT,
    },
    {"zip": nullable({"type": "string", "maxLength": 10})},
)
WANTED = taken({"visits": listed(WISHED)}, {"hold": nullable(WORDS)})

OPERATIONS = (
    Operation(
        "GET", f"{V1}/baskets", "list_baskets", "Own baskets, the newest first.", "baskets", CLIENT, answer=page(BASKET), errors=(404,)
    ),
    Operation(
        "POST", f"{V1}/baskets", "create_basket",
        "Hold two to eight different visits for one checkout, or none: 409 `basket_clash` names each that cannot be had. With `hold` they "
        "join what is held already. All run out together, ten minutes after the last was added, thirty after the first at the latest. "
        "Booking one of the holds books all.",
        "baskets", CLIENT, WANTED, status=201, answer=BASKET, errors=(404, 409, 429), creates=True,
    ),
    Operation("GET", f"{V1}/baskets/<public_id>", "show_basket", "One basket.", "baskets", CLIENT, answer=BASKET, errors=(404,)),
    Operation(
        "DELETE", f"{V1}/baskets/<public_id>", "delete_basket",
        "Give back everything that is held; `DELETE /holds/{id}` takes one visit out. Booked visits are canceled one by one.", "baskets",
        CLIENT, status=204, errors=(409,),
    ),
)  # fmt: skip
