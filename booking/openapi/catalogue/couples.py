"""The operations of two people side by side."""

from __future__ import annotations

from booking.openapi.catalogue.baskets import HELD
from booking.openapi.catalogue.schemas import ANYTHING, CENTS, COUNT, INSTANT, SETTING, TEXT, WORDS, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
CLIENT = ("client",)
WAITS = listed({"enum": ["clearance", "provider", "health_answers", "other_visit"]})
STANDS = given({"status": TEXT, "starts_at": INSTANT, "waits_for": WAITS})
NAMED = given({"slug": TEXT, "name": TEXT})
HALF = given(
    {
        "own": YES,
        "provider": NAMED,
        "service": TEXT,
        "minutes": COUNT,
        "setting": SETTING,
        "hold": HELD,
        "appointment": nullable(TEXT),
        "visit": nullable(STANDS),
    }
)
COUPLE = given(
    {
        "id": TEXT,
        "state": {"enum": ["held", "booked", "released", "expired"]},
        "expires_at": nullable(INSTANT),
        "visits": listed(HALF),
        "total_cents": CENTS,
        "currency": {"const": "USD"},
    }
)
PAIR = given(
    {
        "providers": listed(given({"slug": TEXT, "name": TEXT, "service": TEXT})),
        "setting": SETTING,
        "minutes": COUNT,
        "zip": nullable(TEXT),
        "starts": listed(given({"starts_at": INSTANT, "price_cents": listed(CENTS)})),
        "more_starts": YES,
        "currency": {"const": "USD"},
    }
)
CHOSEN = taken({"provider": WORDS, "service": {"type": "string", "minLength": 1, "maxLength": 40}})
WANTED = taken(
    {
        "own": CHOSEN,
        "other": CHOSEN,
        "guest": taken({"name": {"type": "string", "minLength": 1, "maxLength": 120}, "email": {"type": "string", "maxLength": 254}}),
        "minutes": {"type": "integer", "minimum": 1, "maximum": 480},
        "setting": SETTING,
        "starts_at": INSTANT,
    },
    {"zip": nullable({"type": "string", "maxLength": 10})},
)
ANSWERS = taken(
    {
        "key": {"type": "string", "minLength": 1, "maxLength": 100},
        "answers": ANYTHING,
        "consent": taken({"version": TEXT, "accepted": YES}, {"sections": listed(TEXT)}),
    },
    {"region_marks": listed({})},
)
SEARCH = (
    Query("near", TEXT, "A ZIP code, a neighborhood, an address, or `lat,lon`."),
    Query("radius_km", {"type": "number", "exclusiveMinimum": 0, "maximum": 50}, "How far a clinic may be; 5 by default."),
    Query("from", TEXT, "A date or an instant with an offset."),
    Query("to", TEXT, "A date or an instant with an offset, at most 60 days later."),
    Query("part", listed({"type": "string", "enum": ["morning", "afternoon", "evening", "late"]}), "Parts of each day."),
    Query("minutes", {"type": "integer", "minimum": 15, "maximum": 240}, "The length of both visits; 60 by default."),
    Query("setting", SETTING, "Where: one setting.", required=True),
    Query("gender", listed(TEXT), "The therapists' gender."),
    Query("language", listed(TEXT), "A language that both speak."),
    Query("limit", {"type": "integer", "minimum": 1, "maximum": 50}, "How many pairs; 20 by default."),
    Query("provider", TEXT, "A slug: only pairs with this therapist, who is named first."),
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/couples/openings", "search_pairs",
        "Two therapists who are free at the same start in one place, the soonest pairs first. Every start can be held at this moment.",
        "couples", queries=SEARCH, answer=given({"time_zone": TEXT, "items": listed(PAIR), "next": nullable(TEXT)}), errors=(422, 429),
    ),
    Operation(
        "POST", f"{V1}/couples", "create_couple",
        "Hold two visits side by side, or neither; `visit` of a refusal says which one (1: own, 2: other) cannot be. `POST /appointments` "
        "with the first hold books both: they are confirmed at the same moment, once the other person has answered the health questions "
        "by the link of their own letter, or both end at no cost. Moving one moves both.",
        "couples", CLIENT, WANTED, status=201, answer=COUPLE, errors=(404, 409, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/couples/<public_id>", "show_couple", "How both stand; never what the other person has answered.", "couples", CLIENT,
        answer=COUPLE, errors=(404,),
    ),
    Operation(
        "DELETE", f"{V1}/couples/<public_id>", "delete_couple", "Give both held times back.", "couples", CLIENT, status=204, errors=(409,)
    ),
    Operation(
        "POST", f"{V1}/couples/answers", "answer_for_two",
        "The other person's own answers and consent, by the secret of the link in their letter.",
        "couples", body=ANSWERS,
        answer=given({"outcome": TEXT, "status": TEXT, "starts_at": INSTANT, "waits_for": WAITS}, {"advice": TEXT}),
        errors=(404, 409, 422, 429),
    ),
)  # fmt: skip
