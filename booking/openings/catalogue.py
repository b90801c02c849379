"""What the engine and search need of the vendored tables, put together once."""

from __future__ import annotations

from functools import lru_cache

from booking.openings.rules.asking import HouseRules
from booking.openings.rules.candidates import Tables
from booking.openings.rules.question import TravelMinutes
from booking.quotes.catalogue import taxes
from providers.credentials import catalogue as credentials
from providers.places.gazetteer import traveler
from providers.places.rules.travel import TravelMode
from providers.services import catalogue as services


@lru_cache(maxsize=1)
def house_rules() -> HouseRules:
    """The required credentials and the techniques' levels of evidence, as the tables say."""
    return HouseRules(credentials.kinds(), {code: technique.evidence_level for code, technique in services.techniques().items()})


@lru_cache(maxsize=1)
def search_tables() -> Tables:
    """Everything search knows beside the providers themselves."""
    strengths = {code: services.matches(code) for code in services.conditions()}
    return Tables(house_rules(), strengths, taxes(), travel_by)


@lru_cache(maxsize=8)
def travel_by(mode: str) -> TravelMinutes:
    """The travel minutes of a mode of travel."""
    return traveler(TravelMode(mode))
