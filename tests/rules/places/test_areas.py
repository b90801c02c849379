"""Where a mobile provider comes to, and what that tells about where they live."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound
from providers.places import gazetteer
from providers.places.rules.areas import COVERED, AreaVerdict, ServiceArea, covers
from providers.places.rules.geometry import distance_meters
from providers.places.rules.travel import TravelMode

ZIPS = tuple(info.zip for info in gazetteer.zips())
zip_codes = st.sampled_from(ZIPS)


def asked(area: ServiceArea, zip_code: str) -> AreaVerdict:
    """The rule itself, with the gazetteer's figures handed in."""
    return covers(area, gazetteer.zip_spot(zip_code), gazetteer.neighborhoods_of_zip(zip_code))


@given(zip_codes)
def test_an_empty_area_covers_nothing(zip_code: str) -> None:
    verdict = asked(ServiceArea(max_travel_minutes=600, base=gazetteer.base_anchor("10003")), zip_code)
    assert (verdict.allowed, verdict.code) == (False, "outside_area")


def test_a_named_zip_is_covered_and_its_neighbor_is_not() -> None:
    area = ServiceArea(zips=frozenset({"10003"}))
    assert asked(area, "10003") == COVERED
    assert asked(area, "10009").sentence == "This provider does not come to 10009."


def test_a_neighborhood_covers_the_zips_it_touches() -> None:
    area = ServiceArea(neighborhoods=frozenset({"east_village"}))
    assert [code for code in ZIPS if asked(area, code).allowed] == ["10003", "10009"]


def test_any_of_the_three_is_enough() -> None:
    area = ServiceArea(
        zips=frozenset({"10034"}), neighborhoods=frozenset({"tribeca"}), radius_meters=1500, base=gazetteer.base_anchor("10030")
    )
    assert {"10034", "10007", "10013", "10030", "10037"} <= {code for code in ZIPS if asked(area, code).allowed}
    assert not asked(area, "10017").allowed


def test_a_radius_without_a_base_covers_nothing() -> None:
    assert not asked(ServiceArea(radius_meters=50_000), "10003").allowed


def test_the_longest_travel_narrows_what_is_named() -> None:
    area = ServiceArea(
        zips=frozenset({"10016", "10034"}), base=gazetteer.base_anchor("10016"), max_travel_minutes=35, mode=TravelMode.SUBWAY
    )
    assert asked(area, "10016").allowed
    refused = asked(area, "10034")
    assert (refused.code, refused.sentence) == ("outside_area", "10034 is farther than this provider travels.")


def test_the_longest_travel_is_reached_not_passed() -> None:
    here = gazetteer.base_anchor("10016")
    minutes = 35
    area = ServiceArea(zips=frozenset(ZIPS), base=here, max_travel_minutes=minutes)
    planned = {code: gazetteer.travel_minutes(here, gazetteer.zip_spot(code), area.mode, 12 * 60) for code in ZIPS}
    assert minutes in planned.values()
    assert {code for code in ZIPS if asked(area, code).allowed} == {code for code, took in planned.items() if took <= minutes}


def test_codes_of_single_buildings_are_covered_with_their_neighbor() -> None:
    area = ServiceArea(zips=frozenset({"10001"}))
    assert gazetteer.covers_zip(area, "10118").allowed
    assert gazetteer.covers_zip(area, "10119").allowed


def test_elsewhere_is_never_covered() -> None:
    verdict = gazetteer.covers_zip(ServiceArea(zips=frozenset({"11201"})), "11201")
    assert (verdict.code, verdict.sentence) == ("outside_area", "11201 is not in Manhattan.")


@given(zip_codes, st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_wider_radius_never_loses_a_zip(base: str, one: int, other: int) -> None:
    anchor = gazetteer.base_anchor(base)
    small, large = (set(gazetteer.covered_zips(ServiceArea(radius_meters=radius, base=anchor))) for radius in sorted((one, other)))
    assert small <= large


@given(zip_codes, st.integers(0, 20_000))
def test_covered_zips_are_those_within_the_radius(base: str, radius: int) -> None:
    anchor = gazetteer.base_anchor(base)
    near = tuple(code for code in ZIPS if distance_meters(anchor.point, gazetteer.zip_spot(code).point) <= radius)
    assert gazetteer.covered_zips(ServiceArea(radius_meters=radius, base=anchor)) == near


def homes_that_look_alike(zip_code: str) -> list[str]:
    """Every ZIP code whose residents' areas answer exactly as those of `zip_code`, whatever is asked."""
    return [code for code in ZIPS if gazetteer.base_anchor(code) == gazetteer.base_anchor(zip_code)]


@pytest.mark.parametrize("zip_code", ZIPS)
def test_no_number_of_answers_finds_a_home_to_a_kilometer(zip_code: str) -> None:
    """All that is ever counted from a home is counted from its anchor: homes with one anchor cannot be told apart. The smallest
    circle around them has a radius of more than a kilometer, so that no guess can be sure to be nearer."""
    shapes = gazetteer.zip_shapes()
    together = shapely.union_all([shapes.geometries[shapes.codes.index(code)] for code in homes_that_look_alike(zip_code)])
    plane = shapely.transform(together, lambda corners: corners * [84_200.0, 111_200.0])
    assert shapely.minimum_bounding_radius(plane) > 1000


def test_the_anchor_is_the_districts_middle_and_no_home() -> None:
    assert gazetteer.base_anchor("10016") == gazetteer.base_anchor("10022")
    assert gazetteer.base_anchor("10016") != gazetteer.base_anchor("10021")
    assert gazetteer.base_anchor("10463") == gazetteer.base_anchor("10034")
    assert gazetteer.base_anchor("10118") == gazetteer.base_anchor("10001")
    with pytest.raises(NotFound):
        gazetteer.base_anchor("11201")
