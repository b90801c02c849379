"""The vendored tables and shapes: whole, consistent with each other, and honest about where Manhattan ends."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound
from providers.places import gazetteer
from providers.places.rules.geometry import Point, distance_meters

ZIPS = {info.zip: info for info in gazetteer.zips()}
HOODS = {hood.code: hood for hood in gazetteer.neighborhoods()}


def test_the_tables_are_whole() -> None:
    assert len(ZIPS) == len(gazetteer.zips()) == 45
    assert len(HOODS) == len(gazetteer.neighborhoods()) == 44
    assert len(gazetteer.nta_areas()) == 38
    assert set(gazetteer.zip_shapes().codes) == set(ZIPS)
    assert set(gazetteer.nta_shapes().codes) == set(gazetteer.nta_areas())


def test_every_code_belongs_to_one_area_only() -> None:
    codes = [code for info in gazetteer.zips() for code in {info.zip, *info.covers, *info.building_zips}]
    assert len(codes) == len(set(codes))


def test_neighborhoods_and_zips_know_each_other() -> None:
    assert {code for hood in HOODS.values() for code in hood.zips} == set(ZIPS)
    for hood in HOODS.values():
        assert all(hood.code in gazetteer.neighborhoods_of_zip(code) for code in hood.zips)
    placed = {code for area in gazetteer.nta_areas().values() for code in area.neighborhoods}
    assert placed | {"marble_hill"} == set(HOODS)


def test_shapes_are_sound_and_small() -> None:
    for name in ("zip_areas.geojson", "nta_areas.geojson"):
        assert (gazetteer.DATA / name).stat().st_size < 40_000
    for shapes in (gazetteer.zip_shapes(), gazetteer.nta_shapes()):
        assert all(shape.is_valid for shape in shapes.geometries)
        whole = sum(shape.area for shape in shapes.geometries)
        assert whole - shapely.union_all(shapes.geometries).area < whole * 2e-4


@pytest.mark.parametrize("code", HOODS)
def test_a_neighborhoods_middle_lies_in_it_and_in_one_of_its_zips(code: str) -> None:
    hood = HOODS[code]
    assert gazetteer.neighborhood_of(hood.point) == code
    assert gazetteer.zip_of(hood.point) in hood.zips


@pytest.mark.parametrize("code", sorted(set(ZIPS) - {"10024"}))
def test_a_zips_middle_lies_in_it(code: str) -> None:
    assert gazetteer.zip_of(ZIPS[code].spot.point) == code


def test_the_middle_of_10024_is_dragged_north_by_riverside_park() -> None:
    point = ZIPS["10024"].spot.point
    assert gazetteer.zip_of(point) == "10025"
    assert gazetteer.zip_shapes().meters_to("10024", point) < 50


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("10118", "10001"),
        ("10119", "10001"),
        ("10020", "10019"),
        ("10162", "10075"),
        ("10178", "10017"),
        ("10271", "10005"),
        ("10003", "10003"),
    ],
)
def test_codes_of_single_buildings_answer_with_the_area_around_them(code: str, area: str) -> None:
    assert gazetteer.zip_info(code).zip == area
    assert gazetteer.zip_spot(code) == gazetteer.zip_spot(area)
    assert gazetteer.neighborhoods_of_zip(code) == gazetteer.neighborhoods_of_zip(area)


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("10024-1234", "10024"),
        ("10119-0110", "10001"),
        ("11201-0001", None),
        ("10024-12", None),
        ("10024 1234", None),
        ("x10024-1234", None),
    ],
)
def test_browsers_fill_in_nine_digits_and_the_first_five_count(typed: str, area: str | None) -> None:
    found = gazetteer.find_zip(typed)
    assert (None if found is None else found.zip) == area


def test_what_is_unknown_is_not_found() -> None:
    assert gazetteer.find_zip("11201") is None
    assert gazetteer.neighborhoods_of_zip("11201") == frozenset()
    for asked in (lambda: gazetteer.zip_info("11201"), lambda: gazetteer.neighborhood("williamsburg"), lambda: gazetteer.zip_spot("99999")):
        with pytest.raises(NotFound):
            asked()


@pytest.mark.parametrize(
    ("latitude", "longitude", "zip_code", "hood"),
    [
        (40.7484, -73.9857, "10001", "flatiron_nomad"),  # Empire State Building
        (40.7527, -73.9772, "10017", "midtown_east_grand_central"),  # Grand Central
        (40.7580, -73.9855, "10036", "times_square_theater_district"),
        (40.7266, -73.9815, "10009", "east_village"),  # Tompkins Square
        (40.7233, -74.0030, "10013", "soho"),
        (40.7813, -73.9740, "10024", "upper_west_side"),  # the museum, at the park's edge
        (40.7829, -73.9654, "10024", "carnegie_hill"),  # inside Central Park: the nearest
        (40.8075, -73.9626, "10027", "morningside_heights"),
        (40.8763, -73.9106, "10463", "marble_hill"),
        (40.7619, -73.9499, "10044", "roosevelt_island"),
        (40.6892, -74.0165, "10004", "financial_district"),  # Governors Island
        (40.7930, -73.9210, "10035", "east_harlem"),  # Randalls Island
    ],
)
def test_places_one_knows(latitude: float, longitude: float, zip_code: str, hood: str) -> None:
    point = Point(latitude, longitude)
    assert gazetteer.in_manhattan(point)
    assert (gazetteer.zip_of(point), gazetteer.neighborhood_of(point)) == (zip_code, hood)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (40.7033, -73.9903),  # Brooklyn, by the bridge
        (40.7447, -73.9485),  # Long Island City
        (40.8280, -73.9260),  # the stadium in the Bronx
        (40.8840, -73.9040),  # the Bronx part of 10463
        (40.7440, -74.0324),  # Hoboken
        (40.7000, -74.0800),
        (0.0, 0.0),
        (90.0, 180.0),
    ],
)
def test_across_the_water_is_not_manhattan(latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude)
    assert not gazetteer.in_manhattan(point)
    assert gazetteer.zip_of(point) is None
    assert gazetteer.neighborhood_of(point) is None


@given(st.floats(40.68, 40.89), st.floats(-74.05, -73.90))
def test_a_point_has_a_zip_and_a_neighborhood_or_neither(latitude: float, longitude: float) -> None:
    point = Point(latitude, longitude)
    inside = gazetteer.in_manhattan(point)
    assert (gazetteer.zip_of(point) is not None) is inside
    assert (gazetteer.neighborhood_of(point) is not None) is inside


@given(st.floats(40.68, 40.89), st.floats(-74.05, -73.90))
def test_the_nearest_shape_is_what_a_scan_finds(latitude: float, longitude: float) -> None:
    shapes, point = gazetteer.zip_shapes(), Point(latitude, longitude)
    code, meters = shapes.nearest(point)
    degrees = {
        each: shape.distance(shapely.Point(longitude, latitude)) for each, shape in zip(shapes.codes, shapes.geometries, strict=True)
    }
    assert degrees[code] == min(degrees.values())
    assert meters == pytest.approx(shapes.meters_to(code, point))


def test_distances_between_zips_are_those_of_the_city() -> None:
    assert distance_meters(ZIPS["10005"].spot.point, ZIPS["10034"].spot.point) == pytest.approx(19_300, rel=0.02)
