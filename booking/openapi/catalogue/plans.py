"""The operations of plans, pauses and what is had by plan alone."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.outcomes.rules.measures import LONGEST_ACTIVITY, MEASURES
from booking.plans.rules.course import STATES
from booking.plans.rules.judging import DECISIONS, HELPS, NO_CHANGE, UNMEASURED
from booking.plans.rules.referring import LONGEST_LETTER, LONGEST_REASON
from booking.plans.rules.written import LONGEST_HOME, LONGEST_WORDS, MOST_EVERY, MOST_GOALS, MOST_VISITS

V1 = "/api/v1"
PLAN_PATH = f"{V1}/appointments/<public_id>/plan"
POLICY_PATH = f"{V1}/provider/plan-policy"
SIDES = ("client", "provider")
NUMBER = {"type": "number"}
MEASURE = {"type": "string", "enum": list(MEASURES)}
GOAL_WORDS = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORDS}
LABEL = {"type": "string", "maxLength": LONGEST_ACTIVITY}
GOAL = taken({"words": GOAL_WORDS, "measure": MEASURE}, {"label": nullable(LABEL), "target": nullable(NUMBER)})
SETTING = {"type": "string", "enum": ["clinic", "home", "office", "hotel"]}
VISITS = {"type": "integer", "minimum": 1, "maximum": MOST_VISITS}
DAYS = {"type": "integer", "minimum": 1, "maximum": MOST_EVERY}
MINUTES = {"type": "integer", "minimum": 1, "maximum": 480}
CODE = {"type": "string", "minLength": 1, "maxLength": 40}
HOME = {"type": "string", "maxLength": LONGEST_HOME}
REASON = {"type": "string", "maxLength": LONGEST_REASON}
LETTER = {"type": "string", "maxLength": LONGEST_LETTER}
WRITTEN = taken(
    {"goals": {"type": "array", "items": GOAL, "minItems": 1, "maxItems": MOST_GOALS}, "visits": VISITS},
    {
        "every_days": nullable(DAYS), "review_after": nullable(VISITS), "home": nullable(HOME), "service": nullable(CODE),
        "minutes": nullable(MINUTES), "setting": nullable(SETTING),
    },
)  # fmt: skip
KEPT_GOAL = {"words": TEXT, "measure": MEASURE, "label": nullable(TEXT), "target": nullable(NUMBER)}
ESTIMATE = given(
    {
        "service": TEXT, "minutes": COUNT, "setting": TEXT, "each_cents": CENTS, "visits": COUNT, "total_cents": CENTS, "currency": TEXT,
        "as_of": INSTANT, "promise": YES,
    }
)  # fmt: skip
VERSION = given(
    {
        "number": COUNT, "accepted": YES, "written_at": INSTANT, "goals": listed(given(KEPT_GOAL)), "home": TEXT, "visits": COUNT,
        "every_days": COUNT, "review_after": COUNT, "estimate": ESTIMATE,
    }
)  # fmt: skip
NAMED = given({"slug": TEXT, "name": TEXT})
LINE = {
    "id": TEXT, "state": {"type": "string", "enum": list(STATES)}, "provider": NAMED, "client": given({"name": TEXT}), "visits_done": COUNT,
    "visits_booked": COUNT, "visits_expected": COUNT, "every_days": COUNT, "review_after": COUNT, "next_review": COUNT, "review_due": YES,
    "begun_at": INSTANT, "ended_at": nullable(INSTANT),
}  # fmt: skip
STEP = given({"kind": TEXT, "version": COUNT, "done": COUNT, "at": INSTANT, "words": nullable(TEXT)})
WHOLE = {**LINE, "version": VERSION, "in_force": nullable(COUNT), "steps": listed(STEP)}
SEEN = given({**KEPT_GOAL, "trend": {"type": "object"}, "improved": nullable(YES), "reached": nullable(YES)})
FOUND = {"type": "string", "enum": [HELPS, NO_CHANGE, UNMEASURED]}
OPENED = given({**WHOLE, "goals_seen": listed(SEEN), "verdict": FOUND, "letter_draft": TEXT})
# A therapist's list is without a word of what the plans say.
ANY_PLAN = given(LINE, {name: shape for name, shape in WHOLE.items() if name not in LINE})
ENDS = {"type": "string", "enum": ["resumed", "called_off"]}
PAUSE = given(
    {
        "id": TEXT, "provider": NAMED, "words": TEXT, "letter": TEXT, "begun_at": INSTANT, "ended_at": nullable(INSTANT),
        "ended_how": nullable(ENDS), "appointments": listed(TEXT),
    }
)  # fmt: skip
POLICY = given({"services": listed(TEXT)})

OPERATIONS = (
    Operation(
        "GET", PLAN_PATH, "show_plan", "The plan of the client of a visit: goals as they stand, and what has to be decided.", "care",
        ("provider",), answer=OPENED, errors=(404,),
    ),
    Operation(
        "PUT", PLAN_PATH, "write_plan",
        "Write a plan at a visit or after it, or write it anew; the client is asked for a yes. The estimate is no promise.",
        "care", ("provider",), WRITTEN, answer=OPENED, errors=(404, 409, 422, 429),
    ),
    Operation(
        "GET", f"{V1}/plans", "list_plans", "One's own plans; a therapist reads here how far they have come, and no word of them.", "care",
        SIDES, answer=given({"items": listed(ANY_PLAN), "next": nullable(TEXT)}),
    ),
    Operation(
        "POST", f"{V1}/plans/<public_id>/accept", "accept_plan", "Say yes to the version that was shown.", "care", ("client",),
        taken({"version": {"type": "integer", "minimum": 1}}), answer=given(WHOLE), errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{V1}/plans/<public_id>/decision", "decide_plan",
        "Go on at a point of review (with a reason where nothing has improved), or end the plan.", "care", ("provider",),
        taken({"decision": {"type": "string", "enum": list(DECISIONS)}}, {"words": nullable(REASON)}), answer=given(LINE),
        errors=(404, 409, 422),
    ),
    Operation(
        "GET", f"{V1}/pauses", "list_care_pauses", "What one's therapists have paused.", "care", ("client",),
        answer=given({"items": listed(PAUSE), "next": nullable(TEXT)}),
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/pause", "pause_care",
        "Refer back: pause the coming visits of the client of a visit. Times are kept, nothing begins, leaving is free.", "care",
        ("provider",), taken({"words": {**REASON, "minLength": 1}}, {"letter": nullable(LETTER)}), status=201, answer=PAUSE,
        errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "POST", f"{V1}/pauses/<public_id>/end", "end_care_pause", "Let the visits take place again, or call them off at no cost.", "care",
        ("provider",), taken({"how": ENDS}), answer=PAUSE, errors=(404, 409, 422),
    ),
    Operation(
        "GET", POLICY_PATH, "show_plan_policy", "Of which services several visits are had by plan alone.", "care", ("provider",),
        answer=POLICY,
    ),
    Operation(
        "PUT", POLICY_PATH, "put_plan_policy", "Say of which services packages and series are had by plan alone.", "care", ("provider",),
        taken({"services": {"type": "array", "items": CODE, "maxItems": 50}}), answer=POLICY, errors=(422,),
    ),
)  # fmt: skip
