"""Whom a provider has treated is known to a room above, which hands its way of reading it down to lists of starts."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.orm import Session

from marketplace.db import db
from marketplace.webkit.identity import viewer
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.services.rules.calls import PHONE
from providers.services.rules.first_visits import AS_ANY_VISIT

KEY = "licensed_hands_has_met"
HasMet = Callable[[Session, int, int], bool]
"""Whether a provider has treated a person, both by id."""


def install_has_met(app: Flask, read: HasMet) -> None:
    """Say how it is read."""
    app.extensions[KEY] = read


DOOR_KEY = "licensed_hands_door_minutes"
DoorMinutes = Callable[[Session, int, int, str | None], int]
"""For a provider and a person, both by id, the minutes from the street to the person's door in a ZIP area."""


def install_door_minutes(app: Flask, read: DoorMinutes) -> None:
    """Say how they are read."""
    app.extensions[DOOR_KEY] = read


def viewer_door_minutes(facts: ProviderFacts, setting: str, zip_code: str | None) -> int:
    """The minutes to the viewer's own door; none for whoever is not known."""
    person_id = viewer().person_id
    if setting not in MOBILE or person_id is None or zip_code is None:
        return 0
    read: DoorMinutes = current_app.extensions[DOOR_KEY]
    return read(db.session(), facts.id, person_id, zip_code)


def viewer_has_met(facts: ProviderFacts, setting: str) -> bool:
    """Whether the provider has treated the viewer; asked only where it matters, which is where first visits have rules of their own."""
    person_id, area = viewer().person_id, facts.area
    apart = area is not None and setting in MOBILE and (area.first_visit_minutes or area.first_visit_latest_minute is not None)
    if person_id is None or setting == PHONE or not (apart or facts.first_visits != AS_ANY_VISIT):
        return False
    read: HasMet = current_app.extensions[KEY]
    return read(db.session(), facts.id, person_id)
