"""What the engine and search need of the vendored tables, put together once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sqlalchemy.orm import Session

from booking.openings.rules.asking import HouseRules
from booking.openings.rules.candidates import Tables
from booking.openings.rules.doors import Doors
from booking.openings.rules.question import TravelMinutes
from booking.quotes.catalogue import taxes
from providers.credentials.queries import load_policies
from providers.credentials.rules.policies import Policies
from providers.places.gazetteer import traveler
from providers.places.rules.travel import TravelMode
from providers.services import catalogue as services


def house_rules(session: Session) -> HouseRules:
    """The required credentials from day to day, as the policy says at this moment, and the techniques' levels of evidence."""
    return rules_by(load_policies(session))


@lru_cache(maxsize=8)
def rules_by(policies: Policies) -> HouseRules:
    """The rules of the house by a given policy, for whoever has it at hand."""
    return HouseRules(policies, {code: technique.evidence_level for code, technique in services.techniques().items()})


@lru_cache(maxsize=8)
def search_tables(house: HouseRules) -> Tables:
    """Everything search knows beside the providers themselves."""
    strengths = {code: services.matches(code) for code in services.conditions()}
    return Tables(house, strengths, taxes(), travel_by)


def tables_for(policies: Policies, doors: Doors | None) -> Tables:
    """What search knows beside the providers, with the doors of whoever asks (None: nobody is known)."""
    tables = search_tables(rules_by(policies))
    return tables if doors is None else replace(tables, doors=doors)


@lru_cache(maxsize=8)
def travel_by(mode: str) -> TravelMinutes:
    """The travel minutes of a mode of travel."""
    return traveler(TravelMode(mode))
