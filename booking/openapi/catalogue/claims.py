"""The operations of insurance details and claim forms."""

from __future__ import annotations

from booking.claims.rules.insurance import DAYS, LONGEST, SWITCHES, TEXTS, WORDS
from booking.claims.rules.placing import LAYOUTS, MOST_SHIFT_MM
from booking.openapi.catalogue.schemas import ANYTHING, COUNT, DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query

ONE = "/api/v1/appointments/<public_id>"
SIDES = ("client", "provider")
UNKNOWN = {"const": "unknown"}
TOLD = {
    **{name: {"type": "string", "maxLength": LONGEST} for name in TEXTS},
    **{name: nullable(DAY) for name in DAYS},
    **dict.fromkeys(SWITCHES, YES),
    **{name: {"type": "string", "enum": sorted(words)} for name, words in WORDS.items()},
}
GIVEN = given(
    {
        "details": nullable(given(TOLD)),
        "given_at": nullable(INSTANT),
        "expires_on": nullable(DAY),
        "permission": given({"version": TEXT, "text": TEXT}),
        "coverage": UNKNOWN,
    }
)
FORMS = listed(given({"boxes": ANYTHING, "lines": listed(ANYTHING)}))
VERSION = {"id": TEXT, "version": COUNT, "frequency": {"enum": ["1", "7", "8"]}, "made_at": INSTANT}
MADE = given({**VERSION, "forms": FORMS, "coverage": UNKNOWN, "submitted": {"const": False}})
CODED = given({"code": TEXT, "detail": TEXT})
OPENED = given(
    {
        "newest": nullable(MADE),
        "versions": listed(given(VERSION)),
        "draft": nullable(given({"forms": FORMS, "faults": listed(given({"box": TEXT, "field": TEXT, "detail": TEXT}))})),
        "why_not": nullable(CODED),
        "reasons": listed(CODED),
        "coverage": UNKNOWN,
        "submitted": {"const": False},
    }
)
SHIFT = {"type": "integer", "minimum": -MOST_SHIFT_MM, "maximum": MOST_SHIFT_MM}

OPERATIONS = (
    Operation(
        "GET", f"{ONE}/insurance", "show_given_insurance",
        "What one gave for claim forms of this visit's therapist, if it may be used now.",
        "papers", ("client",), answer=GIVEN, errors=(404,),
    ),
    Operation(
        "PUT", f"{ONE}/insurance", "give_insurance",
        "Give insurance details for claim forms of this visit's therapist, which permits them for a year.",
        "papers", ("client",),
        taken({"details": taken({}, TOLD), "signed_name": {"type": "string", "minLength": 1}, "accepted": {"const": True}}),
        answer=GIVEN, errors=(404, 422),
    ),
    Operation(
        "DELETE", f"{ONE}/insurance", "take_back_insurance", "Take the details and the permission back; forms that were made stay.",
        "papers", ("client",), status=204, errors=(404,),
    ),
    Operation(
        "GET", f"{ONE}/claim-form", "show_claim_form",
        "The newest claim form (CMS-1500, 02/12) of a visit, box by box, and what one would say now with what is in its way. A therapist "
        "needs the client's permission, and their look is written down. Nothing is submitted from here.",
        "papers", SIDES, answer=OPENED, errors=(404, 409),
    ),
    Operation(
        "GET", f"{ONE}/claim-form.pdf", "show_claim_form_file",
        "A version as a file: the texts alone, at their places on a printed form, or a draft with our own plain boxes.", "papers", SIDES,
        queries=(
            Query("version", {"type": "integer", "minimum": 1, "maximum": 10_000}, "Which one; the newest without it."),
            Query("layout", {"type": "string", "enum": list(LAYOUTS)}, "`form` for a printed form, `draft` for checking."),
            Query("right_mm", SHIFT, "Moves all texts to the right, in millimeters."),
            Query("down_mm", SHIFT, "Moves all texts down, in millimeters."),
        ),
        answer={"type": "string", "format": "binary"}, media=("application/pdf",), errors=(404, 409, 422),
    ),
    Operation(
        "POST", f"{ONE}/claim-form", "make_claim_form",
        "Make the claim form or its next version; the newest where it says the same. Refused with every fault, box by box.",
        "papers", ("provider",),
        taken(
            {},
            {
                "accept_assignment": YES,
                "earlier": taken({"code": {"enum": ["7", "8"]}, "reference": {"type": "string", "minLength": 1, "maxLength": 18}}),
            },
        ),
        status=201, answer=MADE, errors=(404, 409, 422), creates=True,
    ),
)  # fmt: skip
