"""How long the way from the street to the door takes, as a client says it with the address."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from booking.appointments.changes.booking import PlaceOfVisit
from booking.appointments.rules.doors import TOLD_AT_BOOKING

DOOR_CHOICES = tuple(
    SelectChoice(str(minutes), _l("about %(minutes)s minutes", minutes=minutes) if minutes else _l("hardly any time"))
    for minutes in TOLD_AT_BOOKING
)


def place_of(kept: Mapping[str, str], zip_code: str | None) -> PlaceOfVisit:
    """Where the therapist comes, as it was typed; what was kept before the door was asked about takes no time."""
    minutes = int(kept.get("door_minutes") or 0)
    return PlaceOfVisit(kept["line1"], zip_code or "", kept.get("unit") or None, kept.get("access") or None, minutes)
