"""The operation of the matcher."""

from __future__ import annotations

from booking.matching.catalogue import tables
from booking.openapi.catalogue.schemas import COUNT, TEXT, YES, given, listed, nullable
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
CONDITION = {"type": "string", "enum": list(tables().conditions)}
TECHNIQUE = {"type": "string", "enum": list(tables().techniques)}
GOAL = {"type": "string", "enum": list(tables().goals)}
REASON = given({"to": {"enum": ["condition", "goal"]}, "strength": {"enum": [3, 2, 1]}, "words": TEXT, "basis": TEXT})
MATCH = given(
    {
        "condition": nullable(CONDITION),
        "technique": TECHNIQUE,
        "pressure_level": COUNT,
        "reasons": listed(REASON),
        "first": listed(TEXT),
        "gentlest": YES,
        "providers": COUNT,
        "certified": COUNT,
        "search": TEXT,
    }
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/match", "match",
        "What goes with a condition, a technique, an aim, why, and what comes first; without any of them every pair there is. A strength "
        "says how firmly guides (3, 2) or custom (1) tie two things, never how well anything works.",
        "search",
        queries=(
            Query("condition", CONDITION, "A condition; what goes with it but not with the aim stands in `besides`."),
            Query("technique", TECHNIQUE, "A technique."),
            Query("goal", GOAL, "An aim."),
        ),
        answer=given(
            {
                "version": TEXT,
                "condition": nullable(CONDITION),
                "technique": nullable(TECHNIQUE),
                "goal": nullable(GOAL),
                "items": listed(MATCH),
                "besides": listed(MATCH),
                "gentler": nullable(TEXT),
                "first": listed(TEXT),
                "research": listed(given({"words": TEXT, "source": TEXT, "address": TEXT})),
                "no_promise": TEXT,
            }
        ),
        errors=(422, 429),
    ),
)  # fmt: skip
