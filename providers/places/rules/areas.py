"""Where a mobile provider comes to. A verdict is about a ZIP area, never about an exact address or a real home base."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from providers.places.rules.geometry import distance_meters
from providers.places.rules.travel import CONSTANTS, Spot, TravelConstants, TravelMode, travel_minutes

REFERENCE_MINUTE = 12 * 60
"""The longest travel is judged by midday traffic, so that an area does not change with the clock."""


@dataclass(frozen=True)
class ServiceArea:
    """How far a provider comes and by what means.

    ZIP codes, neighborhoods (codes) and a radius around the base each allow places; the longest travel only narrows them.
    With none of the three set nothing is covered. `base` is the anchor that stands for the home base in everything that
    can be observed from outside: the middle of its community district, not the address (a circle whose edge can be felt out gives
    its middle away, however coarse the answers). Set-up and packing are minutes before and after a visit.
    """

    zips: frozenset[str] = frozenset()
    neighborhoods: frozenset[str] = frozenset()
    radius_meters: int | None = None
    base: Spot | None = None
    max_travel_minutes: int | None = None
    mode: TravelMode = TravelMode.SUBWAY
    setup_minutes: int = 15
    pack_minutes: int = 10


@dataclass(frozen=True)
class AreaVerdict:
    """Whether a place is covered; if not, a code for programs and a sentence for people."""

    allowed: bool
    code: str | None = None
    sentence: str | None = None


COVERED = AreaVerdict(allowed=True)


def outside(sentence: str) -> AreaVerdict:
    """The verdict for a place that is not covered, with the reason as one sentence."""
    return AreaVerdict(allowed=False, code="outside_area", sentence=sentence)


def _is_named(area: ServiceArea, target: Spot, neighborhoods: Collection[str]) -> bool:
    return target.zip in area.zips or not area.neighborhoods.isdisjoint(neighborhoods)


def _is_near(area: ServiceArea, target: Spot) -> bool:
    if area.radius_meters is None or area.base is None:
        return False
    return distance_meters(area.base.point, target.point) <= area.radius_meters


def _is_too_far(area: ServiceArea, target: Spot, constants: TravelConstants) -> bool:
    if area.max_travel_minutes is None or area.base is None:
        return False
    return travel_minutes(area.base, target, area.mode, REFERENCE_MINUTE, constants) > area.max_travel_minutes


def covers(area: ServiceArea, target: Spot, neighborhoods: Collection[str], constants: TravelConstants = CONSTANTS) -> AreaVerdict:
    """Whether the provider comes to a ZIP area: `target` is its point, `neighborhoods` are the codes it touches."""
    if not _is_named(area, target, neighborhoods) and not _is_near(area, target):
        return outside(f"This provider does not come to {target.zip}.")
    if _is_too_far(area, target, constants):
        return outside(f"{target.zip} is farther than this provider travels.")
    return COVERED
