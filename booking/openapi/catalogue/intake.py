"""The operations of what a client tells, of their comfort card and of their papers."""

from __future__ import annotations

from booking.intake.rules.comfort import CHAPERONES, CLOTHING, DEEPEST, LIGHTEST
from booking.intake.rules.comfort import TEXTS as CARD_TEXTS
from booking.intake.rules.files import KINDS, LONGEST_TITLE
from booking.intake.rules.keeping import CHANGED, NEVER, OLD
from booking.intake.rules.telling import FIRST_YEAR, HOME_TEXTS, LINE, LONG, MOST_GOALS, MOST_ROWS, TEXTS
from booking.openapi.catalogue.schemas import ANYTHING, COUNT, DAY, INSTANT, TEXT, given, listed, nullable, page, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
CLIENT, PROVIDER = ("client",), ("provider",)
ASKED = {"enum": [NEVER, OLD, CHANGED, None]}


def _text(longest: int, least: int = 0) -> dict[str, object]:
    return {"type": "string", "minLength": least, "maxLength": longest}


LINE_OF = {"dose": nullable(_text(LINE)), "since": nullable(_text(LINE))}
YEAR = nullable({"type": "integer", "minimum": FIRST_YEAR})
EMERGENCY = taken({"name": _text(LINE, 1), "phone": _text(LINE, 1)}, {"relation": nullable(_text(LINE))})
HOME = taken({}, {name: nullable(_text(LONG)) for name in HOME_TEXTS})
NEW_INTAKE = taken(
    {"goals": listed(_text(LINE, 1), minItems=1, maxItems=MOST_GOALS)},
    {
        **{name: nullable(_text(most)) for name, most in TEXTS.items()},
        "medicines": nullable(listed(taken({"name": _text(LINE, 1)}, LINE_OF), maxItems=MOST_ROWS)),
        "surgeries": nullable(listed(taken({"what": _text(LINE, 1)}, {"year": YEAR}), maxItems=MOST_ROWS)),
        "emergency": nullable(EMERGENCY),
        "home": nullable(HOME),
    },
)
INTAKE = given(
    {
        "id": TEXT,
        "form_version": TEXT,
        "written_at": INSTANT,
        "goals": listed(TEXT),
        **dict.fromkeys(TEXTS, TEXT),
        "medicines": listed(given({"name": TEXT, "dose": TEXT, "since": TEXT})),
        "surgeries": listed(given({"what": TEXT, "year": nullable(COUNT)})),
        "emergency": nullable(given({"name": TEXT, "phone": TEXT, "relation": TEXT})),
        "home": nullable(given(dict.fromkeys(HOME_TEXTS, TEXT))),
        "blood_thinners": listed(TEXT),
    }
)
OWN_INTAKE = given({"asked": ASKED, "current_form_version": TEXT, "intake": nullable(INTAKE)})
WISHES = {
    "areas_in": listed(TEXT),
    "areas_out": listed(TEXT),
    "pressure": nullable({"type": "integer", "minimum": LIGHTEST, "maximum": DEEPEST}),
    "clothing": {"type": "string", "enum": list(CLOTHING)},
    "chaperone": {"type": "string", "enum": list(CHAPERONES)},
}
READ = _text(20, 1)
CARD = {**{name: nullable(schema) for name, schema in WISHES.items()}, **{name: nullable(_text(most)) for name, most in CARD_TEXTS.items()}}
NEW_CARD = taken({"text_version": READ}, CARD)
COMFORT = given({"id": TEXT, "text_version": TEXT, "written_at": INSTANT, **WISHES, **dict.fromkeys(CARD_TEXTS, TEXT)})
OWN_CARD = given({"asked": ASKED, "text": given({"version": TEXT, "lines": listed(TEXT)}), "comfort": nullable(COMFORT)})
KIND = {"type": "string", "enum": list(KINDS)}
FILE = given({"id": TEXT, "kind": KIND, "taken_on": DAY, "title": TEXT, "media_type": TEXT, "bytes": COUNT, "added_at": INSTANT})
ABOUT = taken({"kind": KIND, "taken_on": DAY}, {"title": nullable(_text(LONGEST_TITLE))})
SEEN = given(
    {
        "intake": nullable(INTAKE), "changed": listed(TEXT), "changed_since": nullable(INSTANT), "comfort": nullable(COMFORT),
        "files": listed(FILE),
    }
)  # fmt: skip

OPERATIONS = (
    Operation(
        "GET", f"{V1}/me/intake", "show_intake", "What one has told, and why it is asked for.", "care", CLIENT, answer=OWN_INTAKE,
        errors=(404,),
    ),
    Operation(
        "PUT", f"{V1}/me/intake", "put_intake",
        "Tell anew: history, medicines, surgeries, goals, whom to call. Each version is kept; the same again makes none.", "care", CLIENT,
        NEW_INTAKE, answer=OWN_INTAKE, errors=(404, 429),
    ),
    Operation(
        "POST", f"{V1}/me/intake/confirm", "confirm_intake", "Everything still stands.", "care", CLIENT, taken({}), answer=OWN_INTAKE,
        errors=(404, 429),
    ),
    Operation(
        "GET", f"{V1}/me/comfort", "show_comfort_card", "One's own comfort card, the text above it, and why it is asked for.", "care",
        CLIENT, answer=OWN_CARD, errors=(404,),
    ),
    Operation(
        "PUT", f"{V1}/me/comfort", "put_comfort_card",
        "Say anew how one wants to be touched, under the text that was read; another text in the meantime is 409 `text_changed`.", "care",
        CLIENT, NEW_CARD, answer=OWN_CARD, errors=(404, 409, 429),
    ),
    Operation(
        "POST", f"{V1}/me/comfort/confirm", "confirm_comfort_card", "The card still stands, under the text that was read.", "care", CLIENT,
        taken({"text_version": READ}), answer=OWN_CARD, errors=(404, 409, 429),
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/intake", "look_at_intake",
        "What the client of one's visit told, with what is new since one's last look, their card and the list of their papers. From the "
        "visit's confirmation until 30 days after it; each look is written down.", "care", PROVIDER, answer=SEEN,
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/comfort", "look_at_comfort_card",
        "The comfort card of the client of one's visit; the look is written down.", "care", PROVIDER,
        answer=given({"comfort": nullable(COMFORT), "asked": ASKED}),
    ),
    Operation(
        "GET", f"{V1}/files", "list_files", "One's own papers, the latest day first.", "care", CLIENT, answer=page(FILE), errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/files", "keep_file",
        "Keep a paper: `multipart/form-data` with the PDF, JPEG or PNG in `file`. Pictures are drawn anew.", "care", CLIENT, ABOUT,
        status=201, answer=FILE, errors=(404, 429), creates=True, also={"multipart/form-data": ANYTHING},
    ),
    Operation(
        "GET", f"{V1}/files/<public_id>", "show_file",
        "One's own paper; for a therapist one of the client of a visit in care, and the look is written down.", "care",
        (*CLIENT, *PROVIDER), answer={"type": "string", "format": "binary"}, media=("application/pdf", "image/png", "image/jpeg"),
    ),
    Operation("DELETE", f"{V1}/files/<public_id>", "remove_file", "Remove a paper for good.", "care", CLIENT, status=204),
)  # fmt: skip
