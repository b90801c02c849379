"""The operations of the waitlist."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import COUNT, DAY, INSTANT, SETTING, TEXT, WORDS, given, listed, nullable, page, ref, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
CLIENT = ("client",)
PART = {"type": "string", "enum": ["morning", "afternoon", "evening", "late"]}
HELD = given({"id": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "expires_at": INSTANT, "quote": ref("Quote")})
ENTRY = given(
    {
        "id": TEXT,
        "provider": nullable(given({"slug": TEXT, "name": TEXT})),
        "service": nullable(TEXT),
        "minutes": COUNT,
        "setting": SETTING,
        "zip": nullable(TEXT),
        "from": DAY,
        "to": DAY,
        "parts": listed(PART),
        "state": {"enum": ["waiting", "offered", "booked", "left", "resting", "over"]},
        "offer": nullable(HELD),
        "created_at": INSTANT,
    }
)
WANTED = taken(
    {"minutes": {"type": "integer", "minimum": 15, "maximum": 240}, "setting": SETTING, "from": DAY, "to": DAY},
    {
        "provider": nullable(WORDS),
        "service": nullable({"type": "string", "minLength": 1, "maxLength": 40}),
        "zip": nullable({"type": "string", "maxLength": 10}),
        "parts": listed(PART),
    },
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/waitlist", "list_waitlist", "What one waits for, the oldest first, and what is offered now.", "waitlist", CLIENT,
        answer=page(ENTRY), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/waitlist", "join_waitlist",
        "Wait for a time with a provider or with anybody; what becomes free is offered by letter.",
        "waitlist", CLIENT, WANTED, status=201, answer=ENTRY, errors=(404, 409, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/waitlist/<public_id>", "leave_waitlist", "Stop waiting; what is offered goes to the next.", "waitlist", CLIENT,
        status=204,
    ),
)  # fmt: skip
