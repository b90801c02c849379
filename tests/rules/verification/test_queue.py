"""What comes first at the checkers' desk, whose table it lies on, and how pages follow one another."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.verification.rules.queue import QueueItem, around, in_order, is_urgent, next_free, on_table_of, page_after
from tests.support.clocks import START

TODAY = date(2027, 1, 12)


def item(row_id, *, hours=0, held=None, **more):
    """An item that has waited so many hours; `held` are the days from today to the end of the version that stands."""
    until = None if held is None else TODAY + timedelta(days=held)
    return QueueItem(
        row_id,
        f"c{row_id}",
        "license",
        **{"status": "submitted", "submitted_at": START - timedelta(hours=hours), "held_until": until, **more},
    )


ITEMS = st.builds(
    item,
    st.integers(1, 10_000),
    hours=st.integers(0, 200),
    held=st.none() | st.integers(-40, 40),
    status=st.sampled_from(("submitted", "under_review", "verified", "rejected")),
)
QUEUES = st.lists(ITEMS, max_size=12, unique_by=lambda one: one.id)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (item(2, hours=5), item(1, hours=4), "the oldest first"),
        (item(1, hours=5), item(2, hours=5), "of one moment the first row"),
        (item(2, held=14), item(1, hours=99), "a renewal that ends in 14 days goes before what is old"),
        (item(1, hours=99), item(2, held=15), "15 days are not soon"),
        (item(2, held=3), item(1, hours=99, held=9), "what ends sooner goes first"),
        (item(2, held=-1, hours=2), item(1, held=-30, hours=1), "what ended already is alike: the oldest first"),
        (item(2, held=-30), item(1, held=0), "what ended goes before what ends today"),
        (item(2, hours=1), item(1, status="verified", held=1), "what does not wait is not urgent"),
        (item(2), item(1, submitted_at=None), "what was never handed in comes last"),
    ],
)
def test_which_of_two_comes_first(first, second, why):
    assert in_order([second, first], TODAY) == [first, second], why


@given(QUEUES)
def test_the_order_by_hand(items):
    """A twin: sooner ends bucket by bucket, then by waiting."""

    def waits_since(one):
        return one.submitted_at, one.id

    urgent = [
        one
        for one in items
        if one.status in ("submitted", "under_review") and one.held_until and one.held_until <= TODAY + timedelta(days=14)
    ]
    expected = sorted((one for one in urgent if one.held_until < TODAY), key=waits_since)
    for days in range(15):
        expected += sorted((one for one in urgent if one.held_until == TODAY + timedelta(days=days)), key=waits_since)
    expected += sorted((one for one in items if one not in urgent), key=waits_since)
    assert in_order(items, TODAY) == expected
    assert [one for one in items if is_urgent(one, TODAY)] == urgent


@given(QUEUES, st.integers(1, 5), st.data())
def test_pages_leave_nobody_out_though_items_leave_the_queue(items, size, data):
    queue = in_order(items, TODAY)
    seen, last, more = [], None, bool(queue)
    while more:
        page, more = page_after(queue, last, TODAY, size)
        seen += page
        last = page[-1]
        if data.draw(st.booleans()):  # what was shown is decided meanwhile
            queue = [one for one in queue if one not in page]
    assert seen == in_order(items, TODAY)


@given(QUEUES.filter(bool), st.data())
def test_what_stands_around_one(items, data):
    queue = in_order(items, TODAY)
    here = data.draw(st.integers(0, len(queue) - 1))
    beside = around(queue, queue[here].public_id)
    assert beside.before == (queue[here - 1].public_id if here else None)
    assert beside.after == (queue[here + 1].public_id if here + 1 < len(queue) else None)
    assert queue[here] in beside.items


def test_around_what_is_not_in_the_queue_stands_its_beginning():
    queue = [item(1, hours=2), item(2)]
    beside = around(queue, "gone")
    assert (beside.items, beside.before, beside.after) == (tuple(queue), None, "c1")
    assert around([], "gone").after is None


def test_in_a_long_queue_fifty_lines_stand_beside_one():
    queue = [item(number) for number in range(1, 200)]
    for here in (0, 10, 100, 198):
        beside = around(queue, queue[here].public_id)
        assert len(beside.items) == 50
        assert queue[here] in beside.items


@pytest.mark.parametrize(("minutes", "holder"), [(0, "account:a"), (29.99, "account:a"), (30, None), (31, None)])
def test_a_table_is_cleared_after_half_an_hour(minutes, holder):
    assert on_table_of("account:a", START, START + timedelta(minutes=minutes)) == holder


def test_nothing_lies_on_nobodys_table():
    assert on_table_of(None, None, START) is None


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([item(1)], 1),
        ([item(1, taken_by="account:b", taken_at=START), item(2)], 2),
        ([item(1, taken_by="account:b", taken_at=START - timedelta(minutes=30)), item(2)], 1),
        ([item(1, taken_by="account:a", taken_at=START), item(2)], 1),
        ([item(1, first_verified_by="account:a"), item(2)], 2),
        ([item(1, first_verified_by="account:b"), item(2)], 1),
        ([item(1, status="verified")], None),
        ([], None),
    ],
)
def test_what_is_opened_next(items, found):
    chosen = next_free(items, "account:a", START)
    assert (chosen.id if chosen else None) == found


def test_an_instant_without_waiting_is_far_away():
    assert in_order([item(1, submitted_at=None), item(2, submitted_at=datetime.max.replace(tzinfo=START.tzinfo))], TODAY)[0].id == 1
