"""The operations of outcomes."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query
from booking.outcomes.rules.measures import LONGEST_ACTIVITY, MEASURES

V1 = "/api/v1"
SIDES = ("client", "provider")
CODE = {"type": "string", "enum": list(MEASURES)}
VALUE = {"type": "number"}
LABEL = {"type": "string", "maxLength": LONGEST_ACTIVITY}
AT_VISIT = Query("appointment", TEXT, "One visit; needed of a therapist, who sees what its client has noted.")
OUTCOME = given(
    {
        "id": TEXT,
        "measure": CODE,
        "label": nullable(TEXT),
        "value": VALUE,
        "taken_at": INSTANT,
        "by": {"enum": ["client", "provider"]},
        "appointment": nullable(TEXT),
    }
)
MEASURE = given(
    {
        "code": CODE,
        "title": TEXT,
        "question": nullable(TEXT),
        "low": VALUE,
        "high": VALUE,
        "step": VALUE,
        "unit": TEXT,
        "labels": nullable(listed(TEXT)),
        "by_client": YES,
        "source": TEXT,
    }
)
TREND = given(
    {
        "measure": CODE,
        "label": nullable(TEXT),
        "unit": TEXT,
        "better": {"enum": ["lower", "higher"]},
        "points": listed(given({"on": DAY, "value": VALUE})),
        "first": nullable(VALUE),
        "last": nullable(VALUE),
        "change": nullable(VALUE),
        "matters": nullable(YES),
        "way": {"enum": ["better", "worse", "same", None]},
        "size": {"enum": ["small", "medium", "large", None]},
    }
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/outcomes", "list_outcomes",
        "What was measured, newest first, what a client is asked for now, and the measures there are.", "care", SIDES,
        queries=(AT_VISIT,), answer=given({"outcomes": listed(OUTCOME), "asked": listed(CODE), "measures": listed(MEASURE)}),
        errors=(404, 422),
    ),
    Operation(
        "POST", f"{V1}/outcomes", "take_outcome",
        "Keep one value. Of several on one day the last counts. Pain without a label is pain now; an activity is named in one's own words.",
        "care", SIDES, taken({"measure": CODE, "value": VALUE}, {"label": nullable(LABEL), "appointment": nullable(TEXT)}), status=201,
        answer=OUTCOME, errors=(404, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/outcomes/trend", "show_trend",
        "One measure over time: the change in its units, and whether it is one that matters; null where no figure says so.", "care", SIDES,
        queries=(
            Query("measure", CODE, "Which.", required=True),
            Query("label", TEXT, "Of what; without one pain now, or the mean of all activities."),
            AT_VISIT,
        ),
        answer=TREND, errors=(404, 422),
    ),
)  # fmt: skip
