"""When every treatment room of a clinic is taken, held against counting minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.walltime import to_minute
from providers.schedule.rules.rooms import RoomUse, counted_at, first_over, full_spans, over_words

NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)


def use(begin, end, key="", expires_at=None):
    return RoomUse(begin, end, key or f"{begin}-{end}", expires_at)


@pytest.mark.parametrize(
    ("uses", "rooms", "full", "why"),
    [
        ([], 1, [], "nobody is there"),
        ([use(10, 20)], 1, [(10, 20)], "the only room is taken"),
        ([use(10, 20)], 2, [], "one of two is left"),
        ([use(10, 20), use(15, 30)], 2, [(15, 20)], "both are taken while the two visits meet"),
        ([use(10, 20), use(20, 30)], 2, [], "one visit follows the other in the same room"),
        ([use(10, 20, "two"), use(10, 25, "two")], 2, [], "two side by side share a room"),
        ([use(10, 20, "two"), use(15, 25, "two"), use(0, 30)], 2, [(10, 25)], "their room is taken from the first to the last of them"),
        ([use(10, 20), use(10, 20, "b"), use(12, 14, "c")], 2, [(10, 20)], "more than there are is full too"),
        ([use(10, 20), use(10, 30, "b"), use(20, 40)], 2, [(10, 30)], "full without a break where one leaves as the next one comes"),
    ],
)
def test_when_it_is_full(uses, rooms, full, why):
    assert full_spans(uses, rooms) == full, why


lengths = st.tuples(st.integers(0, 40), st.integers(1, 15), st.sampled_from("abcdefgh"))


@given(st.lists(lengths, max_size=14), st.integers(1, 4))
def test_it_is_full_exactly_at_the_minutes_at_which_counting_says_so(drawn, rooms):
    uses = [RoomUse(begin, begin + length, key) for begin, length, key in drawn]
    full = full_spans(uses, rooms)
    counted = {minute for minute in range(60) if len({one.key for one in uses if one.begin_minute <= minute < one.end_minute}) >= rooms}
    assert {minute for begin, end in full for minute in range(begin, end)} == counted
    assert all(one[1] < other[0] for one, other in pairwise(full))
    over = [minute for minute in range(5, 60) if len({one.key for one in uses if one.begin_minute <= minute < one.end_minute}) > rooms]
    assert first_over(uses, rooms, 5) == (over[0] if over else None)


def test_a_hold_that_has_run_out_takes_no_room():
    held = use(10, 20, expires_at=NOW)
    assert counted_at([held], 0, 60, NOW) == []
    assert counted_at([held], 0, 60, NOW - timedelta(seconds=1)) == [held]
    assert counted_at([held], 20, 60, NOW - timedelta(seconds=1)) == []


def test_an_admin_hears_which_minute_does_not_fit():
    assert over_words(to_minute(datetime(2027, 1, 15, 23, 30, tzinfo=UTC))).startswith(
        "More rooms than that are booked on January 15 at 6:30\xa0PM."
    )
