"""The operations of supervision, and of reviews of signed notes."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import COUNT, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.reviewing.rules.steps import KINDS, LONGEST_COMMENTS, STATES, VERDICTS

V1 = "/api/v1"
PAIRS, REVIEWS, OF_NOTE = f"{V1}/provider/supervisions", f"{V1}/provider/note-reviews", f"{V1}/appointments/<public_id>/note/review"
THERAPIST = ("provider",)
NAMED = given({"slug": TEXT, "name": TEXT})
PAIR = given(
    {
        "id": TEXT, "state": {"type": "string", "enum": list(STATES)}, "side": {"type": "string", "enum": ["supervised", "supervising"]},
        "provider": NAMED, "supervisor": NAMED, "named_at": INSTANT, "accepted_at": nullable(INSTANT), "ended_at": nullable(INSTANT),
    }
)  # fmt: skip
KIND = {"type": "string", "enum": list(KINDS)}
LINE = {
    "id": TEXT, "status": KIND, "open": YES, "provider": NAMED, "supervisor": NAMED, "client": given({"name": TEXT}), "starts_at": INSTANT,
    "offered_at": INSTANT,
}  # fmt: skip
STEPS = {"steps": listed(given({"number": COUNT, "kind": KIND, "at": INSTANT, "comments": TEXT}))}
WHOLE = given({**LINE, **STEPS})

OPERATIONS = (
    Operation(
        "GET", PAIRS, "list_supervisions", "Whom one has named to look at one's notes, and who has named oneself.", "care", THERAPIST,
        answer=given({"items": listed(PAIR), "next": nullable(TEXT)}), errors=(404,),
    ),
    Operation(
        "POST", PAIRS, "name_supervisor",
        "Name a colleague who is listed with everything in force. Nothing is theirs to see until they accept.", "care", THERAPIST,
        taken({"provider": {"type": "string", "minLength": 1, "maxLength": 200}}), status=201, answer=PAIR, errors=(404, 409, 422, 429),
        creates=True,
    ),
    Operation(
        "POST", f"{PAIRS}/<public_id>/accept", "accept_supervision", "Accept to look at notes that a colleague offers.", "care", THERAPIST,
        answer=PAIR, errors=(404, 409, 422),
    ),
    Operation(
        "DELETE", f"{PAIRS}/<public_id>", "end_supervision", "End or decline it: no note is open through it from this moment on.", "care",
        THERAPIST, status=204, errors=(404, 409),
    ),
    Operation(
        "GET", OF_NOTE, "show_reviews", "What was said of the note of one's visit, and to whom it can be offered.", "care", THERAPIST,
        answer=given(
            {
                "signed": YES, "items": listed(WHOLE), "colleagues": listed(given({"supervision": TEXT, "slug": TEXT, "name": TEXT})),
                "next": nullable(TEXT),
            }
        ), errors=(404,),
    ),
    Operation(
        "POST", OF_NOTE, "offer_note", "Offer the signed note of one's visit to a supervising colleague, one at a time.", "care", THERAPIST,
        taken({"supervision": {"type": "string", "minLength": 1, "maxLength": 40}}), status=201, answer=WHOLE, errors=(404, 409, 422, 429),
        creates=True,
    ),
    Operation(
        "DELETE", OF_NOTE, "take_note_back", "Nobody looks at it any more.", "care", THERAPIST, status=204, errors=(404, 409),
    ),
    Operation(
        "GET", REVIEWS, "list_note_reviews", "What was offered to one, without a word of any note.", "care", THERAPIST,
        answer=given({"items": listed(given(LINE)), "next": nullable(TEXT)}), errors=(404,),
    ),
    Operation(
        "GET", f"{REVIEWS}/<public_id>", "show_note_review",
        "A note while it is offered to one. The look is written down, and its client sees it.", "care", THERAPIST,
        answer=given({**LINE, **STEPS, "note": {"type": "object"}}), errors=(404, 422),
    ),
    Operation(
        "POST", f"{REVIEWS}/<public_id>/decision", "decide_note_review",
        "Return it with comments, or accept it. The note itself never changes.", "care", THERAPIST,
        taken(
            {"decision": {"type": "string", "enum": list(VERDICTS)}},
            {"comments": nullable({"type": "string", "maxLength": LONGEST_COMMENTS})},
        ), answer=WHOLE, errors=(404, 409, 422, 429),
    ),
)  # fmt: skip
