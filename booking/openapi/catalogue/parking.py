"""The operations of parking: a therapist's receipts, the staff's list, the terms."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import ANYTHING, CENTS, COUNT, DAY, INSTANT, TEXT, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query
from booking.parking.rules.claims import DECISIONS, MOST_CENTS, STATES

V1 = "/api/v1"
USD = {"const": "USD"}
FILE = {"type": "string", "format": "binary"}
STATE = {"type": "string", "enum": list(STATES)}
ASKED = {"type": "integer", "minimum": 1, "maximum": MOST_CENTS}
MEDIA = ("image/jpeg", "image/png")
TERMS = {"starts_on": DAY, "visit_cents": CENTS, "month_cents": CENTS, "days": COUNT, "on": YES, "currency": USD, "words": TEXT}
KEPT_TERMS = given({**TERMS, "reason": TEXT, "made_by": TEXT})
CLAIM = {
    "id": TEXT, "reference": TEXT, "visit_on": DAY, "asked_cents": CENTS, "accepted_cents": nullable(CENTS), "currency": USD,
    "state": STATE, "reason": nullable(TEXT), "sent_at": INSTANT, "decided_at": nullable(INSTANT),
}  # fmt: skip
OWN = given({**CLAIM, "appointment": TEXT})
ANYBODYS = given({**CLAIM, "provider": given({"slug": TEXT, "name": TEXT}), "district": TEXT, "same_photo_as": nullable(TEXT)})
OF_VISIT = given(
    {
        "may_send": YES, "why_not": nullable(TEXT), "until_on": nullable(DAY), "most_cents": CENTS, "currency": USD,
        "paid_by": {"const": "platform"}, "words": TEXT, "claim": nullable(OWN),
    }
)  # fmt: skip

OPERATIONS = (
    Operation(
        "GET", f"{V1}/provider/parking", "list_own_parking", "One's own receipts of parking, what holds today, and this month.",
        "payments", ("provider",), errors=(404,),
        answer=given({"terms": given(TERMS), "month_cents": CENTS, "items": listed(OWN), "next": nullable(TEXT)}),
    ),
    Operation(
        "GET", f"{V1}/provider/parking/<public_id>/photo", "show_own_parking_photo", "One's own photo, as it was kept.", "payments",
        ("provider",), answer=FILE, media=MEDIA, errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/parking", "show_parking",
        "Whether what parking at one's own visit cost may be sent in, and what was.", "payments", ("provider",), answer=OF_VISIT,
        errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/parking", "send_parking",
        "Send in what parking at a visit by car cost, once a visit: `multipart/form-data` with `cents` and the JPEG or PNG in `file`, "
        "which is drawn anew. The platform pays it back up to its caps, never the client.",
        "payments", ("provider",), taken({"cents": ASKED}), status=201, answer=OF_VISIT, errors=(404, 409, 422, 429), creates=True,
        also={"multipart/form-data": ANYTHING},
    ),
)  # fmt: skip
ADMIN_OPERATIONS = (
    Operation(
        "GET", f"{V1}/admin/parking", "list_parking", "Receipts of everybody; what waits has the oldest first.", "admin", ("admin",),
        queries=(Query("state", STATE, "Only those in this state."),),
        answer=given({"items": listed(ANYBODYS), "next": nullable(TEXT)}), errors=(422,),
    ),
    Operation(
        "GET", f"{V1}/admin/parking/<public_id>", "show_parking_receipt", "One receipt.", "admin", ("admin",), answer=ANYBODYS,
        errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/admin/parking/<public_id>/photo", "show_parking_photo", "The photo. The look is recorded.", "admin", ("admin",),
        answer=FILE, media=MEDIA, errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/admin/parking/<public_id>/decision", "decide_parking",
        "Accept all that can be paid back or a part of it, refuse, or take back what was accepted while no payout holds it. A part, a "
        "refusal and taking back need a reason, which the therapist reads.",
        "admin", ("admin",),
        taken({"decision": {"type": "string", "enum": list(DECISIONS)}}, {"cents": nullable(ASKED), "reason": nullable(TEXT)}),
        answer=ANYBODYS, errors=(404, 409, 422),
    ),
    Operation(
        "GET", f"{V1}/admin/parking-terms", "list_parking_terms", "All terms with who said so and why.", "admin", ("admin",),
        answer=given({"items": listed(KEPT_TERMS), "next": nullable(TEXT)}),
    ),
    Operation(
        "POST", f"{V1}/admin/parking-terms", "announce_parking_terms", "Say what is paid back of visits from a day on; 0 is off.", "admin",
        ("admin",), taken({"starts_on": DAY, "visit_cents": CENTS, "month_cents": CENTS, "days": COUNT, "reason": WORDS}),
        status=201, answer=KEPT_TERMS, errors=(422,), creates=True,
    ),
)  # fmt: skip
