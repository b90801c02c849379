"""The operations of classes and their seats."""

from __future__ import annotations

from booking.classes.rules.planning import LONGEST_TITLE, LONGEST_WHY, LONGEST_WORDS, MOST_CENTS, MOST_MINUTES, MOST_SEATS
from booking.classes.rules.seats import CALLED_OFF, PLANNED, STATES
from booking.ledger.rules.entries import HOW
from booking.openapi.catalogue.schemas import CENTS, COUNT, INSTANT, TEXT, YES, given, listed, nullable, page, taken
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
SEAT, CLASS = f"{V1}/seats/<public_id>", f"{V1}/provider/classes/<public_id>"
TAKEN = f"{V1}/provider/seats/<public_id>"
CLIENT, DESK = ("client",), ("provider",)
EMPTY = taken({})
ID = {"type": "string", "minLength": 1, "maxLength": 24}
NAMED = given({"slug": TEXT, "name": TEXT})
LESSON_FIELDS = {
    "id": TEXT, "provider": NAMED, "title": TEXT, "words": TEXT, "state": {"type": "string", "enum": [PLANNED, CALLED_OFF]},
    "starts_at": INSTANT, "ends_at": INSTANT, "minutes": COUNT, "place": nullable(TEXT), "zip": TEXT, "capacity": COUNT,
    "seats_left": COUNT, "price_cents": CENTS, "currency": TEXT, "sequence": COUNT,
}  # fmt: skip
SEAT_FIELDS = {
    "id": TEXT, "class": TEXT, "reference": TEXT, "state": {"type": "string", "enum": list(STATES)}, "number": COUNT, "provider": NAMED,
    "title": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "place": nullable(TEXT), "expires_at": nullable(INSTANT),
    "total_cents": CENTS, "fee_cents": CENTS, "paid_cents": CENTS, "due_cents": CENTS, "currency": TEXT, "terms": {"type": "object"},
    "sequence": COUNT,
}  # fmt: skip
LESSON, OWN_SEAT = given(LESSON_FIELDS), given(SEAT_FIELDS)
LEAVES = given(
    {
        "allowed": YES, "reason": TEXT, "detail": TEXT, "fee_cents": CENTS, "tier": TEXT, "as_of": INSTANT,
        "next_change_at": nullable(INSTANT),
    }
)  # fmt: skip
WHO_COMES = given({**SEAT_FIELDS, "client": given({"name": TEXT})})
WHOLE = given({**LESSON_FIELDS, "seats": listed(WHO_COMES)})
PLANNED_BODY = taken(
    {
        "title": {"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE}, "place": ID, "starts_at": INSTANT,
        "minutes": {"type": "integer", "minimum": 1, "maximum": MOST_MINUTES},
        "capacity": {"type": "integer", "minimum": 1, "maximum": MOST_SEATS},
        "price_cents": {"type": "integer", "minimum": 0, "maximum": MOST_CENTS},
    },
    {"words": nullable({"type": "string", "maxLength": LONGEST_WORDS})},
)  # fmt: skip
LEAVING = taken(
    {},
    {
        "expected_fee_cents": nullable(CENTS),
        "reason": nullable({"type": "string", "enum": ["illness", "emergency", "weather", "building_access", "other"]}),
        "note": nullable({"type": "string", "maxLength": 2000}),
    },
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/providers/<slug>/classes", "list_classes", "A provider's coming classes, the soonest first.", "classes",
        answer=page(LESSON), errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/classes/<public_id>", "show_class", "One class, with the seats that are left.", "classes", answer=LESSON,
        errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/seats", "hold_seat", "Hold a seat of a class for ten minutes.", "classes", CLIENT, taken({"class": ID}),
        status=201, answer=OWN_SEAT, errors=(404, 409, 422, 429), creates=True,
    ),
    Operation("GET", f"{V1}/seats", "list_seats", "One's own seats, the latest class first.", "classes", CLIENT, answer=page(OWN_SEAT)),
    Operation("GET", SEAT, "show_seat", "One of one's own seats.", "classes", CLIENT, answer=OWN_SEAT, errors=(404,)),
    Operation("DELETE", SEAT, "release_seat", "Give a held seat back.", "classes", CLIENT, status=204, errors=(404, 409)),
    Operation(
        "POST", f"{SEAT}/book", "book_seat", "Book the seat that is held; it is paid at the class.", "classes", CLIENT, EMPTY,
        answer=OWN_SEAT, errors=(404, 409, 422, 429),
    ),
    Operation(
        "GET", f"{SEAT}/cancellation", "preview_seat_cancellation", "What leaving costs now.", "classes", CLIENT,
        queries=(Query("reason", TEXT, "Why: see cancel."),), answer=LEAVES, errors=(404, 422),
    ),
    Operation(
        "POST", f"{SEAT}/cancel", "cancel_seat", "Leave for the fee that the agreed terms give now.", "classes", CLIENT, LEAVING,
        answer=OWN_SEAT, errors=(404, 409, 422),
    ),
    Operation(
        "GET", f"{V1}/provider/classes", "list_own_classes", "One's own classes that are not over.", "classes", DESK, answer=page(LESSON),
    ),
    Operation(
        "POST", f"{V1}/provider/classes", "plan_class",
        "Plan a class at one of one's own places. Its time is taken at once; 409 names the visits in the way.", "classes", DESK,
        PLANNED_BODY, status=201, answer=LESSON, errors=(409, 422, 429), creates=True,
    ),
    Operation("GET", CLASS, "show_own_class", "One of one's own classes, and who comes.", "classes", DESK, answer=WHOLE, errors=(404,)),
    Operation(
        "POST", f"{CLASS}/move", "move_class", "Move a class; everybody who has a seat keeps it and is told.", "classes", DESK,
        taken({"starts_at": INSTANT}), answer=WHOLE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "POST", f"{CLASS}/cancel", "call_off_class", "Call a class off; everybody is told, and nobody pays.", "classes", DESK,
        taken({}, {"why": nullable({"type": "string", "maxLength": LONGEST_WHY})}), answer=WHOLE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "POST", f"{TAKEN}/check-in", "check_in_seat", "Somebody is here.", "classes", DESK, EMPTY, answer=WHO_COMES, errors=(404, 409),
    ),
    Operation(
        "POST", f"{TAKEN}/no-show", "miss_seat", "Somebody did not come.", "classes", DESK, EMPTY, answer=WHO_COMES, errors=(404, 409),
    ),
    Operation(
        "POST", f"{TAKEN}/payment", "pay_seat", "What is due was given to the therapist.", "classes", DESK,
        taken({"how": {"type": "string", "enum": list(HOW)}}), answer=WHO_COMES, errors=(404, 409, 422),
    ),
)  # fmt: skip
