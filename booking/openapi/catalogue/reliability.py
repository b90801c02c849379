"""The operations of lateness and of reliability: both sides of a visit, a therapist's own record, the staff's list."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import CENTS, COUNT, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.reliability.rules.lateness import LATEST_MINUTES
from booking.reliability.rules.levels import LONGEST_REASON
from booking.reliability.rules.lines import KINDS, WHYS
from booking.reliability.rules.policies import LEVELS
from providers.limits.rules import LIMITS

V1 = "/api/v1"
DAY = {"type": "string", "format": "date"}
LEVEL = {"type": "string", "enum": list(LEVELS)}
STATEMENT = given(
    {
        "side": {"type": "string", "enum": ["client", "provider"]}, "minutes": COUNT, "said_at": INSTANT, "given_minutes": nullable(COUNT),
        "back_cents": CENTS,
    }
)  # fmt: skip
BEGINNING = given(
    {
        "appointment": TEXT, "may_say": YES, "until": INSTANT, "counted_minutes": COUNT, "differ": YES, "statements": listed(STATEMENT),
        "currency": TEXT,
    }
)  # fmt: skip
SUMS = {
    "level": LEVEL, "level_words": TEXT, "limit": nullable({"type": "string", "enum": list(LIMITS)}), "points": COUNT,
    "lines_counted": COUNT, "visits_kept": COUNT, "percent": COUNT, "lifted_until": nullable(DAY),
}  # fmt: skip
LINE = given(
    {
        "kind": {"type": "string", "enum": list(KINDS)}, "at": INSTANT, "appointment": TEXT, "reference": TEXT,
        "why": {"type": "string", "enum": list(WHYS)}, "detail": TEXT, "counts": YES, "points": COUNT, "minutes": nullable(COUNT),
        "counts_until": DAY,
    }
)  # fmt: skip
STEP = given({"level": LEVEL, "at": INSTANT, "points": COUNT, "lines_counted": COUNT, "visits_kept": COUNT, "policy_version": COUNT})
LIFT = given({"reason": TEXT, "until": DAY, "at": INSTANT})
POLICY = given(
    {
        "version": COUNT, "effective_from": DAY, "reason": TEXT, "window_days": COUNT, "late_notice_hours": COUNT,
        "late_from_minutes": COUNT, "very_late_from_minutes": COUNT, "excused_a_year": COUNT, "points": {"type": "object"},
        "levels": listed(given({"level": LEVEL, "points": COUNT, "percent": COUNT})),
    }
)  # fmt: skip
RECORD = given({**SUMS, "from": DAY, "until": DAY, "lines": listed(LINE), "steps": listed(STEP), "lifts": listed(LIFT), "policy": POLICY})
ROW = given({"slug": TEXT, "name": TEXT, "state": TEXT, **SUMS})
SIDES = ("client", "provider")

OPERATIONS = (
    Operation(
        "GET", f"{V1}/appointments/<public_id>/lateness", "show_lateness", "What both sides say of a visit's beginning.", "appointments",
        SIDES, answer=BEGINNING, errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/appointments/<public_id>/lateness", "say_late",
        "Say how many minutes late the therapist was (0: on time), once a side, from the start until 48 hours after the end; the minutes "
        "given may be added later. By the therapist's own word the price is for the minutes given.",
        "appointments", SIDES,
        taken({"minutes": {"type": "integer", "minimum": 0, "maximum": LATEST_MINUTES}},
              {"given_minutes": nullable({"type": "integer", "minimum": 0, "maximum": 1440})}),
        status=201, answer=BEGINNING, errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/provider/reliability", "show_own_reliability", "One's own record: every line, and why it counts.", "provider",
        ("provider",), answer=RECORD,
    ),
)  # fmt: skip
ADMIN_OPERATIONS = (
    Operation(
        "GET", f"{V1}/admin/reliability", "list_reliability", "Providers on whose record something stands.", "admin", ("admin",),
        answer=given({"items": listed(ROW), "next": nullable(TEXT)}),
    ),
    Operation(
        "GET", f"{V1}/admin/reliability/<slug>", "show_reliability", "One provider's record.", "admin", ("admin",), answer=RECORD,
        errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/admin/reliability/<slug>/lift", "lift_reliability_limit",
        "Let no limit rest on a provider until the end of a New York day, at most 90 days ahead.", "admin", ("admin",),
        taken({"reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}, "until_on": DAY}), answer=RECORD,
        errors=(404, 422),
    ),
)  # fmt: skip
