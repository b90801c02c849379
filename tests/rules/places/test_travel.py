"""Travel between appointments: the model's own table, its steps in the day, islands, the park, symmetry and sanity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.places import gazetteer
from providers.places.rules.travel import (
    CONSTANTS,
    Spot,
    Traffic,
    TravelConstants,
    TravelMode,
    grid_km,
    mode_with,
    traffic_at,
    travel_estimate,
    travel_minutes,
)

NOON, EVENING, LATE, NIGHT = 12 * 60, 20 * 60 + 30, 21 * 60 + 30, 23 * 60 + 30
WALK, TABLE, SUBWAY, CAR = TravelMode.WALK, TravelMode.WALK_WITH_TABLE, TravelMode.SUBWAY, TravelMode.CAR
SUBWAY_WITH_TABLE = TravelMode.SUBWAY_WITH_TABLE
ZIPS = tuple(info.zip for info in gazetteer.zips())

zip_codes = st.sampled_from(ZIPS)
modes = st.sampled_from(TravelMode)
minutes = st.integers(min_value=0, max_value=2880)
spots = st.builds(
    Spot,
    latitude=st.floats(40.70, 40.88),
    longitude=st.floats(-74.02, -73.91),
    zip=zip_codes,
    band=st.sampled_from(["downtown", "midtown", "upper", "uptown"]),
)


def between(origin: str, target: str, mode: TravelMode, minute: int) -> float:
    """The estimate between two ZIP codes, to a tenth of a minute."""
    return round(travel_estimate(gazetteer.zip_spot(origin), gazetteer.zip_spot(target), mode, minute), 1)


TABLE_ROWS = [
    ("10016", "10017", 0.93, 11.6, 14.3, 18.1, 27.1, 14.1, 11.9),
    ("10021", "10023", 2.46, 30.7, 37.8, 31.9, 40.9, 21.0, 21.0),
    ("10028", "10005", 9.39, 117.4, 144.5, 38.3, 47.3, 60.2, 38.7),
    ("10005", "10013", 2.07, 25.9, 31.9, 22.6, 31.6, 20.3, 15.5),
]


@pytest.mark.parametrize("row", TABLE_ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_the_models_table(row: tuple[str, str, float, float, float, float, float, float, float]) -> None:
    origin, target, km, walk, table, subway, evening_with_table, car_day, car_late = row
    assert round(grid_km(gazetteer.zip_spot(origin).point, gazetteer.zip_spot(target).point), 2) == km
    assert between(origin, target, WALK, NOON) == walk
    assert between(origin, target, TABLE, NOON) == table
    assert between(origin, target, SUBWAY, NOON) == subway
    assert between(origin, target, SUBWAY_WITH_TABLE, EVENING) == evening_with_table
    assert between(origin, target, CAR, NOON) == car_day
    assert between(origin, target, CAR, LATE) == car_late


@pytest.mark.parametrize(
    ("origin", "target", "mode", "minute", "planned"),
    [
        ("10016", "10017", CAR, NOON, 15),
        ("10028", "10005", CAR, NOON, 65),
        ("10017", "10017", CAR, NOON, 10),
        ("10017", "10017", WALK, NOON, 10),
        ("10021", "10023", CAR, LATE, 25),
        ("10005", "10013", TABLE, NOON, 35),
    ],
)
def test_what_is_planned_is_the_next_five_and_ten_at_least(origin: str, target: str, mode: TravelMode, minute: int, planned: int) -> None:
    assert travel_minutes(gazetteer.zip_spot(origin), gazetteer.zip_spot(target), mode, minute) == planned


def test_a_whole_five_is_not_rounded_further() -> None:
    exact = TravelConstants(car_access_minutes=15.0)
    here = gazetteer.zip_spot("10017")
    assert travel_minutes(here, here, CAR, NOON, exact) == 15


@pytest.mark.parametrize(
    ("minute", "traffic"),
    [
        (0, Traffic.NIGHT), (6 * 60 + 59, Traffic.NIGHT), (7 * 60, Traffic.DAY), (19 * 60 + 59, Traffic.DAY), (20 * 60, Traffic.EVENING),
        (20 * 60 + 59, Traffic.EVENING), (21 * 60, Traffic.LATE), (22 * 60 + 59, Traffic.LATE), (23 * 60, Traffic.NIGHT),
        (1440 + 30, Traffic.NIGHT), (1440 + 9 * 60, Traffic.DAY),
    ],
)  # fmt: skip
def test_the_stretches_of_the_day(minute: int, traffic: Traffic) -> None:
    assert traffic_at(minute) is traffic


def test_waiting_for_the_subway_grows_with_the_evening() -> None:
    waits = [between("10016", "10017", SUBWAY, minute) for minute in (NOON, EVENING, LATE, NIGHT)]
    assert [round(wait - waits[0]) for wait in waits] == [0, 4, 4, 9]


def test_the_car_is_faster_from_nine_and_not_before() -> None:
    assert between("10016", "10017", CAR, EVENING) == between("10016", "10017", CAR, NOON)
    assert between("10016", "10017", CAR, NIGHT) == between("10016", "10017", CAR, LATE) < between("10016", "10017", CAR, NOON)


def test_changing_lines_costs_only_where_one_goes_far_both_ways() -> None:
    start = Spot(40.75, -73.98, zip="10016", band="midtown")
    uptown = Spot(40.80, -73.9436, zip="10029", band="uptown")
    diagonal = Spot(40.80, -73.97, zip="10025", band="upper")
    no_change = TravelConstants(subway_transfer_minutes=0.0)
    assert travel_estimate(start, uptown, SUBWAY, NOON) == travel_estimate(start, uptown, SUBWAY, NOON, no_change)
    assert travel_estimate(start, diagonal, SUBWAY, NOON) == travel_estimate(start, diagonal, SUBWAY, NOON, no_change) + 6


@pytest.mark.parametrize("west", sorted(CONSTANTS.park_west_zips))
@pytest.mark.parametrize("east", sorted(CONSTANTS.park_east_zips))
@pytest.mark.parametrize("minute", [NOON, LATE])
def test_driving_across_the_park_takes_twelve_minutes_at_least(west: str, east: str, minute: int) -> None:
    assert between(west, east, CAR, minute) >= 21.0


def test_roosevelt_island_is_farther_than_the_map_says() -> None:
    for mode in TravelMode:
        near, over = between("10044", "10021", mode, NOON), between("10065", "10021", mode, NOON)
        assert near >= over + 6
        assert between("10044", "10044", mode, NOON) == between("10065", "10065", mode, NOON)


def test_the_way_to_the_island_pays_for_the_train_once() -> None:
    assert between("10044", "10065", SUBWAY, NOON) < 2 * 16


@given(origin=zip_codes, target=zip_codes, mode=modes, minute=minutes)
def test_the_way_back_takes_as_long(origin: str, target: str, mode: TravelMode, minute: int) -> None:
    there = travel_estimate(gazetteer.zip_spot(origin), gazetteer.zip_spot(target), mode, minute)
    back = travel_estimate(gazetteer.zip_spot(target), gazetteer.zip_spot(origin), mode, minute)
    assert there == pytest.approx(back)


@given(origin=spots, target=spots, mode=modes, minute=minutes)
def test_plans_are_whole_fives_and_never_shorter_than_the_way(origin: Spot, target: Spot, mode: TravelMode, minute: int) -> None:
    planned, estimate = travel_minutes(origin, target, mode, minute), travel_estimate(origin, target, mode, minute)
    assert planned % 5 == 0
    assert planned >= 10
    assert planned - max(5.0, estimate) < 5.001
    assert planned >= estimate - 1e-6


@given(origin=zip_codes, over=zip_codes, target=zip_codes, mode=st.sampled_from([WALK, TABLE, CAR]), minute=minutes)
def test_a_detour_is_never_a_shortcut_by_more_than_the_old_town_bends(
    origin: str, over: str, target: str, mode: TravelMode, minute: int
) -> None:
    a, b, c = (gazetteer.zip_spot(code) for code in (origin, over, target))
    direct = travel_estimate(a, c, mode, minute)
    detour = travel_estimate(a, b, mode, minute) + travel_estimate(b, c, mode, minute)
    assert direct <= detour * 1.3 * 19 / 11 + 12


@given(origin=zip_codes, target=zip_codes, mode=modes, minute=minutes)
def test_the_kept_figure_is_the_models_figure(origin: str, target: str, mode: TravelMode, minute: int) -> None:
    spots_apart = gazetteer.zip_spot(origin), gazetteer.zip_spot(target)
    assert gazetteer.travel_between_zips(origin, target, mode, minute) == travel_minutes(*spots_apart, mode, minute)


@given(origin=spots, target=spots)
def test_the_grid_is_never_shorter_than_the_bird(origin: Spot, target: Spot) -> None:
    a, b = origin.point, target.point
    # One cosine for the whole island: off by at most half a percent, which both bounds allow for.
    straight_km = 111.2 * (((a.latitude - b.latitude) ** 2 + ((a.longitude - b.longitude) * 0.757) ** 2) ** 0.5)
    assert straight_km * 0.995 <= grid_km(a, b) + 1e-9
    assert grid_km(a, b) <= straight_km * 2**0.5 * 1.005 + 1e-3


def test_a_table_is_carried_on_foot_and_up_the_subways_stairs_but_not_in_a_car() -> None:
    assert [mode_with(mode, table=True) for mode in (WALK, TABLE, SUBWAY, CAR)] == [TABLE, TABLE, SUBWAY_WITH_TABLE, CAR]
    assert [mode_with(mode, table=False) for mode in (WALK, SUBWAY, CAR)] == [WALK, SUBWAY, CAR]
    for minute in (NOON, EVENING, LATE, NIGHT):
        assert between("10044", "10005", SUBWAY_WITH_TABLE, minute) == pytest.approx(between("10044", "10005", SUBWAY, minute) + 5)


def test_constants_are_a_version() -> None:
    with pytest.raises(AttributeError):
        CONSTANTS.walk_kmh = 6.0  # type: ignore[misc]
    assert CONSTANTS.version == "2027-2"
