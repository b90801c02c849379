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


def viewer_has_met(facts: ProviderFacts, setting: str) -> bool:
    """Whether the provider has treated the viewer; asked only where it matters, which is where first visits have rules of their own."""
    person_id, area = viewer().person_id, facts.area
    apart = area is not None and setting in MOBILE and (area.first_visit_minutes or area.first_visit_latest_minute is not None)
    if person_id is None or setting == PHONE or not (apart or facts.first_visits != AS_ANY_VISIT):
        return False
    read: HasMet = current_app.extensions[KEY]
    return read(db.session(), facts.id, person_id)
