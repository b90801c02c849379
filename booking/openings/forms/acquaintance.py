"""Whom a provider has treated is known to a room above, which hands its way of reading it down to lists of starts."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from booking.openings.rules.doors import Doors
from booking.openings.rules.wanted import SearchQuery
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


DOOR_KEY = "licensed_hands_doors"
DoorsOf = Callable[[Session, int], Doors]
"""For a person, by id, the minutes from the street to their doors."""


def install_doors(app: Flask, read: DoorsOf) -> None:
    """Say how they are read."""
    app.extensions[DOOR_KEY] = read


def viewer_doors() -> Doors | None:
    """The viewer's own doors; None for whoever is not known. Read once in a request."""
    person_id = viewer().person_id
    if person_id is None:
        return None
    if "viewer_doors" not in g:
        read: DoorsOf = current_app.extensions[DOOR_KEY]
        g.viewer_doors = read(db.session(), person_id)
    found: Doors = g.viewer_doors
    return found


def doors_for(query: SearchQuery) -> Doors | None:
    """The viewer's doors, where the search can find visits at their place: without a place to come to nobody comes."""
    return viewer_doors() if query.near is not None else None


def viewer_door_minutes(facts: ProviderFacts, setting: str, zip_code: str | None) -> int:
    """The minutes to the viewer's own door; none for whoever is not known."""
    doors = viewer_doors() if setting in MOBILE and zip_code is not None else None
    return 0 if doors is None else doors.minutes(facts.id, zip_code)


def viewer_has_met(facts: ProviderFacts, setting: str) -> bool:
    """Whether the provider has treated the viewer; asked only where it matters, which is where first visits have rules of their own."""
    person_id, area = viewer().person_id, facts.area
    apart = area is not None and setting in MOBILE and (area.first_visit_minutes or area.first_visit_latest_minute is not None)
    if person_id is None or setting == PHONE or not (apart or facts.first_visits != AS_ANY_VISIT):
        return False
    read: HasMet = current_app.extensions[KEY]
    return read(db.session(), facts.id, person_id)
