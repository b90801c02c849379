"""Where a provider could give the visit that is searched for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from booking.openings.rules.wanted import Near, SearchQuery
from providers.places.rules.geometry import Point, distance_meters
from providers.profiles.rules import MOBILE, PlaceFacts, ProviderFacts, ServiceFacts, comes_to
from providers.services.rules.calls import PHONE


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a visit could be: in one of the provider's places, or in a ZIP code they come to.

    A visit at the client's is no distance away: nothing that is shown depends on where a provider sets out from.
    """

    setting: str
    zip: str | None
    place: PlaceFacts | None
    distance_meters: int | None
    neighborhood: str | None


@dataclass(frozen=True, slots=True)
class Option:
    """A service in a spot."""

    service: ServiceFacts
    at: int
    spot: Spot


def to_talk_about(call: ServiceFacts, facts: ProviderFacts) -> ServiceFacts:
    """The call as a search by need sees it: a call treats nothing, so it is about all that its provider's services are for."""
    techniques = dict.fromkeys(code for service in facts.services for code in service.techniques)
    conditions = dict.fromkeys(code for service in facts.services for code in service.conditions)
    return replace(call, techniques=tuple(techniques), conditions=tuple(conditions))


def spots_of(facts: ProviderFacts, query: SearchQuery) -> list[Spot]:
    """Where this provider could give the visit: their places within the radius, at the client's where they come to; or on the phone."""
    if query.for_calls:
        return [Spot(PHONE, None, None, None, None)]
    spots = [
        Spot("clinic", None, place, away, place.neighborhood)
        for place in facts.places
        if (away := _distance(query.near, place)) is None or away <= query.radius_meters
    ]
    near = query.near
    if near is not None and comes_to(facts, near.zip):
        spots += [Spot(setting, near.zip, None, 0, near.neighborhood) for setting in sorted(MOBILE)]
    return spots


def _distance(near: Near | None, place: PlaceFacts) -> int | None:
    return None if near is None else round(distance_meters(near.point, Point(place.latitude, place.longitude)))
