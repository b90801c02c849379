"""People under 18: birth date and guardian, and from which age a provider treats; the shapes and the operations."""

from __future__ import annotations

from booking.guardians.catalogue import house
from booking.openapi.catalogue.schemas import COUNT, DAY, INSTANT, TEXT, YES, given, listed, nullable, taken
from booking.openapi.rules import Operation

V1 = "/api/v1"
CLIENT, PROVIDER = ("client",), ("provider",)
NAME = {"type": "string", "minLength": 1, "maxLength": 120}
RELATION = {"type": "string", "enum": list(house().relations)}
NAMED = given(
    {
        "id": TEXT, "state": TEXT, "name": TEXT, "relation": TEXT, "phone": nullable(TEXT), "email": nullable(TEXT),
        "booker_is_guardian": YES, "version": nullable(TEXT), "asked_at": INSTANT, "answered_at": nullable(INSTANT),
        "link_expires_at": nullable(INSTANT),
    }
)  # fmt: skip
STANDS = given(
    {
        "born_on": nullable(DAY), "age": nullable({"type": "integer"}), "needed": YES, "needed_until": nullable(DAY), "agreed": YES,
        "state": TEXT, "guardian": nullable(NAMED), "asked": nullable(NAMED),
        "text": given({"version": TEXT, "text": TEXT, "sections": listed(given({"code": TEXT, "text": TEXT}))}),
    }
)  # fmt: skip
NAMING = taken(
    {"name": NAME, "relation": RELATION, "booker_is_guardian": YES},
    {
        "phone": nullable({"type": "string", "maxLength": 40}), "email": nullable({"type": "string", "maxLength": 254}),
        "consent": taken({}, {"version": {"type": "string", "minLength": 1, "maxLength": 20}, "accepted": YES}),
    },
)  # fmt: skip
POLICY = given({"version": COUNT, "from_age": nullable(COUNT), "stated_at": nullable(INSTANT), "words": TEXT})
AGE = {"type": ["integer", "null"], "minimum": 0, "maximum": 17}

OPERATIONS = (
    Operation("GET", f"{V1}/guardian", "show_guardian", "Whether a guardian is needed, and who it is.", "guardian", CLIENT, answer=STANDS),
    Operation(
        "PUT", f"{V1}/guardian/birth-date", "put_birth_date_of_care",
        "State when the person who receives care was born. Under 18 it is not changed to an earlier day.", "guardian", CLIENT,
        taken({"born_on": DAY}), answer=STANDS, errors=(422, 429),
    ),
    Operation(
        "POST", f"{V1}/guardian", "name_guardian",
        "Name the guardian: one who books agrees to the text at once, another one is sent a link for one answer.", "guardian", CLIENT,
        NAMING, status=201, answer=NAMED, errors=(422, 429), creates=True,
    ),
    Operation(
        "DELETE", f"{V1}/guardian", "drop_guardian", "Take the agreement back, or the question.", "guardian", CLIENT, status=204,
        errors=(409,),
    ),
    Operation(
        "GET", f"{V1}/appointments/<public_id>/guardian", "show_visit_guardian",
        "Who agreed for somebody under 18 and is in the room. Each look is written down.", "guardian", PROVIDER,
        answer=given(
            {
                "needed": YES, "guardian": nullable(given({"name": TEXT, "relation": TEXT, "phone": nullable(TEXT)})),
                "agreed_at": nullable(INSTANT), "version": nullable(TEXT),
            }
        ),
    ),
    Operation("GET", f"{V1}/provider/minors", "show_minors", "From which age one treats people.", "desk", PROVIDER, answer=POLICY),
    Operation(
        "PUT", f"{V1}/provider/minors", "change_minors", "State it for what is booked from now on; null treats adults alone.", "desk",
        PROVIDER, taken({"from_age": AGE}), answer=POLICY, errors=(404, 422),
    ),
)  # fmt: skip
