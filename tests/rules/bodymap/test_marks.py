"""Marks: what may be said of a region, how two maps compare, and what a mark is in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.bodymap.rules import (
    DEPTHS,
    QUALITIES,
    REGIONS,
    Mark,
    changes,
    in_order,
    in_words,
    mark_from_dict,
    mark_to_dict,
    marks_faults,
)

GOOD = Mark("neck_back", 6, "ache")
MARKS = st.builds(
    Mark,
    region=st.sampled_from(sorted(REGIONS)),
    intensity=st.integers(0, 10),
    quality=st.sampled_from(sorted(QUALITIES)),
    note=st.text(max_size=20),
    depth=st.none() | st.sampled_from(sorted(DEPTHS)),
    radiates_to=st.none() | st.sampled_from(sorted(REGIONS)),
)
MAPS = st.lists(MARKS, max_size=12, unique_by=lambda mark: mark.region)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({}, []),
        ({"intensity": 0}, []),
        ({"intensity": 10, "depth": "deep", "radiates_to": "hand_l", "note": "x" * 300}, []),
        ({"region": "tail"}, ["region"]),
        ({"region": "affected_region"}, ["region"]),
        ({"intensity": -1}, ["intensity"]),
        ({"intensity": 11}, ["intensity"]),
        ({"quality": "ticklish"}, ["quality"]),
        ({"quality": ""}, ["quality"]),
        ({"note": "x" * 301}, ["note"]),
        ({"depth": "middling"}, ["depth"]),
        ({"radiates_to": "the moon"}, ["radiates_to"]),
        ({"intensity": 11, "quality": "?"}, ["intensity", "quality"]),
    ],
)
def test_what_is_wrong_with_a_mark_is_named_by_field(wrong, fields):
    assert [fault.field for fault in marks_faults([replace(GOOD, **wrong)], "")] == [f"marks[0].{name}" for name in fields]


def test_nothing_marked_is_a_map_and_a_region_is_marked_once():
    assert marks_faults([], "") == []
    assert [fault.field for fault in marks_faults([GOOD, replace(GOOD, intensity=2)], "")] == ["marks[1].region"]
    assert [fault.field for fault in marks_faults([], "x" * 1_001)] == ["note"]


@pytest.mark.parametrize(
    ("before", "after", "way"), [(None, 0, "new"), (4, None, "gone"), (4, 4, "same"), (4, 3, "less"), (0, 1, "more"), (0, 0, "same")]
)
def test_what_became_of_a_region(before, after, way):
    old, new = ([] if value is None else [replace(GOOD, intensity=value)] for value in (before, after))
    (change,) = changes(old, new)
    assert (change.region, change.before, change.after, change.way) == ("neck_back", before, after, way)


@given(MAPS, MAPS)
def test_every_marked_region_is_compared_once_and_swapping_the_maps_swaps_the_ways(before, after):
    there, back = changes(before, after), changes(after, before)
    assert [one.region for one in there] == [code for code in REGIONS if code in {mark.region for mark in (*before, *after)}]
    turned = {"new": "gone", "gone": "new", "less": "more", "more": "less", "same": "same"}
    assert [turned[one.way] for one in there] == [one.way for one in back]


@given(MAPS)
def test_what_is_kept_is_what_was_marked_from_head_to_foot(marks):
    kept = in_order(marks)
    assert set(kept) == set(marks)
    assert [mark.region for mark in kept] == [code for code in REGIONS if code in {mark.region for mark in marks}]
    assert tuple(mark_from_dict(mark_to_dict(mark)) for mark in kept) == kept


def test_a_mark_in_words():
    assert in_words(GOOD) == "Back of the neck: 6 of 10, aching"
    whole = Mark("shoulder_front_l", 10, "burning", "at night", "deep", "hand_l")
    assert in_words(whole) == "Left shoulder, front: 10 of 10, burning, deep, goes to left hand"
