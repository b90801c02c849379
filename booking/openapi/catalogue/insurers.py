"""What a provider states about insurers: the shapes and the operations."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import COUNT, DAY, INSURANCE_WAY, TEXT, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query
from providers.insurers.catalogue import table

V1 = "/api/v1"
CARRIER = {"type": "string", "enum": list(table().carriers)}
PLAN = {"type": "string", "enum": list(table().plans)}
ENTRY = {"carrier": TEXT, "way": INSURANCE_WAY, "plans": listed(TEXT)}
STATED = given(
    {"version": COUNT, "catalog": TEXT, "stated_on": nullable(DAY), "coverage": {"const": "unknown"}, "entries": listed(given(ENTRY))}
)
NEW = taken({"entries": listed(taken({"carrier": CARRIER, "way": INSURANCE_WAY}, {"plans": listed(PLAN)}), maxItems=60)})

SEARCH = (
    Query(
        "carrier", listed(CARRIER), "Has stated to deal with this insurer, in any way; coverage stays unknown until the insurer answers."
    ),
    Query("plan", listed(PLAN), "Has stated so for this kind of plan; with `carrier` in one line together."),
)
OPERATIONS = (
    Operation(
        "GET", f"{V1}/provider/insurance", "show_insurance", "With which insurers one says one deals, how, and since which day.", "desk",
        ("provider",), answer=STATED,
    ),
    Operation(
        "PUT", f"{V1}/provider/insurance", "change_insurance",
        "State it anew, as of today; the same lines once more are a new statement. No line: one deals with no insurer.", "desk",
        ("provider",), NEW, answer=STATED, errors=(404,),
    ),
)  # fmt: skip
