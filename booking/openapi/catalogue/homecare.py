"""The operations of home care and the journal."""

from __future__ import annotations

from booking.homecare.rules.journal import LONGEST_NOTE, SCALES
from booking.homecare.rules.programs import KINDS, LONGEST_TEXT, MOST_ITEMS, MOST_TIMES
from booking.openapi.catalogue.schemas import DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query

V1 = "/api/v1"
PROGRAM_PATH = f"{V1}/appointments/<public_id>/home-program"
SIDES = ("client", "provider")
KIND = {"type": "string", "enum": list(KINDS)}
WORDS = {"type": "string", "maxLength": LONGEST_TEXT}
MINUTES = {"type": "integer", "minimum": 1, "maximum": 60}
TIMES = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
SCALE = {"type": "integer", "minimum": 0, "maximum": 10}
HOW = {"minutes": nullable(MINUTES), "times_a_day": nullable(TIMES), "until_on": nullable(DAY)}
ITEM = taken({"kind": KIND}, {"words": nullable(WORDS), **HOW})
ITEMS = {"type": "array", "items": ITEM, "minItems": 1, "maxItems": MOST_ITEMS}
KEPT_ITEM = given({"kind": KIND, "words": TEXT, **HOW})
PROGRAM = given(
    {"id": TEXT, "appointment": TEXT, "provider": TEXT, "given_at": INSTANT, "swollen": YES, "items": listed(KEPT_ITEM)},
)
ENTRY = given({"id": TEXT, "on": DAY, **{name: nullable(SCALE) for name in SCALES}, "note": TEXT, "written_at": INSTANT})
NOTE = {"type": "string", "maxLength": LONGEST_NOTE}
NEW_ENTRY = {"on": nullable(DAY), **{name: nullable(SCALE) for name in SCALES}, "note": nullable(NOTE)}

OPERATIONS = (
    Operation("GET", PROGRAM_PATH, "show_home_program", "What was left for home at a visit.", "care", SIDES, answer=PROGRAM, errors=(404,)),
    Operation(
        "PUT", PROGRAM_PATH, "give_home_program",
        "Leave something to do at home; a letter that says nothing of it tells the client. Heat and ice are for twenty minutes at most.",
        "care", ("provider",), taken({"items": ITEMS}, {"swollen": nullable(YES)}), answer=PROGRAM, errors=(404, 422, 429),
    ),
    Operation(
        "GET", f"{V1}/journal", "show_journal",
        "One's own journal; for a therapist what the client of a visit wrote since the visit before.", "care", SIDES,
        queries=(Query("appointment", TEXT, "The visit; needed of a therapist."),), answer=given({"items": listed(ENTRY)}),
        errors=(404, 422),
    ),
    Operation(
        "POST", f"{V1}/journal", "write_journal", "Write an entry; without a day it is about today.", "care", ("client",),
        taken({}, NEW_ENTRY), status=201, answer=ENTRY, errors=(422, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/journal/<public_id>", "remove_journal_entry", "Remove an entry for good.", "care", ("client",), status=204,
        errors=(404,),
    ),
)  # fmt: skip
