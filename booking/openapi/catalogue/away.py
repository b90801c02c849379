"""The operations of time off."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import DAY, INSTANT, TEXT, YES, given, listed, nullable, page, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
DESK, ADMIN = ("provider",), ("admin",)
WORDS = nullable({"type": "string", "maxLength": 300})
INSIDE = given({"id": TEXT, "reference": TEXT, "status": TEXT, "starts_at": INSTANT, "ends_at": INSTANT})
TIME_OFF = given(
    {
        "id": TEXT,
        "from": INSTANT,
        "until": INSTANT,
        "reason": nullable(TEXT),
        "message": nullable(TEXT),
        "colleague": nullable(given({"slug": TEXT, "name": TEXT, "named": YES})),
        "appointments": listed(INSIDE),
    }
)
WHEN = {"anyOf": [DAY, INSTANT]}
WANTED = taken(
    {"from": WHEN, "until": WHEN},
    {"reason": WORDS, "message": WORDS, "colleague": nullable({"type": "string", "maxLength": 80}), "keep_visits": YES},
)
STATE = "Two days (both whole) or two instants. 409 `visits_inside` names booked visits; with `keep_visits` each stays until it is moved."

OPERATIONS = (
    Operation("GET", f"{V1}/provider/time-off", "list_time_off", "Own time off that is not over.", "desk", DESK, answer=page(TIME_OFF)),
    Operation(
        "POST", f"{V1}/provider/time-off", "create_time_off", f"State time off. {STATE}", "desk", DESK, WANTED, status=201, answer=TIME_OFF,
        errors=(409,), creates=True,
    ),
    Operation(
        "POST", f"{V1}/provider/time-off/<public_id>/end", "end_time_off", "End it early: now, or at an instant.", "desk", DESK,
        taken({}, {"until": nullable(INSTANT)}), status=204,
    ),
    Operation(
        "POST", f"{V1}/provider/time-off/<public_id>/decline", "decline_time_off",
        "Name the colleague no more: for the colleague, and for whose time off it is.", "desk", DESK, status=204,
    ),
    Operation("DELETE", f"{V1}/provider/time-off/<public_id>", "delete_time_off", "Give back all that is left of it.", "desk", DESK,
        status=204),
    Operation(
        "GET", f"{V1}/admin/providers/<slug>/time-off", "list_time_off_of", "A provider's time off that is not over.", "admin", ADMIN,
        answer=page(TIME_OFF), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/admin/providers/<slug>/time-off", "create_time_off_of", f"State time off on a provider's behalf. {STATE}", "admin",
        ADMIN, WANTED, status=201, answer=TIME_OFF, errors=(404, 409), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/admin/providers/<slug>/time-off/<public_id>", "delete_time_off_of", "Give back all that is left of it.", "admin",
        ADMIN, status=204,
    ),
)  # fmt: skip
