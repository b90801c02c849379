"""The operations of what others sign for a client, and of what is asked again before a visit."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import COUNT, DAY, INSTANT, TEXT, given, listed, nullable, page, taken
from booking.openapi.rules import Operation

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

OPERATIONS = (
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
