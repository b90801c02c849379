"""How long a provider needs from one appointment to the next (the marketplace's travel model for Manhattan).

Streets are a grid turned 29 degrees; below East Houston and Canal Street they are not, so there the way is 1.3 times the straight line.
Every constant is in `TravelConstants`, frozen and versioned: a changed figure is a new version, and a test pins the old one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from providers.places.rules.geometry import Point, displacement, distance_meters

MINUTES_PER_DAY = 1440


class TravelMode(StrEnum):
    """How a provider gets about, and whether they carry a table where that makes them slower."""

    WALK = "walk"
    WALK_WITH_TABLE = "walk_with_table"
    SUBWAY = "subway"
    SUBWAY_WITH_TABLE = "subway_with_table"
    CAR = "car"


_CARRIED = {TravelMode.WALK: TravelMode.WALK_WITH_TABLE, TravelMode.SUBWAY: TravelMode.SUBWAY_WITH_TABLE}


def mode_with(mode: TravelMode, *, table: bool) -> TravelMode:
    """The mode that counts for somebody who carries a table; in a car it costs nothing."""
    return _CARRIED.get(mode, mode) if table else mode


@dataclass(frozen=True)
class Spot:
    """One end of a trip: where it is, and the ZIP code and band (downtown, midtown, upper, uptown) it belongs to."""

    latitude: float
    longitude: float
    zip: str
    band: str

    @property
    def point(self) -> Point:
        """The bare coordinates."""
        return Point(self.latitude, self.longitude)


@dataclass(frozen=True)
class IslandCrossing:
    """An island one cannot walk to: where one leaves Manhattan, where one lands, and what crossing adds by mode, in minutes."""

    zips: frozenset[str]
    manhattan_gate: Spot
    island_gate: Point
    crossing_minutes: tuple[tuple[TravelMode, float], ...]


ROOSEVELT_ISLAND = IslandCrossing(
    zips=frozenset({"10044"}),
    manhattan_gate=Spot(40.7613, -73.9640, zip="10065", band="upper"),
    island_gate=Point(40.7574, -73.9540),
    crossing_minutes=(
        (TravelMode.WALK, 12.0),
        (TravelMode.WALK_WITH_TABLE, 12.0),
        (TravelMode.SUBWAY, 6.0),
        (TravelMode.SUBWAY_WITH_TABLE, 6.0),
        (TravelMode.CAR, 15.0),
    ),
)
"""Tram from Second Avenue (half its interval and the ride), one subway line, or a drive by way of Queens."""


@dataclass(frozen=True)
class TravelConstants:
    """The figures of the model. Speeds in km/h, lengths in km, times in minutes, clock times in minutes of the New York day."""

    version: str = "2027-2"
    grid_degrees: float = 29.0
    downtown_latitude: float = 40.7250
    downtown_detour: float = 1.3
    walk_kmh: float = 4.8
    walk_with_table_kmh: float = 3.9
    subway_access_minutes: float = 6.0
    subway_exit_minutes: float = 4.0
    subway_wait_minutes: float = 6.0
    subway_evening_wait_minutes: float = 10.0
    subway_night_wait_minutes: float = 15.0
    subway_along_kmh: float = 27.0
    subway_across_kmh: float = 8.4
    subway_transfer_minutes: float = 6.0
    subway_table_minutes: float = 5.0
    subway_transfer_across_km: float = 0.8
    subway_transfer_along_km: float = 1.2
    car_access_minutes: float = 9.0
    car_busy_kmh: float = 11.0
    car_open_kmh: float = 16.0
    car_late_kmh: float = 19.0
    car_busy_bands: frozenset[str] = frozenset({"downtown", "midtown"})
    park_drive_minutes: float = 12.0
    park_west_zips: frozenset[str] = frozenset({"10023", "10024", "10025", "10069"})
    park_east_zips: frozenset[str] = frozenset({"10021", "10028", "10029", "10065", "10075", "10128"})
    islands: tuple[IslandCrossing, ...] = field(default=(ROOSEVELT_ISLAND,))
    day_starts_minute: int = 7 * 60
    evening_starts_minute: int = 20 * 60
    car_late_starts_minute: int = 21 * 60
    night_starts_minute: int = 23 * 60
    round_to_minutes: int = 5
    least_minutes: int = 10


CONSTANTS = TravelConstants()
"""The version in force."""


class Traffic(StrEnum):
    """The stretches of the day between which the model's figures change."""

    DAY = "day"
    EVENING = "evening"
    LATE = "late"
    NIGHT = "night"


def traffic_at(wall_minute_of_day: int, constants: TravelConstants = CONSTANTS) -> Traffic:
    """The stretch a wall-clock minute falls into; minutes past midnight (1440 and more) belong to the next day."""
    minute = wall_minute_of_day % MINUTES_PER_DAY
    if minute < constants.day_starts_minute or minute >= constants.night_starts_minute:
        return Traffic.NIGHT
    if minute >= constants.car_late_starts_minute:
        return Traffic.LATE
    return Traffic.EVENING if minute >= constants.evening_starts_minute else Traffic.DAY


