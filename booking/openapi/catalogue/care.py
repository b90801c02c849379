"""The operations of what others sign for a client, and of what is asked again before a visit."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import ANYTHING, COUNT, DAY, INSTANT, TEXT, YES, given, listed, nullable, page, taken
from booking.openapi.rules import Operation
from booking.screening import catalogue

V1 = "/api/v1"
CLIENT = ("client",)
SHORT = {"type": "string", "minLength": 1, "maxLength": 120}
LONG = {"type": "string", "minLength": 1, "maxLength": 1000}
VISITS = {"type": "integer", "minimum": 1, "maximum": 100}
PRESCRIBED = {
    "prescriber_name": SHORT,
    "prescriber_npi": {"type": "string", "pattern": "^[0-9]{10}$"},
    "diagnosis": LONG,
    "icd10": {"type": "string", "minLength": 1, "maxLength": 60},
    "treatment": LONG,
    "visits_allowed": VISITS,
    "issued_on": DAY,
    "expires_on": DAY,
}
PRESCRIPTION = given(
    {
        "id": TEXT,
        **PRESCRIBED,
        "frequency": nullable(TEXT),
        "regions": listed(TEXT),
        "visits_used": COUNT,
        "visits_left": COUNT,
        "days_left": COUNT,
        "created_at": INSTANT,
    }
)
SIGNED = {
    "signer_name": SHORT,
    "signer_profession": {"type": "string", "minLength": 1, "maxLength": 60},
    "signed_on": DAY,
    "expires_on": DAY,
    "covers": listed(TEXT),
}
CLEARANCE = given(
    {
        "id": TEXT,
        "status": {"enum": ["asked", "expired", "refused", "submitted", "accepted", "rejected"]},
        "signer_name": TEXT,
        "signer_profession": TEXT,
        "signer_npi": nullable(TEXT),
        "signed_on": nullable(DAY),
        "expires_on": nullable(DAY),
        "covers": listed(TEXT),
        "regions": listed(TEXT),
        "words": nullable(TEXT),
        "by_link": YES,
        "has_file": YES,
        "created_at": INSTANT,
    },
    {
        "decisions": listed(
            given({"provider": TEXT, "decision": {"enum": ["accept", "reject"]}, "note": nullable(TEXT), "decided_at": INSTANT})
        ),
        "client": given({"name": TEXT}),
        "note": nullable(TEXT),
        "decided_at": nullable(INSTANT),
    },
)
READ = given({"at": INSTANT, "who": TEXT, "provider": nullable(TEXT), "what": TEXT, "about": nullable(TEXT)})
ONE = f"{V1}/clearances/<public_id>"

SECTIONS = listed({"enum": [section.code for section in catalogue.form().consent.sections]})
CONSENT_TEXT = given({"version": TEXT, "text": TEXT, "sections": listed(given({"code": TEXT, "text": TEXT, "required": YES}))})
CONSENT = given(
    {
        "state": {"enum": ["current", "outdated", "missing"]},
        "version": nullable(TEXT),
        "accepted_at": nullable(INSTANT),
        "sections": listed(TEXT),
        "areas": {"type": "object", "additionalProperties": YES},
        "today": CONSENT_TEXT,
    }
)

AT_DOOR = given(
    {
        "checked_at": INSTANT,
        "form_version": TEXT,
        "rules_version": TEXT,
        "outcome": {"enum": ["clear", "restricted", "clearance_needed", "stop", None]},
        "advice": nullable(TEXT),
        "cancelled": YES,
    }
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/clearances", "list_clearances",
        "One's own clearances; a therapist's: those of clients with a coming visit, and those sent to them. Each look is written down.",
        "care", ("client", "provider"), answer=page(CLEARANCE), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/clearances", "make_clearance",
        "Send a clearance: as JSON, or as `multipart/form-data` with the document in `file`. It lifts only what it covers, once a "
        "therapist has taken it.", "care", CLIENT,
        taken(SIGNED, {"signer_npi": nullable(TEXT), "regions": nullable(listed(TEXT)), "provider": nullable(TEXT)}), status=201,
        answer=CLEARANCE, errors=(422, 429), creates=True,
    ),
    Operation(
        "POST", f"{V1}/clearances/requests", "ask_for_clearance",
        "Ask a physician by a letter with a link that is good for seven days and one answer.", "care", CLIENT,
        taken(
            {"signer_name": SHORT, "signer_profession": {"type": "string", "minLength": 1, "maxLength": 60}, "email": TEXT,
             "covers": listed(TEXT)},
            {"provider": nullable(TEXT)},
        ), status=201, answer=CLEARANCE, errors=(422, 429), creates=True,
    ),
    Operation(
        "POST", f"{ONE}/decision", "decide_clearance",
        "Take a clearance for one's own visits, or not: a visit that waited for nothing else is confirmed by a yes.", "care", ("provider",),
        taken({"decision": {"type": "string", "enum": ["accept", "reject"]}}, {"note": nullable({"type": "string", "maxLength": 1000})}),
        answer=CLEARANCE, errors=(404, 409),
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/screening", "answer_anew",
        "The health questions once more, before a visit. A stop that the client could not know of calls it off at no cost (`cancelled`); "
        "any stop lets nobody begin or move it. `waits_for` then says whether a clearance is needed.", "care", CLIENT,
        taken({"answers": ANYTHING}, {"region_marks": listed({}), "concerns": listed({})}), status=201, answer=ANYTHING,
        errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/door-check", "ask_at_door",
        "Record that every group of the health questions was asked at the door, once check-in is open. `new` are questions with a yes that "
        "is new: they are kept as answers, and a stop that waives the fee ends the visit (`cancelled`).", "care", ("provider",),
        taken({"asked": listed(TEXT)}, {"new": nullable(listed(TEXT))}), status=201, answer=AT_DOOR, errors=(404, 409, 422, 429),
        creates=True,
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/consent", "show_consent",
        "What was agreed to for a visit, area by area, and whether the text has changed since. A therapist's look is written down.", "care",
        ("client", "provider"), answer=CONSENT, errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/consent", "agree_anew",
        "Agree to the text as it is today. `sections` are the optional ones agreed to as well; a sensitive area that is not among them is "
        "left out. It counts for the other visits to come with the same therapist that need it.", "care", CLIENT,
        taken({"version": {"type": "string", "minLength": 1, "maxLength": 20}, "accepted": YES}, {"sections": nullable(SECTIONS)}),
        status=201, answer=CONSENT, errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/me/access-log", "show_access_log", "Who has read one's health data, and when, the newest first.", "care", CLIENT,
        answer=page(READ),
    ),
    Operation(
        "GET", f"{V1}/prescriptions", "list_prescriptions", "One's own prescriptions, the newest first, and what is left of each.",
        "care", CLIENT, answer=page(PRESCRIPTION),
    ),
    Operation(
        "POST", f"{V1}/prescriptions", "make_prescription",
        "Keep a prescription. Visits booked with it are counted; none is booked past its last visit or its last day.", "care", CLIENT,
        taken(PRESCRIBED, {"frequency": nullable({"type": "string", "maxLength": 120}), "regions": listed(TEXT)}), status=201,
        answer=PRESCRIPTION, errors=(422, 429), creates=True,
    ),
)  # fmt: skip
