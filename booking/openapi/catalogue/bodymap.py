"""The operations of the pain map."""

from __future__ import annotations

from booking.bodymap.rules import DEPTHS, LONGEST_NOTE, LONGEST_REMARK, MOST_INTENSITY, QUALITIES, REGIONS
from booking.openapi.catalogue.schemas import INSTANT, TEXT, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
REGION = {"type": "string", "enum": list(REGIONS)}
INTENSITY = {"type": "integer", "minimum": 0, "maximum": MOST_INTENSITY}
QUALITY = {"type": "string", "enum": list(QUALITIES)}
DEPTH = {"type": "string", "enum": list(DEPTHS)}
MORE = {"note": {"type": "string", "maxLength": LONGEST_NOTE}, "depth": nullable(DEPTH), "radiates_to": nullable(REGION)}
MARK = taken({"region": REGION, "intensity": INTENSITY, "quality": QUALITY}, {**MORE, "note": nullable(MORE["note"])})
MARKS = {"type": "array", "items": MARK, "maxItems": len(REGIONS)}
KEPT = given({"region": REGION, "intensity": INTENSITY, "quality": QUALITY, **MORE})
MAP = given({"id": TEXT, "taken_at": INSTANT, "appointment": nullable(TEXT), "note": TEXT, "marks": listed(KEPT)})
CHANGE = given(
    {
        "region": REGION,
        "before": nullable(INTENSITY),
        "after": nullable(INTENSITY),
        "way": {"type": "string", "enum": ["new", "gone", "less", "more", "same"]},
    }
)
AT_VISIT = given({"map": nullable(MAP), "before": nullable(MAP), "changes": listed(CHANGE), "left_out": listed(REGION)})
REMARK = {"type": "string", "maxLength": LONGEST_REMARK}
LIMIT = {"type": "integer", "minimum": 1, "maximum": 50}

OPERATIONS = (
    Operation(
        "GET", f"{V1}/me/pain-map", "list_pain_maps", "One's own pain maps, the newest first; an older one is never changed.", "care",
        ("client",), queries=(Query("limit", LIMIT, "At most so many, 20 unless told."), Query("cursor", TEXT, "Where the page begins.")),
        answer=given({"items": listed(MAP), "next": nullable(TEXT)}), errors=(400, 422),
    ),
    Operation(
        "POST", f"{V1}/me/pain-map", "draw_pain_map",
        "Keep how it hurts now as a new map, for a visit or for none. A region is marked once; no marks mean that nothing hurts.", "care",
        ("client",), taken({"marks": MARKS}, {"note": nullable(REMARK), "appointment": nullable(TEXT)}), status=201, answer=MAP,
        errors=(404, 422, 429), creates=True,
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/pain-map", "show_pain_map_of_visit",
        "The map that counts at a visit (drawn for it, else the newest), the one before it, what changed, and the regions left out. A "
        "therapist's look is written down, and the client sees it.",
        "care", ("client", "provider"), answer=AT_VISIT, errors=(404,),
    ),
)  # fmt: skip
