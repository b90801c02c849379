"""The operations of requests for more visits."""

from __future__ import annotations

from booking.extensions.rules.asking import LONGEST_REASON, STATUSES, WAYS
from booking.openapi.catalogue.schemas import COUNT, DAY, INSTANT, TEXT, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.screening.rules.prescriptions import MOST_VISITS

V1 = "/api/v1"
OF_VISIT, ONE = f"{V1}/appointments/<public_id>/more-visits", f"{V1}/more-visits/<public_id>"
SIDES, CLIENT, THERAPIST = ("client", "provider"), ("client",), ("provider",)
LINE = {
    "id": TEXT, "status": {"type": "string", "enum": list(STATUSES)}, "appointment": TEXT, "provider": given({"slug": TEXT, "name": TEXT}),
    "client": given({"name": TEXT}), "prescription": TEXT, "visits_allowed": COUNT, "visits_used": COUNT, "visits": COUNT, "until_on": DAY,
    "written_at": INSTANT, "sent_at": nullable(INSTANT), "link_until": nullable(INSTANT), "answered_at": nullable(INSTANT),
    "answered_how": nullable({"enum": list(WAYS)}), "given": nullable(TEXT),
}  # fmt: skip
SAID = nullable(given({"name": TEXT, "npi": nullable(TEXT), "words": TEXT}))
WHOLE = given({**LINE, "reason": TEXT, "answer": SAID})
PAPER = {"id": TEXT, "prescriber_name": TEXT, "visits_allowed": COUNT, "issued_on": DAY, "expires_on": DAY}
# A therapist's list is without a word of why.
LISTED = given(LINE, {"reason": TEXT, "answer": SAID})

OPERATIONS = (
    Operation(
        "GET", f"{V1}/more-visits", "list_more_visits",
        "What one's therapists asked of those who prescribe, and what was answered; a therapist reads here where each request stands, and "
        "no word of why.", "care", SIDES, answer=given({"items": listed(LISTED), "next": nullable(TEXT)}), errors=(404,),
    ),
    Operation(
        "GET", OF_VISIT, "show_more_visits",
        "What was asked for the client of one's visit, what is left of the prescription it counts for, and the prescriptions that came "
        "since an open request. The look is written down.", "care", THERAPIST,
        answer=given(
            {
                "prescription": nullable(given({**PAPER, "visits_used": COUNT, "visits_left": COUNT})), "items": listed(WHOLE),
                "papers": listed(given(PAPER)), "next": nullable(TEXT),
            }
        ), errors=(404,),
    ),
    Operation(
        "POST", OF_VISIT, "ask_more_visits",
        "Ask for more visits than the prescription of one's visit allows, with a reason. The client reads it first, and sends it on.",
        "care", THERAPIST,
        taken(
            {
                "visits": {"type": "integer", "minimum": 1, "maximum": MOST_VISITS}, "until_on": DAY,
                "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
            }
        ), status=201, answer=WHOLE, errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "POST", f"{ONE}/send", "send_more_visits",
        "Send a request on to whoever prescribed: a letter with a link, seven days and one answer. A yes is a prescription of its own.",
        "care", CLIENT, taken({"email": {"type": "string", "minLength": 1, "maxLength": 254}}), status=201, answer=WHOLE,
        errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "POST", f"{ONE}/prescription", "answer_more_visits",
        "Take a prescription that the client has added since as the answer.", "care", THERAPIST,
        taken({"prescription": {"type": "string", "minLength": 1, "maxLength": 40}}), answer=WHOLE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "DELETE", ONE, "close_more_visits", "Send nothing on, as the client; take it back, as the therapist.", "care", SIDES, status=204,
        errors=(404, 409),
    ),
)  # fmt: skip
