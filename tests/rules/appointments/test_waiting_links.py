"""Until when a guest's link puts them in line."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.appointments.rules.waiting import may_confirm

ASKED = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "passed", "good"),
    [
        ("at once", timedelta(0), True),
        ("the same evening", timedelta(hours=6), True),
        ("the last second of the day that it has", timedelta(hours=23, minutes=59, seconds=59), True),
        ("a day later, to the second", timedelta(days=1), False),
        ("a week later", timedelta(days=7), False),
    ],
)
def test_a_link_is_good_for_a_day(words, passed, good):
    assert may_confirm(ASKED, ASKED + passed) is good, words
