"""The regions: 44, named with their side, the same that the health questions know."""

from __future__ import annotations

import pytest

from booking.bodymap.rules import BACK, FRONT, REGIONS, regions_for
from booking.screening import catalogue


def test_there_are_44_regions_and_the_names_tell_them_apart():
    assert len(REGIONS) == 44
    assert len({region.name for region in REGIONS.values()}) == 44
    assert all(code == region.code for code, region in REGIONS.items())


@pytest.mark.parametrize("region", REGIONS.values(), ids=lambda region: region.code)
def test_a_region_is_named_with_its_side(region):
    assert {"l": "left", "r": "right"}.get(region.code.rpartition("_")[2]) == region.side
    assert (region.side or "") == next((side for side in ("left", "right") if side in region.name.lower()), "")
    assert region.view in {FRONT, BACK}


def test_each_left_has_its_right_in_the_same_view():
    for region in REGIONS.values():
        if region.side == "left":
            other = REGIONS[region.code[:-1] + "r"]
            assert (other.view, other.name) == (region.view, region.name.replace("Left", "Right"))


def test_every_region_of_the_health_questions_is_a_region_here_by_the_same_name():
    body = catalogue.body_map()
    assert dict(body.names) == {code: region.name for code, region in REGIONS.items()}
    assert dict(body.views) == {code: region.view for code, region in REGIONS.items()}


def test_every_area_that_a_rule_leaves_out_is_on_the_map_or_has_to_be_marked_first():
    body = catalogue.body_map()
    for rule in catalogue.rules().values():
        for code in rule.barred_regions:
            assert bool(regions_for([code], body.groups)) is (code not in body.marked), (rule.code, code)


@pytest.mark.parametrize(
    ("codes", "regions"),
    [
        ([], ()),
        (["jaw_r"], ("jaw_r",)),
        (["foot_l", "head"], ("head", "foot_l")),
        (["affected_region"], ()),
        (["spine"], ("neck_back", "upper_back_l", "upper_back_r", "mid_back_l", "mid_back_r", "lower_back_l", "lower_back_r", "sacrum")),
        (["spine", "sacrum", "hand_l"], ("neck_back", "hand_l", "upper_back_l", "upper_back_r", "mid_back_l", "mid_back_r", "lower_back_l", "lower_back_r", "sacrum")),
    ],
)  # fmt: skip
def test_codes_of_the_health_questions_mean_regions(codes, regions):
    assert regions_for(codes, catalogue.body_map().groups) == regions
