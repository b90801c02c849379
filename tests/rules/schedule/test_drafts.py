"""Wall times as typed, closing on the next day, and the coming week as clients find it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.schedule.rules.drafts import clock_text, closing_minute, minute_of, spoken_clock
from providers.schedule.rules.hours import DateException, WeeklyRange
from providers.schedule.rules.preview import coming_days

HOME = frozenset({"home"})


@pytest.mark.parametrize(
    ("text", "minute"), [("00:00", 0), ("09:05", 545), (" 18:30 ", 1110), ("23:59", 1439), ("24:00", 1440), ("24:01", None), ("9:00", None), ("", None)]
)  # fmt: skip
def test_a_time_is_two_and_two_digits(text, minute):
    assert minute_of(text) == minute


@given(st.integers(0, 1439), st.integers(0, 1440))
def test_a_range_is_read_back_as_it_was_typed(opens, closes):
    closing = closing_minute(opens, closes)
    assert opens < closing <= opens + 1440
    assert clock_text(closing) == clock_text(closes)


@pytest.mark.parametrize(
    ("text", "words"), [("00:00", "12:00 AM"), ("12:00", "12:00 PM"), ("18:05", "6:05 PM"), ("24:00", "12:00 AM"), ("soon", "soon")]
)
def test_times_are_spoken_as_people_here_do(text, words):
    assert spoken_clock(text).replace("\u00a0", " ") == words


def test_the_week_shows_open_and_closed_days_and_a_night_on_its_evening():
    friday_night = WeeklyRange(4, 20 * 60, 26 * 60, HOME)
    days = coming_days([friday_night], [DateException(date(2027, 1, 17), False, 600, 660, HOME)], date(2027, 1, 12))
    spans = {day.on.isoformat(): [(end - begin).total_seconds() / 3600 for begin, end in day.open_times] for day in days}
    assert len(spans) == 7
    assert spans["2027-01-15"] == [6]
    assert spans["2027-01-16"] == []
    assert spans["2027-01-17"] == [1]


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 14), 5), (date(2027, 11, 7), 7)])
def test_change_days_are_as_long_as_they_are(day, hours):
    night = WeeklyRange(6, 0, 360, HOME)
    (shown,) = coming_days([night], [], day, days=1)
    assert sum((end - begin).total_seconds() for begin, end in shown.open_times) / 3600 == hours
