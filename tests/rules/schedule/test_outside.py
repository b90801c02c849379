"""Laying the time of outside calendars: against minutes counted one by one."""

from hypothesis import given
from hypothesis import strategies as st

from providers.schedule.rules.outside import Laying, OutsideSpan, changes_of, cut_by_place, lay

ROWS = (
    ("nothing in the way", [(10, 20, None)], [], [(10, 20, None)]),
    ("a visit in the middle", [(10, 20, None)], [(13, 15)], [(10, 13, None), (15, 20, None)]),
    ("a visit over all of it", [(10, 20, None)], [(5, 25)], []),
    ("two calendars say the same", [(10, 20, None), (12, 22, None)], [], [(10, 22, None)]),
    ("touching times of one kind are one", [(10, 20, None), (20, 30, None)], [], [(10, 30, None)]),
    ("a place keeps its minutes", [(10, 30, None), (15, 20, "10022")], [], [(10, 15, None), (15, 20, "10022"), (20, 30, None)]),
    ("the place that begins first", [(10, 20, "10022"), (15, 25, "10001")], [], [(10, 20, "10022"), (20, 25, "10001")]),
    ("a place is cut by a visit too", [(10, 20, "10022")], [(12, 14)], [(10, 12, "10022"), (14, 20, "10022")]),
)
spans = st.builds(
    lambda begin, length, zip_code: OutsideSpan(begin, begin + length, zip_code),
    st.integers(0, 60),
    st.integers(1, 15),
    st.sampled_from((None, None, "10001", "10022")),
)
times = st.builds(lambda begin, length: (begin, begin + length), st.integers(0, 60), st.integers(1, 15))


def minutes(pieces):
    return [minute for piece in pieces for minute in range(*piece[:2])]


def test_rows():
    for name, busy, taken, expected in ROWS:
        assert lay([OutsideSpan(*one) for one in busy], taken, {}) == Laying((), tuple(OutsideSpan(*one) for one in expected)), name


@given(st.lists(spans, max_size=8), st.lists(times, max_size=6))
def test_every_busy_minute_that_is_free_is_laid_once(busy, taken):
    wanted = set(minutes(busy)) - set(minutes(taken))
    laid = minutes(lay(busy, taken, {}).take)
    assert sorted(laid) == sorted(wanted)


@given(st.lists(spans, max_size=8), st.lists(times, max_size=6), st.lists(spans, max_size=8), st.lists(times, max_size=6))
def test_laying_twice_changes_nothing_and_laying_anew_leaves_what_was_right(busy, taken, later, taken_later):
    laid = dict(enumerate(lay(busy, taken, {}).take))
    assert lay(busy, taken, laid) == Laying((), ())
    change = lay(later, taken_later, laid)
    after = [span for row, span in laid.items() if row not in change.give_back] + list(change.take)
    assert sorted(after) == sorted(lay(later, taken_later, {}).take)
    assert not {laid[row] for row in change.give_back} & set(change.take)


@given(st.lists(spans, max_size=10))
def test_places_are_cut_without_losing_or_doubling_a_minute(busy):
    assert sorted(minutes(cut_by_place(busy))) == sorted(set(minutes(busy)))


@given(st.lists(spans, max_size=8), st.lists(spans, max_size=8), st.integers(0, 60))
def test_rows_that_say_the_same_from_a_minute_on_stay(old, new, from_minute):
    old, new = cut_by_place(old), cut_by_place(new)
    rows = {row: span for row, span in enumerate(old) if span.end_minute > from_minute}
    change = changes_of(rows, new, from_minute)
    after = [span for row, span in rows.items() if row not in change.give_back] + list(change.take)
    said = {minute for minute in minutes(new) if minute >= from_minute}
    assert sorted(minute for minute in minutes(after) if minute >= from_minute) == sorted(said)
    assert changes_of(dict(enumerate(after)), new, from_minute) == Laying((), ())
