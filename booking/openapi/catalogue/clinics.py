"""The operations of shared clinics and their rosters."""

from __future__ import annotations

from booking.openapi.catalogue.clients import PLACE_KIND, V1
from booking.openapi.catalogue.schemas import ANYTHING, CLOCK, DAY, TEXT, WORDS, YES, ZIP, given, listed, nullable, taken
from booking.openapi.rules import Operation, Query

ADMIN = ("admin",)
ROOMS = {"type": "integer", "minimum": 1, "maximum": 50}
STAFFING = {"type": "string", "enum": ["full_time", "part_time", "rotating"]}
RANGE = taken({"weekday": {"type": "integer", "minimum": 0, "maximum": 6}, "opens": CLOCK, "closes": CLOCK})
CLINIC = taken(
    {"name": WORDS, "kind": PLACE_KIND, "line1": WORDS, "zip": ZIP},
    {"unit": nullable(WORDS), "hours": listed(RANGE), "rostered": YES, "rooms": nullable(ROOMS)},
)
SHIFT = taken({"provider": WORDS, "on": DAY, "opens": CLOCK, "closes": CLOCK, "staffing": STAFFING})
ROSTER = taken({"week": DAY}, {"shifts": listed(SHIFT)})
SHOWN = given({"id": TEXT, "slug": TEXT, "name": TEXT, "kind": TEXT, "hours": listed(ANYTHING), "rostered": YES, "rooms": nullable(ROOMS)})
PLANNED = given({"week": DAY, "shifts": listed(ANYTHING)})

OPERATIONS = (
    Operation(
        "GET", f"{V1}/clinics", "list_clinics", "Shared clinics, for whoever says where they work.", "desk", ("provider", "admin"),
        answer=given({"items": listed(SHOWN), "next": nullable(TEXT)}),
    ),
    Operation("POST", f"{V1}/admin/clinics", "add_clinic", "Add a clinic.", "admin", ADMIN, CLINIC, status=201, answer=SHOWN, creates=True),
    Operation("PUT", f"{V1}/admin/clinics/<slug>", "change_clinic", "Change a clinic.", "admin", ADMIN, CLINIC, answer=SHOWN),
    Operation(
        "GET", f"{V1}/admin/clinics/<slug>/roster", "show_roster", "A week's shifts at a clinic.", "admin", ADMIN,
        queries=(Query("week", DAY, "Any day of the week; this week without it."),), answer=PLANNED,
    ),
    Operation(
        "PUT", f"{V1}/admin/clinics/<slug>/roster", "plan_roster", "Replace a week's shifts at a clinic.", "admin", ADMIN, ROSTER,
        answer=PLANNED,
    ),
)  # fmt: skip
