"""The operations of outside calendars."""

from __future__ import annotations

from booking.openapi.catalogue.clients import V1
from booking.openapi.catalogue.schemas import COUNT, INSTANT, TEXT, WORDS, YES, given, listed, nullable, page, taken
from booking.openapi.rules import Operation

DESK = ("provider",)
NEW = taken({"url": {"type": "string", "maxLength": 2000}, "name": WORDS}, {"places": YES})
UPLOAD = {
    "type": "object",
    "properties": {"name": WORDS, "places": WORDS, "file": {"type": "string", "format": "binary"}},
    "required": ["name", "file"],
}
AGREED = taken({}, {"agreed": YES})
STATE = given(
    {
        "id": TEXT, "name": TEXT, "kind": TEXT, "address": nullable(TEXT), "places": YES, "last_good_at": nullable(INSTANT), "stale": YES,
        "stale_since": nullable(INSTANT), "fault": nullable(TEXT), "flag": nullable(TEXT), "warnings": listed(TEXT), "events": COUNT,
        "blocks": COUNT, "known_until": nullable(INSTANT), "next_sync_at": nullable(INSTANT),
    }
)  # fmt: skip
PATH = f"{V1}/provider/calendars"

OPERATIONS = (
    Operation("GET", PATH, "list_outside_calendars", "Own outside calendars and their state.", "desk", DESK, answer=page(STATE)),
    Operation(
        "POST", PATH, "add_outside_calendar", "Add an outside calendar by its address or its file; what keeps you busy is never offered.",
        "desk", DESK, NEW, status=201, answer=STATE, errors=(409, 429), creates=True, also={"multipart/form-data": UPLOAD},
    ),
    Operation(
        "POST", f"{PATH}/<public_id>/sync", "sync_outside_calendar",
        "Look at it now. `agreed` says that a sudden loss of busy times is right.", "desk", DESK, AGREED, answer=STATE, errors=(429,),
    ),
    Operation(
        "DELETE", f"{PATH}/<public_id>", "remove_outside_calendar", "Forget it; its time is free at once.", "desk", DESK, status=204,
        errors=(409,),
    ),
)  # fmt: skip
