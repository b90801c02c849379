"""Spans against sets of integers: every operation is what the same operation says of the points."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.intervals import covers, gaps, intersect, merge, overlaps, subtract

spans = st.tuples(st.integers(-30, 30), st.integers(-30, 30))
many = st.lists(spans, max_size=8)


def points(spans):
    return {point for begin, end in spans for point in range(begin, end)}


def is_merged(spans):
    return all(begin < end for begin, end in spans) and all(one[1] < other[0] for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "given_, merged",
    [
        ([], []),
        ([(1, 3), (3, 5)], [(1, 5)]),  # touching spans join
        ([(4, 6), (1, 5)], [(1, 6)]),
        ([(1, 9), (2, 3), (4, 5)], [(1, 9)]),  # what lies inside is swallowed
        ([(2, 2), (5, 4)], []),  # empty spans hold nothing
        ([(1, 2), (3, 4)], [(1, 2), (3, 4)]),
        ([(-5, -3), (-3, 0)], [(-5, 0)]),
    ],
)
def test_merging(given_, merged):
    assert merge(given_) == merged


@pytest.mark.parametrize(
    "from_, holes, left",
    [
        ([(0, 10)], [(3, 5)], [(0, 3), (5, 10)]),
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(-5, 3), (8, 20)], [(3, 8)]),
        ([(0, 4), (6, 10)], [(3, 7)], [(0, 3), (7, 10)]),  # one hole bites two spans
        ([(0, 10)], [(4, 4)], [(0, 10)]),  # an empty hole cuts nothing
        ([(0, 10)], [(2, 6), (4, 5), (5, 8)], [(0, 2), (8, 10)]),
        ([], [(0, 1)], []),
    ],
)
def test_subtracting(from_, holes, left):
    assert subtract(from_, holes) == left


@pytest.mark.parametrize(
    "one, other, do",
    [
        ((0, 5), (5, 9), False),  # half-open: touching is not meeting
        ((0, 6), (5, 9), True),
        ((0, 9), (3, 4), True),
        ((3, 3), (0, 9), False),  # nothing overlaps an empty span
        ((9, 0), (0, 9), False),
    ],
)
def test_overlapping(one, other, do):
    assert overlaps(one, other) is do
    assert overlaps(other, one) is do


@pytest.mark.parametrize(
    "among, span, are",
    [
        ([(0, 5), (5, 9)], (2, 8), True),  # touching spans cover together
        ([(0, 5), (6, 9)], (2, 8), False),
        ([(0, 5)], (0, 5), True),
        ([(0, 5)], (0, 6), False),
        ([], (3, 3), True),
    ],
)
def test_covering(among, span, are):
    assert covers(among, span) is are


@given(many)
def test_merged_spans_hold_the_same_points_and_no_span_touches_the_next(a):
    assert points(merge(a)) == points(a)
    assert is_merged(merge(a))


@given(many, many)
def test_subtracting_and_intersecting_are_what_sets_do(a, b):
    assert points(subtract(a, b)) == points(a) - points(b)
    assert is_merged(subtract(a, b))
    assert points(intersect(a, b)) == points(a) & points(b)
    assert is_merged(intersect(a, b))


@given(spans, many)
def test_gaps_are_what_is_left_of_one_span(span, holes):
    assert points(gaps(span, holes)) == points([span]) - points(holes)
    assert is_merged(gaps(span, holes))


@given(spans, spans, many)
def test_overlapping_and_covering_are_what_sets_say(one, other, among):
    assert overlaps(one, other) == bool(points([one]) & points([other]))
    assert covers(among, one) == (points([one]) <= points(among))
