"""When a therapist sees a client's street, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.appointments.rules.revealing import assess_reveal

START = datetime(2027, 1, 12, 23, 30, tzinfo=UTC)
END = START + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "street", "access"),
    [
        (START - timedelta(hours=24) - SECOND, False, False),
        (START - timedelta(hours=24), True, False),
        (START - timedelta(hours=2) - SECOND, True, False),
        (START - timedelta(hours=2), True, True),
        (END + timedelta(hours=24) - SECOND, True, True),
        (END + timedelta(hours=24), False, False),
    ],
)
def test_the_street_then_the_way_in_then_neither(now, street, access):
    shown = assess_reveal("confirmed", START, END, now)
    assert (shown.street, shown.access) == (street, access)


def test_before_it_the_page_says_from_when():
    assert assess_reveal("confirmed", START, END, START - timedelta(days=3)).street_from_at == START - timedelta(hours=24)


@pytest.mark.parametrize("status", ["requested", "cancelled", "no_show", "expired"])
def test_nothing_of_a_visit_that_is_not_on(status):
    shown = assess_reveal(status, START, END, START)
    assert (shown.street, shown.access, shown.street_from_at) == (False, False, None)


@pytest.mark.parametrize("status", ["checked_in", "completed"])
def test_on_the_way_and_at_the_door(status):
    assert assess_reveal(status, START, END, START).street
