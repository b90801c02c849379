"""The operations of series."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import (
    CENTS,
    COUNT,
    DAY,
    INSTANT,
    SETTING,
    TEXT,
    WORDS,
    YES,
    given,
    listed,
    nullable,
    page,
    ref,
    taken,
)  # fmt: skip
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
CLIENT = ("client",)
HELD = given({"id": TEXT, "starts_at": INSTANT, "ends_at": INSTANT, "expires_at": INSTANT, "quote": ref("Quote")})
LENGTH = {"type": "integer", "minimum": 1, "maximum": 480}
OPTION = given({"kind": {"enum": ["other_time", "move", "shorter"]}, "starts_at": INSTANT, "minutes": COUNT})
PLANNED = given(
    {
        "visit": COUNT,
        "on": DAY,
        "state": {"enum": ["free", "clash"]},
        "code": TEXT,
        "detail": TEXT,
        "starts_at": nullable(INSTANT),
        "minutes": COUNT,
        "options": listed(OPTION),
        "reassess": YES,
    }
)
PLAN = given({"provider": TEXT, "visits": listed(PLANNED), "reassess_after": listed(COUNT), "stop_rule": TEXT, "most": TEXT})
SERIES = given(
    {
        "id": TEXT,
        "provider": TEXT,
        "every_days": COUNT,
        "state": {"enum": ["held", "booked", "released", "expired"]},
        "expires_at": nullable(INSTANT),
        "visits": listed(given({"visit": COUNT, "hold": HELD, "appointment": nullable(TEXT), "reassess": YES})),
        "total_cents": CENTS,
        "currency": {"const": "USD"},
        "stop_rule": TEXT,
    }
)
WANTED = taken(
    {
        "provider": WORDS,
        "service": {"type": "string", "minLength": 1, "maxLength": 40},
        "minutes": LENGTH,
        "setting": SETTING,
        "visits": listed(taken({"starts_at": INSTANT}, {"minutes": LENGTH})),
    },
    {"zip": nullable({"type": "string", "maxLength": 10}), "every_days": {"type": "integer", "minimum": 4, "maximum": 28}},
)
ASKED = (
    Query("provider", TEXT, "A provider's slug.", required=True),
    Query("service", TEXT, "A service's code.", required=True),
    Query("minutes", COUNT, "Its length.", required=True),
    Query("setting", SETTING, "Where.", required=True),
    Query("zip", TEXT, "Of visits at the client's place."),
    Query("first", DAY, "The first day.", required=True),
    Query("time", {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}, "The wished time of day.", required=True),
    Query("visits", {"type": "integer", "minimum": 2, "maximum": 8}, "How many; 4 by default."),
    Query("every_days", {"type": "integer", "minimum": 4, "maximum": 28}, "How many days apart; 7 by default."),
    Query("evenings", {"const": "1"}, "Where the wished time is gone, evenings first."),
)

OPERATIONS = (
    Operation(
        "GET", f"{V1}/series/plan", "plan_series", "Every visit of a series with its state and the ways out of each clash.", "series",
        queries=ASKED, answer=PLAN, errors=(404, 422, 429),
    ),
    Operation(
        "GET", f"{V1}/series", "list_series", "One's own series, the newest first.", "series", CLIENT, answer=page(SERIES), errors=(404,)
    ),
    Operation(
        "POST", f"{V1}/series", "create_series",
        "Hold all visits for ten minutes, or none: 409 `series_clash` names each that cannot be had. Booking one of the holds books all.",
        "series", CLIENT, WANTED, status=201, answer=SERIES, errors=(404, 409, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/series/<public_id>", "delete_series", "Give back what is held; booked visits are canceled one by one.", "series",
        CLIENT, status=204, errors=(409,),
    ),
)  # fmt: skip
