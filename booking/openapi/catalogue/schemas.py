"""The shapes that the API takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking.ledger.rules.entries import HOW

TEXT: dict[str, Any] = {"type": "string"}
WORDS: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
CENTS: dict[str, Any] = {"type": "integer", "minimum": 0}
AMOUNT: dict[str, Any] = {"type": "integer"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
YES: dict[str, Any] = {"type": "boolean"}
INSTANT: dict[str, Any] = {"type": "string", "format": "date-time"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
ZIP: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{5}$"}
CLOCK: dict[str, Any] = {"type": "string", "pattern": "^([01][0-9]|2[0-4]):[0-5][0-9]$"}
SETTING: dict[str, Any] = {"type": "string", "enum": ["clinic", "home", "office", "hotel"]}
# Where visits are, and the phone, which only an introductory call has.
ANY_SETTING: dict[str, Any] = {"type": "string", "enum": [*SETTING["enum"], "phone"]}
# How somebody paid the therapist.
WAY: dict[str, Any] = {"enum": list(HOW)}
ANYTHING: dict[str, Any] = {"type": "object"}


def nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def listed(schema: Mapping[str, Any], **limits: int) -> dict[str, Any]:
    """A list of the schema."""
    return {"type": "array", "items": dict(schema), **limits}


def ref(name: str) -> dict[str, Any]:
    """A named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def given(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the API gives: `required` is always there; more may come."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def taken(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the API takes: unknown fields are refused."""
    return {**given(required, optional), "additionalProperties": False}


def page(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A list with the cursor of the next one."""
    return given({"items": listed(schema), "next": nullable(TEXT)})


LINE = given({"code": TEXT, "label": TEXT, "amount_cents": AMOUNT, "rule": TEXT, "uses_personal_data": YES})
STEP = given({"until": INSTANT, "fee_percent": COUNT, "fee_cents": CENTS})
AGREED = given({"summary": TEXT, "steps": listed(STEP), "grace_until": nullable(INSTANT), "no_show_percent": COUNT, "late_minutes": COUNT})
QUOTE = given(
    {
        "lines": listed(LINE),
        "subtotal_cents": CENTS,
        "tax_cents": CENTS,
        "total_cents": CENTS,
        "currency": {"const": "USD"},
        "terms": AGREED,
        "valid_until": INSTANT,
    }
)
WISH = taken(
    {
        "provider": WORDS,
        "service": {"type": "string", "minLength": 1, "maxLength": 40},
        "minutes": {"type": "integer", "minimum": 1, "maximum": 480},
        "setting": ANY_SETTING,
        "starts_at": INSTANT,
    },
    {
        "zip": nullable({"type": "string", "maxLength": 10}),
        "add_ons": nullable(listed({"type": "string", "minLength": 1, "maxLength": 200}, maxItems=12)),
    },
)
ADD_ON = given({"code": TEXT, "name": TEXT, "minutes": COUNT, "price_cents": CENTS})
APPOINTMENT = given(
    {
        "id": TEXT,
        "reference": TEXT,
        "status": {"enum": ["requested", "confirmed", "checked_in", "completed", "cancelled", "no_show", "expired"]},
        "provider": given({"slug": TEXT, "name": TEXT}),
        "service": TEXT,
        "minutes": COUNT,
        "setting": ANY_SETTING,
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "add_ons": listed(ADD_ON),
        "quote": QUOTE,
        "terms": AGREED,
        "paid_cents": CENTS,
        "due_cents": CENTS,
        "calendar_url": TEXT,
        "sequence": COUNT,
        "series": nullable(given({"id": TEXT, "number": COUNT, "of": COUNT})),
        "attention": listed(TEXT),
        "waits_for": listed({"enum": ["provider", "clearance"]}),
    }
)
VERDICT = given(
    {
        "allowed": YES,
        "reason": TEXT,
        "fee_cents": CENTS,
        "refund_cents": CENTS,
        "tier": TEXT,
        "as_of": INSTANT,
        "next_change_at": nullable(INSTANT),
        "waived_cents": CENTS,
        "credit_cents": CENTS,
        "waivers": listed(given({"reason": TEXT, "left": COUNT, "year": COUNT})),
    }
)
ALTERNATIVE = given({"reason": TEXT, "words": TEXT, "provider_name": TEXT, "total_cents": nullable(CENTS), "wish": WISH})
# Of a hold whole wishes; of a move the starts alone, since nothing else of the visit changes.
INSTEAD = {"anyOf": [{"$ref": "#/components/schemas/Alternative"}, given({"starts_at": INSTANT})]}
PROBLEM = given(
    {"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT, "code": TEXT},
    {"errors": listed(given({"field": TEXT, "message": TEXT})), "alternatives": listed(INSTEAD)},
)
RATING = given({"mean": nullable({"type": "number"}), "count": COUNT})
STARTS = listed(INSTANT)
EVENING_STAFFING = {"enum": ["full_time", "part_time", "rotating", "mixed", None]}
PROVIDER_KIND = {"type": "string", "enum": ["trained_lmt", "clinic_team", "physical_therapist", "referral_lmt"]}
INSURANCE_WAY = {"enum": ["accepts", "out_of_network", "superbill"]}
INSURANCE_ENTRY = given({"carrier": TEXT, "carrier_name": TEXT, "way": INSURANCE_WAY, "plans": listed(TEXT), "plan_names": listed(TEXT)})
INSURANCE = given({"stated_on": nullable(DAY), "coverage": {"const": "unknown"}, "note": TEXT, "entries": listed(INSURANCE_ENTRY)})
FOUND = given(
    {
        "slug": TEXT,
        "name": TEXT,
        "distance_meters": nullable({"type": "number"}),
        "price_cents": CENTS,
        "rating": RATING,
        "badges": listed(ANYTHING),
        "settings": listed(ANY_SETTING),
        "reasons": listed(ANYTHING),
        "starts": {**STARTS, "maxItems": 3},
        "more_starts": {"type": ["boolean", "integer"]},
        "confirmation": {"enum": ["instant", "request"]},
        "kinds": listed(PROVIDER_KIND),
        "evening_staffing": EVENING_STAFFING,
        "evening_staffing_since": nullable(DAY),
    },
    {"insurance": INSURANCE},
)
PROVIDER = given(
    {
        "slug": TEXT,
        "name": TEXT,
        "headline": TEXT,
        "about": TEXT,
        "gender": TEXT,
        "languages": listed(TEXT),
        "settings": listed(SETTING),
        "rating": RATING,
        "services": listed(
            given(
                {
                    "code": TEXT,
                    "name": TEXT,
                    "techniques": listed(TEXT),
                    "minutes": ANYTHING,
                    "settings": listed(ANY_SETTING),
                    "first_visit_only": YES,
                    "by_request": nullable(given({"settings": listed(SETTING), "new_clients_only": YES, "answer_hours": COUNT})),
                    "add_ons": listed(ADD_ON),
                }
            )
        ),
        "insurance": INSURANCE,
        "first_visits": given(
            {"online": YES, "payment": nullable(TEXT), "least_minutes": nullable(COUNT), "most_minutes": nullable(COUNT)}
        ),
        "call": nullable(given({"service": TEXT, "minutes": COUNT, "setting": {"const": "phone"}, "price_cents": CENTS})),
        "credentials": listed(
            given(
                {
                    "kind": TEXT,
                    "title": TEXT,
                    "issuer": TEXT,
                    "status": TEXT,
                    "verified_on": nullable(DAY),
                    "valid_until": nullable(DAY),
                    "source": nullable(TEXT),
                    "checked_by": nullable(TEXT),
                }
            )
        ),
        "terms": ANYTHING,
        "places": listed(ANYTHING),
        "profession": TEXT,
        "kinds": listed(PROVIDER_KIND),
        "evening_staffing": EVENING_STAFFING,
        "evening_staffing_since": nullable(DAY),
        "collaborations": listed(ANYTHING),
        "continuity": nullable(given({"repeat_clients": COUNT, "same_provider_percent": COUNT, "since": DAY})),
        "answers": listed(given({"code": TEXT, "question": TEXT, "answer": TEXT, "answered_on": nullable(DAY)})),
    },
    {
        "away": given(
            {"from": INSTANT, "until": INSTANT, "message": nullable(TEXT), "colleague": nullable(given({"slug": TEXT, "name": TEXT}))}
        )
    },
)
ME = given({"id": TEXT, "name": TEXT, "email": TEXT, "role": {"enum": ["client", "provider", "admin"]}, "confirmed": YES})
BLOCK = given({"id": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "note": nullable(TEXT)})

SCHEMAS: dict[str, dict[str, Any]] = {
    "Problem": PROBLEM,
    "Alternative": ALTERNATIVE,
    "Wish": WISH,
    "Quote": QUOTE,
    "Appointment": APPOINTMENT,
    "Cancellation": VERDICT,
    "Provider": PROVIDER,
    "FoundProvider": FOUND,
    "Me": ME,
    "Block": BLOCK,
}
