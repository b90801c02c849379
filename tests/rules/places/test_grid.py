"""The street grid against places whose position is known."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.places import gazetteer
from providers.places.rules.addresses import Address, read_address
from providers.places.rules.geometry import Point, distance_meters
from providers.places.rules.grid import AVENUES, point_of, street_of_house

LANDMARKS = {
    "350 5th Ave": (40.7484, -73.9857),  # Empire State Building
    "20 W 34th St": (40.7484, -73.9857),  # its other door
    "200 Central Park West": (40.7813, -73.9740),  # Museum of Natural History
    "1000 5th Avenue": (40.7794, -73.9632),  # Metropolitan Museum
    "1071 5th Avenue": (40.7830, -73.9590),  # Guggenheim
    "11 W 53rd St": (40.7614, -73.9776),  # Museum of Modern Art
    "1 E 70th St": (40.7712, -73.9674),  # Frick
    "945 Madison Ave": (40.7734, -73.9638),  # Breuer building
    "405 Lexington Ave": (40.7516, -73.9755),  # Chrysler Building
    "89 E 42nd St": (40.7527, -73.9772),  # Grand Central
    "405 E 42nd St": (40.7489, -73.9680),  # United Nations
    "476 5th Ave": (40.7532, -73.9823),  # Public Library
    "175 5th Ave": (40.7411, -73.9897),  # Flatiron Building
    "75 9th Ave": (40.7421, -74.0048),  # Chelsea Market
    "620 8th Ave": (40.7561, -73.9905),  # Times building
    "1260 6th Ave": (40.7600, -73.9799),  # Radio City
    "881 7th Ave": (40.7651, -73.9799),  # Carnegie Hall
    "1697 Broadway": (40.7638, -73.9827),  # Ed Sullivan Theater
    "2109 Broadway": (40.7806, -73.9811),  # Ansonia
    "2960 Broadway": (40.8075, -73.9626),  # Columbia University
    "1047 Amsterdam Ave": (40.8038, -73.9619),  # St. John the Divine
    "253 W 125th St": (40.8099, -73.9500),  # Apollo Theater
    "620 W 168th St": (40.8405, -73.9420),  # the hospital in Washington Heights
    "1468 Madison Ave": (40.7900, -73.9526),  # Mount Sinai
    "525 E 68th St": (40.7645, -73.9540),  # the hospital at York Avenue
    "1230 York Ave": (40.7622, -73.9555),  # Rockefeller University
    "550 1st Ave": (40.7420, -73.9741),  # the hospital at 33rd Street
    "281 1st Ave": (40.7331, -73.9822),  # Beth Israel
    "30 E 14th St": (40.7357, -73.9919),  # Union Square
    "64 East 7th Street": (40.7273, -73.9869),
    "Broadway & 72nd": (40.7785, -73.9818),
    "5th and 42nd": (40.7534, -73.9809),
    "Lexington & 86th": (40.7794, -73.9556),
    "125th St and Lenox": (40.8079, -73.9456),
    "181st & Broadway": (40.8500, -73.9360),
    "14th St and 1st Ave": (40.7316, -73.9828),
}

STATIONS = {  # where a numbered street meets an avenue: positions of the subway's own schedule
    ("7", 34): (40.750373, -73.991057), ("7", 23): (40.744081, -73.995657), ("7", 14): (40.737826, -74.000201),
    ("lexington", 86): (40.779492, -73.955589), ("lexington", 77): (40.77362, -73.959874), ("lexington", 96): (40.785672, -73.95107),
    ("lexington", 116): (40.798629, -73.941617), ("cpw", 72): (40.775594, -73.97641), ("cpw", 96): (40.791642, -73.964696),
    ("cpw", 103): (40.796092, -73.961454), ("8", 34): (40.752287, -73.993391), ("8", 50): (40.762456, -73.985984),
    ("2", 72): (40.768799, -73.958424), ("2", 86): (40.777891, -73.951787), ("6", 34): (40.749719, -73.987823),
    ("6", 23): (40.742878, -73.992821), ("lenox", 116): (40.802098, -73.949625), ("lenox", 135): (40.814229, -73.94077),
    ("broadway", 116): (40.807722, -73.96411), ("broadway", 66): (40.77344, -73.982209), ("broadway", 103): (40.799446, -73.968379),
    ("park", 33): (40.746081, -73.982076), ("4", 23): (40.739864, -73.986599),
}  # fmt: skip


def meters_off(text: str) -> float:
    address = read_address(text).address
    assert address is not None
    point = point_of(address)
    assert point is not None
    return distance_meters(point, Point(*LANDMARKS[text]))


@pytest.mark.parametrize("text", LANDMARKS)
def test_a_landmark_is_found_within_two_hundred_meters(text: str) -> None:
    assert meters_off(text) < 200


def test_half_of_the_landmarks_are_found_within_eighty_meters() -> None:
    assert statistics.median(meters_off(text) for text in LANDMARKS) < 80


def test_corners_lie_where_their_stations_are() -> None:
    off = []
    for (avenue, street), where in STATIONS.items():
        point = point_of(Address("", avenue=avenue, street=street))
        assert point is not None
        off.append(distance_meters(point, Point(*where)))
    assert statistics.median(off) < 40
    assert max(off) < 120


@pytest.mark.parametrize(
    ("avenue", "number", "street"),
    [
        ("5", 150, 20.5), ("5", 350, 33.5), ("5", 500, 43), ("5", 700, 55), ("5", 1000, 82), ("5", 1400, 115), ("5", 2100, 129),
        ("cpw", 200, 80), ("7", 1000, 62), ("7", 2100, 125), ("broadway", 2000, 69), ("broadway", 800, 10), ("broadway", 900, 19.5),
        ("lexington", 400, 42), ("park", 740, 71.5), ("madison", 500, 51.5), ("columbus", 200, 69.5), ("3", 900, 54.5), ("a", 100, 8),
    ],
)  # fmt: skip
def test_house_numbers_tell_the_street(avenue: str, number: int, street: float) -> None:
    assert street_of_house(avenue, number) == street


@pytest.mark.parametrize(
    "text",
    [
        "235 W 10th St",  # the West Village has its own grid
        "100 Broadway",  # downtown
        "30 7th Ave",  # below 14th Street
        "5 W 220th St",  # Inwood turns
        "5 E 150th St",  # the river
        "3000 E 20th St",  # no such house
        "9999999 W 20th St",
        "20000 5th Ave",
        "400 12th Ave",  # no printed key
        "6th Ave & 8th St",
    ],
)
def test_off_the_grid_is_no_point(text: str) -> None:
    address = read_address(text).address
    assert address is None or point_of(address) is None


def test_an_address_without_its_parts_is_no_point() -> None:
    assert point_of(Address("", street=20, side="e")) is None
    assert point_of(Address("", avenue="5")) is None
    assert point_of(Address("", avenue="nowhere", street=20)) is None


@given(st.sampled_from(["3", "5", "7", "lexington", "park", "madison", "8"]), st.integers(20, 109), st.integers(1, 40))
def test_uptown_is_uptown(avenue: str, street: int, further: int) -> None:
    here, there = (point_of(Address("", avenue=avenue, street=each)) for each in (street, street + further))
    assert here
    assert there
    assert there.latitude > here.latitude
    assert there.longitude > here.longitude
    assert distance_meters(here, there) == pytest.approx(80.4 * further, rel=0.05, abs=5)


@given(st.integers(1, 132), st.integers(2, 400))
def test_east_is_right_of_west(street: int, number: int) -> None:
    east = point_of(Address("", number=number, side="e", street=street))
    assert east is not None
    west = point_of(Address("", number=min(number, 100), side="w", street=street))
    if west is not None:
        assert east.longitude > west.longitude


@given(st.sampled_from(sorted(set(AVENUES) - {"a", "b", "c", "d", "york", "east_end", "12"})), st.integers(14, 109))
def test_corners_lie_in_or_beside_manhattan(avenue: str, street: int) -> None:
    point = point_of(Address("", avenue=avenue, street=street))
    assert point is not None
    shapes = gazetteer.nta_shapes()
    assert shapes.holding(point) or shapes.nearest(point)[1] < 450
