"""Where a house or a corner lies on Manhattan's street grid, by arithmetic: no table of addresses is needed.

The grid is a plane turned 28.95 degrees, laid through the subway stations that bear a street's number and the corners of
Central Park: streets lie 79 to 81 m apart, avenues at fixed offsets from a line near Fifth Avenue. House numbers on avenues follow
the printed "avenue address algorithm" of Manhattan street guides (drop the last digit, halve, add the avenue's key); on numbered
streets they count east and west from Fifth Avenue, a hundred an avenue, and along the park from Central Park West.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from providers.places.rules.addresses import Address
from providers.places.rules.geometry import METERS_PER_DEGREE, Point

GRID_DEGREES = 28.95
ORIGIN = Point(40.7440, -73.9870)
METERS_PER_LONGITUDE = METERS_PER_DEGREE * math.cos(math.radians(40.7831))

Knots = Sequence[tuple[float, float]]

STREETS: Knots = (
    (0, -2165), (14, -1048), (23, -343), (34, 533), (42, 1171), (59, 2543), (110, 6683), (125, 7900), (135, 8740), (145, 9515),
    (155, 10310), (168, 11310), (181, 12455), (193, 13330),
)  # fmt: skip
"""Meters uptown of the origin, by street number."""

AVENUES: dict[str, float] = {
    "d": 1815, "c": 1620, "b": 1425, "a": 1220, "york": 1231, "east_end": 1440, "1": 1006, "2": 770, "3": 561,
    "lexington": 404, "park": 251, "4": 251, "madison": 95, "5": -61, "6": -369, "lenox": -373, "7": -643, "8": -919, "cpw": -919,
    "9": -1194, "columbus": -1194, "10": -1468, "amsterdam": -1468, "11": -1743, "west_end": -1743, "12": -2017,
}  # fmt: skip
"""Meters crosstown (to the right when looking uptown) of the origin's line."""

BROADWAY: Knots = (
    (8, 321), (14, 185), (23, -35), (28, -205), (34, -370), (42, -590), (45, -645), (50, -722), (59, -925), (66, -1232), (72, -1484),
    (79, -1620), (103, -1612), (108, -1735), (168, -1744), (181, -1960), (193, -2000),
)  # fmt: skip
"""Broadway wanders: meters crosstown by street number."""

KEYS: dict[str, float] = {
    "a": 3, "b": 3, "c": 3, "d": 3, "1": 3, "2": 3, "3": 9.5, "4": 8, "6": -12.5, "8": 9.5, "9": 13, "10": 14, "11": 15, "lexington": 22,
    "park": 34.5, "madison": 26.5, "york": 4, "columbus": 59.5, "amsterdam": 59.5, "west_end": 59.5, "lenox": 110, "east_end": 79,
}  # fmt: skip
"""What is added to a twentieth of the house number to get the nearest street."""

FIFTH: Sequence[tuple[int, float]] = ((200, 13), (400, 16), (600, 18), (775, 20), (1286, -18), (1500, 45), (2000, 45), (9999, 24))
"""Fifth Avenue's keys up to a house number; from 776 to 1286, along the park, the number is divided by ten."""

WEST: Knots = ((1, -61), (100, -369), (200, -643), (300, -919), (400, -1194), (500, -1468), (600, -1743), (700, -2017))
WEST_OF_PARK: Knots = ((1, -919), (100, -1194), (200, -1468), (300, -1743), (400, -2017))
EAST: Knots = ((1, -61), (100, 251), (200, 561), (300, 770), (400, 1006), (500, 1225), (600, 1425), (700, 1620), (800, 1815))
EAST_FROM_BOWERY: Knots = ((1, 561), (45, 770), (100, 1006), (150, 1220), (205, 1425), (255, 1620), (310, 1815))
BOWERY_STREETS = frozenset({1, 2, 3, 4, 7})
"""Streets of the East Village whose numbers begin at the Bowery instead of Fifth Avenue."""

FIRST_AVENUE_STREET = 14
"""Below 14th Street only the East Village's avenues and the stretch by Fifth Avenue and Broadway keep to the grid."""

EAST_VILLAGE_AVENUES = frozenset({"1", "2", "3", "a", "b", "c", "d"})
LAST_STREET = 193
LAST_EAST_STREET = 132
PARK_STREETS = range(60, 110)


def point_of(address: Address) -> Point | None:
    """Where an address lies on the grid, right to about 100 m. None where the streets are not the grid's or no such number can be."""
    if address.avenue is None:
        return _house_on_street(address)
    if address.number is not None:
        return _house_on_avenue(address.avenue, address.number)
    return _on_avenue(address.avenue, address.street) if address.street is not None else None


def _between(knots: Knots, at: float) -> float:
    """The value at `at`, on the straight line between its neighbors; beyond the ends the last line goes on."""
    index = min(max(bisect_right(knots, at, key=lambda knot: knot[0]), 1), len(knots) - 1)
    (left, low), (right, high) = knots[index - 1], knots[index]
    return low + (high - low) * (at - left) / (right - left)


def _point(along: float, across: float) -> Point:
    cosine, sine = math.cos(math.radians(GRID_DEGREES)), math.sin(math.radians(GRID_DEGREES))
    north, east = along * cosine - across * sine, along * sine + across * cosine
    return Point(
        latitude=round(ORIGIN.latitude + north / METERS_PER_DEGREE, 6),
        longitude=round(ORIGIN.longitude + east / METERS_PER_LONGITUDE, 6),
    )


def _first_street(avenue: str) -> int:
    return 1 if avenue in EAST_VILLAGE_AVENUES else 8 if avenue in ("5", "broadway") else FIRST_AVENUE_STREET


def _on_avenue(avenue: str, street: float) -> Point | None:
    if not _first_street(avenue) <= street <= LAST_STREET:
        return None
    across = _between(BROADWAY, street) if avenue == "broadway" else AVENUES.get(avenue)
    return None if across is None else _point(_between(STREETS, street), across)


def _house_on_avenue(avenue: str, number: int) -> Point | None:
    street = street_of_house(avenue, number)
    return None if street is None else _on_avenue(avenue, street)


def street_of_house(avenue: str, number: int) -> float | None:
    """The street, with a fraction, at which a house number lies on an avenue. None for avenues and numbers outside the printed keys."""
    if avenue == "5":
        key = next((key for last, key in FIFTH if number <= last), None)
        if key is None:
            return None
        return number / 10 + key if key < 0 else number / 20 + key
    if avenue == "cpw":
        return number / 10 + 60
    if avenue == "7":
        return number / 20 + (12 if number <= 1800 else 20)
    if avenue == "broadway":
        return number / 20 - (30 if number < 847 else 25.5 if number < 954 else 31) if number > 756 else None
    twentieth = number / 20
    return twentieth + KEYS[avenue] if avenue in KEYS else None


def _house_on_street(address: Address) -> Point | None:
    if address.street is None or address.number is None or address.side is None:
        return None
    knots = _knots_east(address.street) if address.side == "e" else _knots_west(address.street, address.number)
    if knots is None or address.number > knots[-1][0] + 100:
        return None
    return _point(_between(STREETS, address.street), _between(knots, address.number))


def _knots_east(street: int) -> Knots | None:
    if street in BOWERY_STREETS:
        return EAST_FROM_BOWERY
    return EAST if 1 <= street <= LAST_EAST_STREET else None


def _knots_west(street: int, number: int) -> Knots | None:
    if street < 8 or street > LAST_STREET or (street < FIRST_AVENUE_STREET and number > 100):
        return None
    return WEST_OF_PARK if street in PARK_STREETS else WEST
