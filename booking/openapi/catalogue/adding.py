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
            "GET", f"{V1}/appointments/<public_id>/extras", "list_extras",
            "What could be added to a booked visit, with the whole price then.", "appointments", ("client", "provider", "admin"),
            answer=given({"options": listed(given({**OPTION, "total_cents": CENTS})), "total_cents": CENTS}),
        ),
        Operation(
            "POST", f"{V1}/appointments/<public_id>/extras", "add_extras",
            f"Add to a booked visit: add-ons, or a longer length. {FITS} Whoever is not the client needs the client's yes.", "appointments",
            ("client", "provider", "admin"), WANTED, answer=ref("Appointment"), errors=(409,), creates=True,
        ),
    )  # fmt: skip
