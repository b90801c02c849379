"""How much of a provider's coming week one client may hold."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.holding import SHARE_DAYS, passes_share, share_window
from marketplace.kernel.walltime import to_minute

NOW = datetime(2027, 1, 12, 14, 0, tzinfo=UTC)
HERE = to_minute(NOW)
WEEK = SHARE_DAYS * 1440
OPEN = [(HERE + day * 1440, HERE + day * 1440 + 240) for day in range(10)]  # 7 x 240 = 1680 minutes in the window, 5 % are 84


def at(begin, minutes):
    """Minutes that begin so and so long after now."""
    return HERE + begin, HERE + begin + minutes


@pytest.mark.parametrize(
    ("held", "wished", "passes", "why"),
    [
        ([], at(0, 200), False, "a single hold is always allowed"),
        ([at(0, 42)], at(60, 42), False, "exactly the share"),
        ([at(0, 42)], at(60, 43), True, "a minute more than the share"),
        ([at(0, 200)], at(300, 1), True, "whoever holds too much already gets no more"),
        ([at(WEEK, 200)], at(0, 200), False, "what is held beyond the week does not count"),
        ([at(0, 200)], at(WEEK, 200), False, "what is wished beyond the week does not count"),
        ([at(0, 42)], at(WEEK - 42, 90), False, "of what reaches out of the week only its part inside counts"),
        ([at(0, 42)], at(WEEK - 43, 90), True, "and that part counts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_five_percent_of_the_open_minutes_of_seven_days(held, wished, passes, why):
    assert passes_share(held, wished, OPEN, NOW) is passes, why


def test_where_nothing_is_open_a_second_hold_is_too_much():
    assert passes_share([at(0, 1)], at(60, 1), [], NOW)


def test_the_window_is_elapsed_time_also_where_clocks_change():
    begin, end = share_window(datetime(2027, 3, 12, 14, 0, tzinfo=UTC))
    assert timedelta(minutes=end - begin) == timedelta(days=7)


spans = st.tuples(st.integers(-600, WEEK + 600), st.integers(1, 480)).map(lambda pair: at(*pair))


@given(st.lists(spans, max_size=3), spans, st.lists(spans, max_size=8))
def test_against_counting_minute_by_minute(held, wished, open_time):
    inside = set(range(HERE, HERE + WEEK))
    held_minutes = {minute for span in held for minute in range(*span)} & inside
    wished_minutes = set(range(*wished)) & inside
    open_minutes = {minute for span in open_time for minute in range(*span)} & inside
    too_much = 20 * (len(held_minutes) + len(wished_minutes)) > len(open_minutes)
    assert passes_share(held, wished, open_time, NOW) == (bool(held_minutes) and bool(wished_minutes) and too_much)
