"""What may stand on a comfort card, and which areas it leaves out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.intake.rules.comfort import Comfort, comfort_faults, comfort_from_dict, comfort_to_dict, left_out

AREAS = ("head", "neck_back", "foot_l", "foot_r")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, []),
        ({"areas_in": ("head",), "areas_out": ("foot_l",), "pressure": 5, "clothing": "clothed", "chaperone": "clinic"}, []),
        ({"areas_in": ("tail",)}, ["areas_in"]),
        ({"areas_out": ("tail",)}, ["areas_out"]),
        ({"areas_in": ("head",), "areas_out": ("head",)}, ["areas_out"]),
        ({"pressure": 0}, ["pressure"]),
        ({"pressure": 6}, ["pressure"]),
        ({"clothing": "coat"}, ["clothing"]),
        ({"chaperone": "king"}, ["chaperone"]),
        ({"stop_words": "x" * 101}, ["stop_words"]),
        ({"draping": "x" * 501}, ["draping"]),
    ],
)
def test_each_fault_of_a_card_is_named(change, fields):
    assert [fault.field for fault in comfort_faults(Comfort(**change), AREAS)] == fields


@pytest.mark.parametrize(
    ("inside", "outside", "left"),
    [
        ((), (), ()),
        ((), ("head",), ("head",)),
        (("head",), (), ("neck_back", "foot_l", "foot_r")),
        (("head", "neck_back"), ("foot_l",), ("foot_l", "foot_r")),
    ],
)
def test_an_area_is_left_out_when_it_is_out_or_when_only_others_are_in(inside, outside, left):
    assert left_out(Comfort(areas_in=inside, areas_out=outside), AREAS) == left


some = st.lists(st.sampled_from(AREAS), unique=True).map(tuple)


@given(some, some, some)
def test_a_card_is_kept_as_it_is_and_nothing_out_is_ever_worked_on(inside, outside, wanted):
    card = Comfort(areas_in=inside, areas_out=outside)
    assert comfort_from_dict(comfort_to_dict(card)) == card
    worked = set(wanted) - set(left_out(card, wanted))
    assert not worked & set(outside)
    assert not inside or worked <= set(inside)
