"""The status graph: published edges only, the right person, not too early."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.states import (
    ACTORS,
    GRAPH,
    LIVE,
    STATUSES,
    assess_step,
    next_status,
    opens_at,
    path,
)
from marketplace.kernel.errors import Conflict

START = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
VERBS = tuple(ACTORS)

# The whole published graph, as a table a person can read: from, verb, to.
PUBLISHED = [
    ("requested", "accept", "confirmed"),
    ("requested", "decline", "cancelled"),
    ("requested", "cancel", "cancelled"),
    ("requested", "expire", "expired"),
    ("confirmed", "check_in", "checked_in"),
    ("confirmed", "complete", "completed"),
    ("confirmed", "cancel", "cancelled"),
    ("confirmed", "no_show", "no_show"),
    ("checked_in", "complete", "completed"),
    ("checked_in", "cancel", "cancelled"),
    ("checked_in", "no_show", "no_show"),
]


@pytest.mark.parametrize("status, verb", list(product(STATUSES, VERBS)))
def test_every_pair_of_status_and_verb(status, verb):
    ends = {(begin, word): end for begin, word, end in PUBLISHED}
    if (status, verb) in ends:
        assert next_status(status, verb) == ends[(status, verb)]
    else:
        assert path(status, verb) == ()
        with pytest.raises(Conflict, match="wrong_state"):
            next_status(status, verb)


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show", "expired"])
def test_nothing_leads_out_of_an_end(status):
    assert status not in LIVE
    assert not [verb for verb in VERBS if path(status, verb)]


def test_completing_without_check_in_takes_both_edges():
    assert path("confirmed", "complete") == ("checked_in", "completed")


@given(st.lists(st.sampled_from(VERBS), max_size=12))
def test_any_walk_stays_on_the_edges_of_the_graph(verbs):
    edges = {(begin, end) for (begin, _), end in GRAPH.items()}
    status = "requested"
    for verb in verbs:
        for following in path(status, verb):
            assert (status, following) in edges
            status = following
    assert status in STATUSES


@pytest.mark.parametrize(
    "verb, actor, may",
    [
        ("accept", "client", False),
        ("accept", "provider", True),
        ("accept", "system", True),
        ("check_in", "client", False),
        ("check_in", "provider", True),
        ("check_in", "admin", True),
        ("complete", "client", False),
        ("complete", "provider", True),
        ("no_show", "client", False),
        ("no_show", "provider", True),
        ("cancel", "client", True),
        ("cancel", "provider", True),
        ("cancel", "admin", True),
        ("cancel", "system", False),
        ("expire", "system", True),
        ("expire", "admin", False),
        ("expire", "client", False),
    ],
)
def test_who_may_do_what(verb, actor, may):
    status = next(begin for begin, word, _ in PUBLISHED if word == verb)
    verdict = assess_step(verb, status, actor, starts_at=START, late_minutes=15, now=START + timedelta(hours=1))
    assert (verdict.allowed, verdict.code == "forbidden") == (may, not may)


@pytest.mark.parametrize(
    "verb, seconds, allowed",
    [
        ("check_in", -3601, False),
        ("check_in", -3600, True),
        ("check_in", -3599, True),
        ("check_in", 600, True),
        ("complete", -1, False),
        ("complete", 0, True),
        ("complete", 1, True),
        ("no_show", 899, False),
        ("no_show", 900, True),
        ("no_show", 901, True),
        ("accept", -999_999, True),
    ],
)
def test_no_step_is_taken_too_early(verb, seconds, allowed):
    status = "requested" if verb == "accept" else "confirmed"
    verdict = assess_step(verb, status, "provider", starts_at=START, late_minutes=15, now=START + timedelta(seconds=seconds))
    assert verdict.allowed is allowed
    assert verdict.code == ("allowed" if allowed else "too_early")
    assert verdict.path == path(status, verb)


@pytest.mark.parametrize("late_minutes", [0, 15, 20, 120])
def test_the_wait_is_the_agreed_one(late_minutes):
    assert opens_at("no_show", START, late_minutes) == START + timedelta(minutes=late_minutes)


def test_a_verdict_says_when_the_step_opens():
    verdict = assess_step("check_in", "confirmed", "provider", starts_at=START, late_minutes=15, now=START - timedelta(days=1))
    assert verdict.opens_at == START - timedelta(hours=1)
    assert verdict.sentence


def test_check_in_opens_an_elapsed_hour_before_also_when_the_clocks_change():
    start = datetime(2027, 3, 14, 3, 30, tzinfo=ZoneInfo("America/New_York"))
    assert opens_at("check_in", start, 15) == datetime(2027, 3, 14, 6, 30, tzinfo=UTC)
    assert opens_at("check_in", start, 15).astimezone(start.tzinfo).hour == 1


@pytest.mark.parametrize("status", ["requested", "completed", "cancelled", "no_show", "expired"])
def test_a_wrong_state_is_told_before_the_time(status):
    verdict = assess_step("check_in", status, "provider", starts_at=START, late_minutes=15, now=START - timedelta(days=3))
    assert (verdict.allowed, verdict.code, verdict.path) == (False, "wrong_state", ())
    assert status.replace("_", " ") in verdict.sentence


def test_who_is_not_allowed_learns_nothing_of_the_state():
    verdict = assess_step("complete", "cancelled", "client", starts_at=START, late_minutes=15, now=START)
    assert verdict.code == "forbidden"
    assert "cancelled" not in verdict.sentence
