"""Distances on the city's plane, turning into the grid, and how much of a distance is told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.places.rules.geometry import Displacement, Point, displacement, distance_meters, quantised_miles

points = st.builds(Point, latitude=st.floats(40.68, 40.89), longitude=st.floats(-74.05, -73.90))


def haversine_meters(a: Point, b: Point) -> float:
    """The twin: great-circle distance on a sphere whose degree is 111.2 km."""
    radius = 111_200 * 180 / math.pi
    la, lb = math.radians(a.latitude), math.radians(b.latitude)
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * radius * math.asin(math.sqrt(half))


@given(points, points)
def test_the_plane_is_as_good_as_the_sphere_here(a: Point, b: Point) -> None:
    assert distance_meters(a, b) == pytest.approx(haversine_meters(a, b), rel=1e-4, abs=0.01)


@given(points, points)
def test_there_and_back_are_as_long(a: Point, b: Point) -> None:
    assert distance_meters(a, b) == pytest.approx(distance_meters(b, a))


@given(points, points, points)
def test_no_detour_is_shorter(a: Point, b: Point, c: Point) -> None:
    assert distance_meters(a, c) <= (distance_meters(a, b) + distance_meters(b, c)) * 1.001 + 1e-6


def test_from_empire_state_to_grand_central() -> None:
    assert distance_meters(Point(40.7484, -73.9857), Point(40.7527, -73.9772)) == pytest.approx(860, abs=10)


@pytest.mark.parametrize(
    ("north", "east", "along", "across"),
    [(100.0, 0.0, 87.5, -48.5), (0.0, 100.0, 48.5, 87.5), (87.5, 48.5, 100.0, 0.0)],
)
def test_uptown_points_to_the_right_of_north(north: float, east: float, along: float, across: float) -> None:
    turned = Displacement(north, east).turned(29.0)
    assert turned.along_meters == pytest.approx(along, abs=0.1)
    assert turned.across_meters == pytest.approx(across, abs=0.1)


@given(points, points, st.floats(0, 360))
def test_turning_keeps_the_length(a: Point, b: Point, degrees: float) -> None:
    way = displacement(a, b)
    turned = way.turned(degrees)
    assert math.hypot(turned.along_meters, turned.across_meters) == pytest.approx(way.straight_meters)
    assert turned.grid_meters >= way.straight_meters - 1e-6


@pytest.mark.parametrize(
    ("meters", "miles"),
    [(0, 0.1), (40, 0.1), (160.9, 0.1), (250, 0.2), (644, 0.4), (800, 0.5), (1609.344, 1.0), (5000, 3.1)],
)
def test_miles_are_told_in_tenths_and_never_as_nothing(meters: float, miles: float) -> None:
    assert quantised_miles(meters) == miles


@given(st.floats(0, 30_000))
def test_a_told_distance_is_right_to_half_a_step(meters: float) -> None:
    told = quantised_miles(meters)
    assert told * 10 == pytest.approx(round(told * 10))
    assert abs(told - meters / 1609.344) <= 0.05 + 1e-9 or told == 0.1
