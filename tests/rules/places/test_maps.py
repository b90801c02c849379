"""The schematic map: fixed, small, uptown up, and every place of Manhattan on it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.places import gazetteer, maps
from providers.places.rules.geometry import Point
from providers.places.rules.schematic import HEIGHT, LEAST_WINDOW, WIDTH, Box, Window, map_point, window_around

PATH = re.compile(r"(?:M\d+ \d+l(?:-?\d+(?: |(?=-))?-?\d+ ?)+z)+")


def corners(path: str) -> list[tuple[int, int]]:
    """The absolute corners of a path, read back the way a browser does."""
    found = []
    for ring in path.split("M")[1:]:
        start, steps = ring.rstrip("z").split("l")
        x, y = (int(each) for each in start.split())
        found.append((x, y))
        numbers = [int(each) for each in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


@pytest.mark.parametrize("shapes", [maps.map_shapes(), maps.area_shapes()], ids=["ground", "zips"])
def test_paths_are_small_and_inside_the_box(shapes: tuple[maps.MapShape, ...]) -> None:
    assert sum(len(shape.path) for shape in shapes) <= 12_000
    assert len({shape.code for shape in shapes}) == len(shapes)
    for shape in shapes:
        assert PATH.fullmatch(shape.path), shape.path
        for x, y in [*corners(shape.path), (shape.label_x, shape.label_y)]:
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_every_neighborhood_and_zip_is_drawn() -> None:
    drawn = {code for shape in maps.map_shapes() for code in shape.neighborhoods}
    assert drawn == {hood.code for hood in gazetteer.neighborhoods()}
    assert {shape.code for shape in maps.area_shapes()} == {info.zip for info in gazetteer.zips()}
    assert f"0 0 {WIDTH} {HEIGHT}" == maps.VIEW_BOX


@given(st.floats(40.68, 40.89), st.floats(-74.05, -73.90))
def test_every_place_of_manhattan_is_inside_the_box(latitude: float, longitude: float) -> None:
    x, y = map_point(latitude, longitude)
    if gazetteer.in_manhattan(Point(latitude, longitude)):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def inside(path: str, x: float, y: float) -> bool:
    """Whether a path's first ring holds a point, by crossing number."""
    ring = corners(path[: path.index("z")])
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
    return crossings % 2 == 1


def test_pins_fall_into_their_areas() -> None:
    areas = {shape.code: shape for shape in maps.area_shapes()}
    missed = [info.zip for info in gazetteer.zips() if not inside(areas[info.zip].path, *map_point(info.latitude, info.longitude))]
    assert missed == ["10024"]  # Riverside Park pulls its middle out of it


def test_labels_sit_inside_their_areas() -> None:
    assert all(
        any(inside(f"M{ring}", shape.label_x, shape.label_y) for ring in shape.path.split("M")[1:])
        for shape in (*maps.map_shapes(), *maps.area_shapes())
    )


def test_uptown_is_up_and_the_avenues_stand_straight() -> None:
    battery, inwood = map_point(40.7033, -74.0170), map_point(40.8672, -73.9210)
    assert inwood[1] < battery[1] - 1500
    south, north = map_point(40.7643, -73.9730), map_point(40.7969, -73.9492)  # Fifth Avenue along the park
    assert abs(south[0] - north[0]) < 3
    assert south[1] - north[1] == pytest.approx(414, abs=3)
    hudson, east_river = map_point(40.7590, -74.0010), map_point(40.7480, -73.9690)
    assert hudson[0] < east_river[0]


def test_without_points_the_window_is_the_map() -> None:
    assert window_around([], 0.57).view_box == maps.VIEW_BOX


points = st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=1, max_size=12)


@given(points, st.sampled_from([0.57, 1.0, 1.6]))
def test_a_window_shows_all_its_points_in_the_asked_shape(around: list[tuple[float, float]], aspect: float) -> None:
    window = window_around(around, aspect)
    assert window.width / window.height == pytest.approx(aspect, rel=0.01)
    assert window.width >= LEAST_WINDOW
    assert all(window.x < x < window.x + window.width and window.y < y < window.y + window.height for x, y in around)


def test_a_window_is_written_for_svg() -> None:
    assert Window(1.5, -2.0, 160.0, 280.7).view_box == "1.5 -2 160 280.7"


@pytest.mark.parametrize(
    ("box", "seen"),
    [
        ((0, 0, 100, 100), True),
        ((10, 20, 11, 21), True),
        ((-50, -50, 500, 500), True),
        ((0, 0, 10, 10), False),
        ((60, 0, 90, 100), False),
        ((0, 70, 100, 90), False),
        ((59, 69, 60, 70), True),
    ],
)
def test_a_window_shows_what_meets_it_and_leaves_out_what_only_touches_its_edge(box, seen):
    assert Window(10, 20, 50, 50).meets(Box(*box)) is seen


def test_each_area_lies_in_its_box():
    for shape in (*maps.map_shapes(), *maps.area_shapes()):
        assert shape.box.left <= shape.label_x <= shape.box.right
        assert shape.box.top <= shape.label_y <= shape.box.bottom
