"""The operations of visits booked by hand."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import COUNT, INSTANT, SETTING, TEXT, WORDS, given, listed, nullable, ref, taken
from booking.openapi.rules import Operation
from booking.openings.rules.by_hand import OVERRIDABLE

V1 = "/api/v1"
DESK, ADMIN = ("provider",), ("admin",)
REASON = {"type": "string", "minLength": 1, "maxLength": 300}
CODE = {"type": "string", "enum": list(OVERRIDABLE)}
KEPT = given(
    {
        "id": TEXT,
        "status": {"enum": ["requested", "booked", "released", "expired"]},
        "respond_by_at": INSTANT,
        "service": TEXT,
        "minutes": COUNT,
        "setting": SETTING,
        "zip": nullable(TEXT),
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "quote": ref("Quote"),
        "overrides": listed(given({"code": TEXT, "sentence": TEXT, "reason": TEXT})),
    }
)
WANTED = taken(
    {
        "client": taken({}, {"appointment": nullable(WORDS), "name": WORDS, "email": WORDS}),
        "service": {"type": "string", "minLength": 1, "maxLength": 40},
        "minutes": {"type": "integer", "minimum": 1, "maximum": 480},
        "setting": SETTING,
        "starts_at": INSTANT,
    },
    {"zip": nullable({"type": "string", "maxLength": 10}), "override": listed(taken({"code": CODE, "reason": REASON}))},
)
HOW = (
    "The time is kept until the client has answered the health questions and agreed. 422 `override_needed` lists the rules that say no; "
    "each may be passed over with a reason. Minutes that are taken, standing and staffing never are."
)

OPERATIONS = (
    Operation(
        "POST", f"{V1}/provider/appointments", "create_by_hand", f"Book a visit for a client of one's own by hand. {HOW}", "desk", DESK,
        WANTED, status=201, answer=KEPT, errors=(404, 409, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/provider/kept/<public_id>", "delete_kept", "Give back a time kept by hand that is not booked yet.", "desk", DESK,
        status=204,
    ),
    Operation(
        "POST", f"{V1}/admin/providers/<slug>/appointments", "create_by_hand_for", f"Book a visit with any provider by hand. {HOW}",
        "admin", ADMIN, WANTED, status=201, answer=KEPT, errors=(404, 409, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/admin/providers/<slug>/kept/<public_id>", "delete_kept_of", "Give it back.", "admin", ADMIN, status=204,
    ),
)  # fmt: skip