def grid_km(origin: Point, target: Point, constants: TravelConstants = CONSTANTS) -> float:
    """The way on foot or by car in km: along the grid, or a detour of the straight line where both ends lie in the old town."""
    if max(origin.latitude, target.latitude) < constants.downtown_latitude:
        return constants.downtown_detour * distance_meters(origin, target) / 1000
    return displacement(origin, target).turned(constants.grid_degrees).grid_meters / 1000


def _walk(origin: Spot, target: Spot, kmh: float, constants: TravelConstants) -> float:
    return grid_km(origin.point, target.point, constants) / kmh * 60


def _subway_wait(traffic: Traffic, constants: TravelConstants) -> float:
    if traffic is Traffic.NIGHT:
        return constants.subway_night_wait_minutes
    return constants.subway_wait_minutes if traffic is Traffic.DAY else constants.subway_evening_wait_minutes


def _subway(origin: Spot, target: Spot, traffic: Traffic, constants: TravelConstants) -> float:
    turned = displacement(origin.point, target.point).turned(constants.grid_degrees)
    along_km, across_km = abs(turned.along_meters) / 1000, abs(turned.across_meters) / 1000
    changes = across_km > constants.subway_transfer_across_km and along_km > constants.subway_transfer_along_km
    return (
        constants.subway_access_minutes
        + _subway_wait(traffic, constants)
        + constants.subway_exit_minutes
        + along_km / constants.subway_along_kmh * 60
        + across_km / constants.subway_across_kmh * 60
        + (constants.subway_transfer_minutes if changes else 0.0)
    )


def _crosses_park(origin: Spot, target: Spot, constants: TravelConstants) -> bool:
    west, east = constants.park_west_zips, constants.park_east_zips
    return (origin.zip in west and target.zip in east) or (origin.zip in east and target.zip in west)


def _car(origin: Spot, target: Spot, traffic: Traffic, constants: TravelConstants) -> float:
    busy = origin.band in constants.car_busy_bands or target.band in constants.car_busy_bands
    kmh = constants.car_busy_kmh if busy else constants.car_open_kmh
    if traffic in (Traffic.LATE, Traffic.NIGHT):
        kmh = constants.car_late_kmh
    drive = grid_km(origin.point, target.point, constants) / kmh * 60
    if _crosses_park(origin, target, constants):
        drive = max(drive, constants.park_drive_minutes)
    return constants.car_access_minutes + drive


def _plain_minutes(origin: Spot, target: Spot, mode: TravelMode, traffic: Traffic, constants: TravelConstants) -> float:
    match mode:
        case TravelMode.WALK:
            return _walk(origin, target, constants.walk_kmh, constants)
        case TravelMode.WALK_WITH_TABLE:
            return _walk(origin, target, constants.walk_with_table_kmh, constants)
        case TravelMode.SUBWAY:
            return _subway(origin, target, traffic, constants)
        case TravelMode.SUBWAY_WITH_TABLE:
            return _subway(origin, target, traffic, constants) + constants.subway_table_minutes
        case TravelMode.CAR:
            return _car(origin, target, traffic, constants)


def _island_of(spot: Spot, constants: TravelConstants) -> IslandCrossing | None:
    return next((island for island in constants.islands if spot.zip in island.zips), None)


def _to_the_gate(spot: Spot, island: IslandCrossing, mode: TravelMode, traffic: Traffic, constants: TravelConstants) -> float:
    """Between a spot on an island and its gate on Manhattan, without what every trip by train or car costs once."""
    landing = Spot(island.island_gate.latitude, island.island_gate.longitude, zip=spot.zip, band=spot.band)
    once = _plain_minutes(landing, landing, mode, traffic, constants)
    return dict(island.crossing_minutes)[mode] + _plain_minutes(spot, landing, mode, traffic, constants) - once


def travel_estimate(origin: Spot, target: Spot, mode: TravelMode, wall_minute_of_day: int, constants: TravelConstants = CONSTANTS) -> float:
    """Minutes of travel before any rounding.

    `wall_minute_of_day` is the New York minute at which the trip begins. A trip to or from an island goes to the gate on
    Manhattan, across, and on from the island's gate; the wait for a train or the way to a parked car counts once.
    """
    traffic = traffic_at(wall_minute_of_day, constants)
    island, other = _island_of(origin, constants), _island_of(target, constants)
    if island is other:
        return _plain_minutes(origin, target, mode, traffic, constants)
    minutes = 0.0
    if island is not None:
        minutes += _to_the_gate(origin, island, mode, traffic, constants)
        origin = island.manhattan_gate
    if other is not None:
        minutes += _to_the_gate(target, other, mode, traffic, constants)
        target = other.manhattan_gate
    return minutes + _plain_minutes(origin, target, mode, traffic, constants)


def travel_minutes(origin: Spot, target: Spot, mode: TravelMode, wall_minute_of_day: int, constants: TravelConstants = CONSTANTS) -> int:
    """Minutes to plan for a trip: the estimate up to the next five, never under ten. Set-up and packing come on top."""
    step = constants.round_to_minutes
    estimate = round(travel_estimate(origin, target, mode, wall_minute_of_day, constants), 6)
    return max(constants.least_minutes, math.ceil(estimate / step) * step)
