"""The operations of releases and letters."""

from __future__ import annotations

from booking.openapi.catalogue.schemas import ANYTHING, DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation
from booking.sharing.rules.letters import LONGEST_SECTION, LONGEST_WORDS
from booking.sharing.rules.releases import LINK, LONGEST_PURPOSE, PARTS, PRINT, SHORT

V1 = "/api/v1"
SIDES, CLIENT, THERAPIST = ("client", "provider"), ("client",), ("provider",)
NAME = {"type": "string", "minLength": 1, "maxLength": SHORT}
PART = {"type": "string", "enum": list(PARTS)}
WAY = {"type": "string", "enum": [LINK, PRINT]}
WORDS = {"type": "string", "maxLength": LONGEST_WORDS}
WHO = {"name": TEXT, "profession": TEXT, "practice": TEXT}
PROVIDER = given({"slug": TEXT, "name": TEXT})
RELEASE = given(
    {
        "id": TEXT,
        "client": given({"name": TEXT}),
        "provider": PROVIDER,
        "recipient": given({**WHO, "email": nullable(TEXT)}),
        "scope": listed(PART),
        "purpose": TEXT,
        "expires_on": DAY,
        "signed_name": TEXT,
        "guardian": nullable(TEXT),
        "signed_at": INSTANT,
        "text_version": TEXT,
        "revoked_at": nullable(INSTANT),
        "live": YES,
        "reason": nullable({"enum": ["revoked", "expired", "not_yet"]}),
    }
)
SIGNED = {
    "provider": {"type": "string", "minLength": 1, "maxLength": 200},
    "recipient": taken(
        {"name": NAME, "profession": NAME},
        {
            "practice": nullable({"type": "string", "maxLength": SHORT}),
            "email": nullable({"type": "string", "minLength": 1, "maxLength": 254}),
        },
    ),
    "scope": listed(PART, minItems=1),
    "purpose": {"type": "string", "minLength": 1, "maxLength": LONGEST_PURPOSE},
    "expires_on": DAY,
    "signed_name": {"type": "string", "minLength": 2, "maxLength": SHORT},
    "text_version": {"type": "string", "minLength": 1, "maxLength": 12},
}
PAPER = given({"title": TEXT, "number": TEXT, "facts": listed(listed(TEXT)), "parts": listed(ANYTHING), "notices": listed(TEXT)})
LEFT = {
    "id": TEXT,
    "release": TEXT,
    "provider": PROVIDER,
    "recipient": given(WHO),
    "way": WAY,
    "parts": listed(PART),
    "sent_at": INSTANT,
    "open_until": INSTANT,
    "openings": listed(INSTANT),
    "open": YES,
}
DRAFT = given(
    {
        "release": TEXT,
        "opening": TEXT,
        "sections": listed(given({"code": PART, "text": TEXT})),
        "closing": TEXT,
        "letter": PAPER,
        "checksum": TEXT,
        "changed_at": INSTANT,
    }
)
SECTION = taken({"code": PART, "text": {"type": "string", "maxLength": LONGEST_SECTION}})
DRAFTED = f"{V1}/appointments/<public_id>/letter"

OPERATIONS = (
    Operation(
        "GET", f"{V1}/releases", "list_releases",
        "Everything that one signed; a therapist's: what is in force and names them. `text` is what is signed today.", "care", SIDES,
        answer=given({"items": listed(RELEASE), "next": nullable(TEXT), "text": given({"version": TEXT, "paragraphs": listed(TEXT)})}),
        errors=(404,),
    ),
    Operation(
        "POST", f"{V1}/releases", "sign_release",
        "Permit a therapist to send parts of what there is of oneself to one person, for a year at most. `text_version` is the version of "
        "the text that was read; typing the name signs it.", "care", CLIENT, taken(SIGNED), status=201, answer=RELEASE,
        errors=(422, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/releases/<public_id>", "revoke_release",
        "Take a release back, at once: nothing more leaves, links no longer open. Once more changes nothing.", "care", CLIENT, status=204,
        errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/letters", "list_letters",
        "What left: to whom, which parts, by whom, when, and when it was opened; a therapist's: what they sent.", "care", SIDES,
        answer=given({"items": listed(given(LEFT)), "next": nullable(TEXT)}), errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/letters/<public_id>", "show_letter", "A letter about oneself, word for word.", "care", CLIENT,
        answer=given({**LEFT, "letter": PAPER}), errors=(404,),
    ),
    Operation(
        "GET", DRAFTED, "show_letter_draft",
        "The letter in the making at one's visit, and how it would leave. The look is written down.", "care", THERAPIST, answer=DRAFT,
        errors=(404, 422),
    ),
    Operation(
        "POST", DRAFTED, "begin_letter",
        "Draft a letter under a release, from what there is and the release covers. An older draft of this visit is forgotten.", "care",
        THERAPIST, taken({"release": {"type": "string", "minLength": 1, "maxLength": 40}}), status=201, answer=DRAFT,
        errors=(404, 422, 429), creates=True,
    ),
    Operation(
        "PUT", DRAFTED, "edit_letter", "Put one's own words. A part without words is left out.", "care", THERAPIST,
        taken({"sections": listed(SECTION, maxItems=len(PARTS))}, {"opening": nullable(WORDS), "closing": nullable(WORDS)}), answer=DRAFT,
        errors=(404, 422, 429),
    ),
    Operation(
        "POST", f"{DRAFTED}/send", "send_letter",
        "Send the letter whose `checksum` is given, if the release lets each part leave at this moment: by a link (14 days, "
        "ten openings), or to be printed. 409 `letter_changed` where it is no longer that letter; 422 `release_revoked`, "
        "`release_expired`, `release_not_covered`, `release_no_address`.", "care", THERAPIST,
        taken({"way": WAY, "checksum": {"type": "string", "minLength": 1, "maxLength": 64}}), status=201, answer=given(LEFT),
        errors=(404, 409, 422, 429), creates=True,
    ),
)  # fmt: skip
