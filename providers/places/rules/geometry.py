"""Distances on a plane small enough for one city, and how much of a distance may be told."""

from __future__ import annotations

import math
from dataclasses import dataclass

METERS_PER_DEGREE = 111_200.0
"""One degree of latitude in meters, as the travel model counts it."""

METERS_PER_MILE = 1609.344

MILE_STEP = 0.1
"""Distances to clinics are told in steps of a tenth of a mile."""


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Displacement:
    """The way from one point to another: meters to the north and to the east."""

    north_meters: float
    east_meters: float

    @property
    def straight_meters(self) -> float:
        """The length of the way as a bird flies."""
        return math.hypot(self.north_meters, self.east_meters)

    def turned(self, degrees: float) -> Turned:
        """The same way seen from a grid turned clockwise by `degrees`: along it (uptown) and across it (crosstown)."""
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return Turned(
            along_meters=self.north_meters * cosine + self.east_meters * sine,
            across_meters=self.east_meters * cosine - self.north_meters * sine,
        )


@dataclass(frozen=True)
class Turned:
    """A displacement in the directions of the street grid: uptown and, to the right of it, crosstown."""

    along_meters: float
    across_meters: float

    @property
    def grid_meters(self) -> float:
        """The length of the way along streets that meet at right angles."""
        return abs(self.along_meters) + abs(self.across_meters)


def displacement(origin: Point, target: Point) -> Displacement:
    """From `origin` to `target` on the plane that touches the earth at their mean latitude."""
    mean_latitude = math.radians((origin.latitude + target.latitude) / 2)
    return Displacement(
        north_meters=(target.latitude - origin.latitude) * METERS_PER_DEGREE,
        east_meters=(target.longitude - origin.longitude) * METERS_PER_DEGREE * math.cos(mean_latitude),
    )


def distance_meters(origin: Point, target: Point) -> float:
    """Straight distance in meters, right to about 0.2 % within one city."""
    return displacement(origin, target).straight_meters


def quantised_miles(meters: float) -> float:
    """A distance as it may be shown: miles in whole tenths, never less than one tenth.

    For clinics and offices, whose addresses are public, a tenth of a mile is enough to choose by. For providers who come to the
    client no distance from their base is ever shown, sorted by or sent, quantised or not: 200 answers measured to 160 m would still
    meet in one house. Their distance is the distance to the nearest ZIP code they serve (0 where they serve the asked one), and
    what depends on the base at all (radius, longest travel) is counted from the middle of its community district; see `areas`.
    """
    return max(MILE_STEP, round(round(meters / METERS_PER_MILE / MILE_STEP) * MILE_STEP, 1))
