"""Roles, lengths of sessions, failures and passwords, as plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.rules import FAILURE_WINDOW, SESSION_LIMITS, blocked_until, chief_role, password_fault, session_alive
from marketplace.outbox.rules import LONGEST_WAIT_UNREACHABLE, MOST_REFUSALS, wait_refused, wait_unreachable

NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("held", "chief"),
    [
        ((), "client"),
        (("client",), "client"),
        (("provider", "client"), "provider"),
        (("provider", "admin"), "admin"),
        (("ghost",), "client"),
    ],
)
def test_one_role_counts(held, chief):
    assert chief_role(held) == chief


@pytest.mark.parametrize("role", SESSION_LIMITS)
def test_a_session_ends_to_the_second(role):
    limits = SESSION_LIMITS[role]
    assert session_alive(role, NOON, NOON, NOON + limits.idle - SECOND)
    assert not session_alive(role, NOON, NOON, NOON + limits.idle)
    assert session_alive(role, NOON, NOON + limits.whole - 2 * SECOND, NOON + limits.whole - SECOND)
    assert not session_alive(role, NOON, NOON + limits.whole - 2 * SECOND, NOON + limits.whole)


def test_who_sees_more_is_asked_more_often():
    assert SESSION_LIMITS["admin"].idle < SESSION_LIMITS["provider"].idle < SESSION_LIMITS["client"].idle


@pytest.mark.parametrize(
    ("count", "later", "blocked"),
    [(9, timedelta(0), False), (10, timedelta(0), True), (11, FAILURE_WINDOW - SECOND, True), (10, FAILURE_WINDOW, False)],
)
def test_ten_failures_in_a_quarter_of_an_hour_block(count, later, blocked):
    assert blocked_until(count, NOON, NOON + later) == (NOON + FAILURE_WINDOW if blocked else None)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("1234567", "at least 8"),
        ("x" * 201, "at most 200"),
        ("Password123", "first that anyone"),
        ("aaaaaaaaaaaa", "first that anyone"),
        ("ann.lee@example.com", "your e-mail"),
        ("Ann.Lee@Example.com", "your e-mail"),
        ("ann.lee1", None),
        ("evening in manhattan", None),
        ("ключ от дома", None),
    ],
)
def test_new_passwords(password, fault):
    found = password_fault(password, email="ann.lee@example.com")
    assert (fault in found) if fault else found is None


def test_letters_are_tried_again_soon_and_refused_ones_ever_more_slowly():
    assert [wait_unreachable(attempt).seconds for attempt in (1, 2, 3, 4, 50)] == [5, 10, 20, 30, 30]
    assert timedelta(minutes=1) > LONGEST_WAIT_UNREACHABLE, "letters leave within a minute of a recovery"
    waits = [wait_refused(attempt) for attempt in range(1, MOST_REFUSALS + 1)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert timedelta(hours=4) < sum(waits[:-1], timedelta(0)) < timedelta(hours=12)
