"""The operations of notes of visits."""

from __future__ import annotations

from typing import Any

from booking.notes.actions.sign import LONGEST_ADDENDUM
from booking.notes.forms.reading import PRESSURE_WORDS
from booking.notes.rules.carrying import CARRIED
from booking.notes.rules.content import (
    LONGEST_NAME,
    LONGEST_RESULT,
    LONGEST_TEXT,
    MOST_MINUTES,
    MOST_MOTIONS,
    MOST_TECHNIQUES,
    MOST_TESTS,
    RESULTS,
    STEPS,
    TEST_SIDES,
    TEXTS,
)
from booking.notes.rules.movements import JOINTS, MOST_DEGREES, MOVES, SIDES
from booking.openapi.catalogue.schemas import INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.screening import catalogue
from providers.services import catalogue as services

PATH = "/api/v1/appointments/<public_id>/note"
SIDES_OF_A_VISIT, THERAPIST = ("client", "provider"), ("provider",)


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def _up_to(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


WORDS = _up_to(LONGEST_TEXT)
MINUTES = {"type": "integer", "minimum": 1, "maximum": MOST_MINUTES}
REGIONS = listed(_one_of(*catalogue.body_map().names))
READING = {"joint": _one_of(*JOINTS), "movement": _one_of(*MOVES), "degrees": {"type": "integer", "minimum": 0, "maximum": MOST_DEGREES}}
SIDE, TEST_SIDE = {"side": nullable(_one_of(*SIDES))}, {"side": nullable(_one_of(*TEST_SIDES))}
TEST = {"name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}, "result": _one_of(*RESULTS)}
NEW_TEST = taken(TEST, {**TEST_SIDE, "words": nullable(_up_to(LONGEST_RESULT))})
CODE = {"code": _one_of(*services.techniques())}
STEP_MINUTES = {step: nullable({"type": "integer", "minimum": 0, "maximum": MOST_MINUTES}) for step in STEPS}
LEVEL = {"type": "integer", "minimum": 1, "maximum": 5}
SEEN = {"type": ["string", "boolean", "null"], "maxLength": LONGEST_TEXT, "description": "What was seen; false or “none” for nothing."}
USED = {"minutes": nullable(MINUTES)}
TECHNIQUES = {
    "anyOf": [
        {"type": "array", "items": taken(CODE, {**USED, "regions": nullable(REGIONS)}), "maxItems": MOST_TECHNIQUES},
        {"type": "array", "items": _one_of(*services.techniques()), "maxItems": MOST_TECHNIQUES, "description": "Codes alone."},
    ]
}
VERSION = {"type": "integer", "minimum": 0, "description": "The version that was seen, 0 for none; where it is another by now, 409."}
PLAIN = {name: nullable(WORDS) for name in TEXTS if name != "adverse_reaction"}
NEW_NOTE = taken(
    {},
    {
        **PLAIN,
        "adverse_reaction": SEEN,
        "range_of_motion": nullable({"type": "array", "items": taken(READING, SIDE), "maxItems": MOST_MOTIONS}),
        "tests": nullable({"type": "array", "items": NEW_TEST, "maxItems": MOST_TESTS}),
        "techniques": nullable(TECHNIQUES),
        "regions": nullable(REGIONS),
        "agreed_regions": nullable(REGIONS),
        "minutes": nullable(MINUTES),
        "pressure": {"anyOf": [nullable(LEVEL), _one_of(*PRESSURE_WORDS)]},
        "feedback_asked": nullable(YES),
        "step_minutes": nullable(taken({}, STEP_MINUTES)),
        "version": nullable(VERSION),
        "confirmed": nullable(listed(_one_of(*CARRIED))),
    },
)  # fmt: skip
ADDED = given({"id": TEXT, "text": TEXT, "by": TEXT, "written_at": INSTANT})
NOTE = given(
    {
        "id": TEXT,
        "appointment": TEXT,
        "state": _one_of("draft", "locked"),
        "version": {"type": "integer", "minimum": 1},
        "changed_at": INSTANT,
        **{name: TEXT for name in TEXTS if name != "adverse_reaction"},
        "adverse_reaction": SEEN,
        "range_of_motion": listed(given({**READING, **SIDE})),
        "tests": listed(given({**TEST, **TEST_SIDE, "words": TEXT})),
        "techniques": listed(given({**CODE, **USED, "regions": REGIONS})),
        "regions": REGIONS,
        "agreed_regions": REGIONS,
        "minutes": nullable(MINUTES),
        "pressure": nullable(LEVEL),
        "feedback_asked": YES,
        "step_minutes": taken({}, STEP_MINUTES),
        "carried": listed(_one_of(*CARRIED)),
        "signed_by": nullable(TEXT),
        "signed_at": nullable(INSTANT),
        "digest": nullable(TEXT),
        "addenda": listed(ADDED),
    }
)
SEEN_VERSION = taken({}, {"version": nullable(VERSION)})
NEW_ADDENDUM = taken({"text": {"type": "string", "minLength": 1, "maxLength": LONGEST_ADDENDUM}})

OPERATIONS = (
    Operation(
        "GET", PATH, "show_note", "The note of a visit: for its therapist as it stands, for its client once it is signed.", "care",
        SIDES_OF_A_VISIT, answer=NOTE, errors=(404, 409),
    ),
    Operation(
        "PUT", PATH, "write_note",
        "Keep what is written of a visit, as a whole. A signed note does not change (409 `note_locked`). Areas that the comfort card "
        "leaves out have to stand in `agreed_regions`: agreed with the client at the visit (422 `not_agreed`).",
        "care", THERAPIST, NEW_NOTE, answer=NOTE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "POST", f"{PATH}/carry-over", "carry_over_note", "Fill what is empty with the words of the note before, marked until confirmed.",
        "care", THERAPIST, SEEN_VERSION, answer=NOTE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "POST", f"{PATH}/lock", "lock_note", "Sign the note: the hands-on minutes are attested, and nothing changes it any more.", "care",
        THERAPIST, SEEN_VERSION, answer=NOTE, errors=(404, 409, 422, 429),
    ),
    Operation(
        "POST", f"{PATH}/addenda", "add_to_note", "Add words to a signed note, for good.", "care", THERAPIST, NEW_ADDENDUM, status=201,
        answer=ADDED, errors=(404, 409, 422, 429), creates=True,
    ),
)  # fmt: skip
