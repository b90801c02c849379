"""Requests: until when they may be answered, what they wait for, and who answers. Rows that read like sentences."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation
from booking.appointments.rules.requests import (
    ANSWER_DUE,
    CLEARANCE_DUE,
    DECLINE_REASONS,
    assess_answer,
    decline_code,
    is_declined,
    respond_by_at,
)
from booking.appointments.rules.states import STATUSES
from booking.quotes.rules.agreed import AgreedTerms
from providers.services.rules.requests import AT_ONCE, ByRequest, answer_due_at, by_request_from_dict, by_request_to_dict
from providers.services.rules.terms import DEFAULT_TERMS

NY = ZoneInfo("America/New_York")
HOME = frozenset({"home"})


def at(text):
    """A New York wall time; `*` behind it is the second pass of a repeated hour."""
    return datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=NY, fold=text.endswith("*")).astimezone(UTC)


DEADLINES = [
    # asked, start, hours, notice minutes, due: what it says
    ("2026-11-23 10:00:07", "2026-11-26 18:00", 24, 120, "2026-11-24 10:00:07", "a day, to the second"),
    ("2026-11-23 10:00", "2026-11-26 18:00", 4, 120, "2026-11-23 14:00", "the therapist's own hours where they are fewer"),
    ("2026-11-23 10:00", "2026-11-23 18:00", 24, 120, "2026-11-23 16:00", "never later than the notice before the start"),
    ("2026-11-23 19:00", "2026-11-26 18:00", 4, 120, "2026-11-24 09:00", "an end at night becomes nine in the morning"),
    ("2026-11-23 17:59:59", "2026-11-26 18:00", 4, 120, "2026-11-23 21:59:59", "a second before the night it still is an evening"),
    ("2026-11-23 18:00", "2026-11-26 18:00", 4, 120, "2026-11-24 09:00", "at ten the night begins"),
    ("2026-11-23 04:00", "2026-11-26 18:00", 4, 120, "2026-11-23 08:00", "at eight the night is over"),
    ("2026-11-23 19:00", "2026-11-24 10:00", 4, 120, "2026-11-23 23:00", "no waiting for a morning that would be too late"),
    ("2026-11-23 19:00", "2026-11-24 11:00", 4, 120, "2026-11-24 09:00", "a morning that is just in time"),
    ("2026-11-23 10:00", "2026-11-23 12:05", 24, 120, "2026-11-23 10:15", "a quarter of an hour at least"),
    ("2026-11-23 10:00", "2026-11-23 10:05", 24, 0, "2026-11-23 10:05", "but not beyond the start"),
    ("2026-10-31 12:00", "2026-11-03 18:00", 24, 0, "2026-11-01 11:00", "elapsed time over the longer day"),
    ("2027-03-13 12:00", "2027-03-16 18:00", 24, 0, "2027-03-14 13:00", "elapsed time over the shorter day"),
    ("2026-10-31 21:30", "2026-11-03 18:00", 5, 0, "2026-11-01 09:00", "an end in the repeated hour is at night too"),
]


@pytest.mark.parametrize("asked, start, hours, notice, due, says", DEADLINES, ids=[row[-1] for row in DEADLINES])
def test_until_when_a_request_may_be_answered(asked, start, hours, notice, due, says):
    rule = ByRequest(HOME, answer_hours=hours)
    assert answer_due_at(at(asked), at(start), rule, notice, at(asked)) == at(due), says


@given(
    asked=st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 10)),
    ahead=st.integers(1, 60 * 24 * 30),
    hours=st.integers(1, 24),
    notice=st.integers(0, 2880),
)
def test_a_deadline_lies_between_now_and_the_start_and_night_only_where_the_morning_is_too_late(asked, ahead, hours, notice):
    now = asked.replace(tzinfo=UTC, microsecond=0)
    start = now + timedelta(minutes=ahead)
    due = answer_due_at(now, start, ByRequest(HOME, answer_hours=hours), notice, now)
    latest = start - timedelta(minutes=notice)
    assert now < due <= start
    assert due <= max(latest, now + timedelta(minutes=15))
    if not 8 <= due.astimezone(NY).hour < 22:
        own_day = due.astimezone(NY).date() + timedelta(days=1 if due.astimezone(NY).hour >= 22 else 0)
        morning = datetime.combine(own_day, datetime.min.time(), NY).replace(hour=9)
        assert morning.astimezone(UTC) > latest or due == min(now + timedelta(minutes=15), start)


WAITING = [
    ((), None, "nothing"),
    ((CLEARANCE_DUE,), "2026-11-26 10:00", "its clearance, three days"),
    ((ANSWER_DUE,), "2026-11-24 10:00", "the therapist, a day"),
    ((CLEARANCE_DUE, ANSWER_DUE), "2026-11-24 10:00", "both: the first of the deadlines"),
]


@pytest.mark.parametrize("waits, due, says", WAITING, ids=[row[-1] for row in WAITING])
def test_what_a_request_waits_for(waits, due, says):
    now, start = at("2026-11-23 10:00"), at("2026-11-30 18:00")
    found = respond_by_at(waits, now, start, now, rule=ByRequest(HOME), notice_minutes=120)
    assert found == (at(due) if due else None), says


WHO_IS_ASKED = [
    (AT_ONCE, "home", False, False, "nobody where nothing is stated"),
    (ByRequest(HOME), "home", False, True, "everybody in that setting"),
    (ByRequest(HOME), "home", True, True, "those who were treated before too"),
    (ByRequest(HOME), "clinic", False, False, "nobody in another setting"),
    (ByRequest(HOME, new_clients_only=True), "home", False, True, "new clients"),
    (ByRequest(HOME, new_clients_only=True), "home", True, False, "and new ones alone"),
]


@pytest.mark.parametrize("rule, setting, met, asks, says", WHO_IS_ASKED, ids=[row[-1] for row in WHO_IS_ASKED])
def test_whose_bookings_are_requests(rule, setting, met, asks, says):
    assert rule.asks(setting, met=met) is asks, says


def test_a_rule_is_kept_and_read_again():
    for rule in (ByRequest(frozenset({"home", "hotel"}), True, 4), AT_ONCE):
        assert by_request_from_dict(by_request_to_dict(rule)) == rule
    assert by_request_from_dict(None) == AT_ONCE


NOW, DUE = at("2026-11-23 12:00"), at("2026-11-23 12:00:01")
ANSWERS = [
    ("requested", (ANSWER_DUE,), DUE, "provider", True, "open", "a second before the deadline"),
    ("requested", (ANSWER_DUE,), NOW, "provider", True, "answer_over", "at the very second it is over"),
    ("requested", (ANSWER_DUE,), DUE, "provider", False, "answer_over", "the minutes were given back already"),
    ("requested", (CLEARANCE_DUE,), DUE, "provider", True, "not_asked", "it waits for the clearance alone"),
    ("requested", (CLEARANCE_DUE, ANSWER_DUE), DUE, "provider", True, "open", "it waits for both"),
    ("requested", (ANSWER_DUE,), DUE, "client", True, "forbidden", "a client does not answer"),
    ("requested", (ANSWER_DUE,), DUE, "admin", True, "forbidden", "nor do staff in a therapist's place"),
]
ANSWERS += [(status, (ANSWER_DUE,), DUE, "provider", True, "wrong_state", f"{status}") for status in STATUSES if status != "requested"]


@pytest.mark.parametrize("status, waits, due, actor, kept, code, says", ANSWERS, ids=[row[-1] for row in ANSWERS])
def test_who_may_answer_and_when(status, waits, due, actor, kept, code, says):
    verdict = assess_answer(status, waits, due, actor, NOW, kept=kept)
    assert (verdict.code, verdict.allowed) == (code, code == "open"), says
    assert bool(verdict.sentence) is not verdict.allowed


def test_a_declined_request_is_told_from_a_visit_called_off():
    assert all(is_declined(decline_code(reason)) and len(decline_code(reason)) <= 24 for reason in (None, *DECLINE_REASONS))
    assert not any(is_declined(reason) for reason in (None, "illness", "other", "weather"))


@pytest.mark.parametrize("ahead, actor", list(product((1, 30, 60 * 48), ("client", "provider"))))
def test_leaving_a_request_never_costs_however_late(ahead, actor):
    start = NOW + timedelta(minutes=ahead)
    agreed = AgreedTerms(DEFAULT_TERMS, 16_000, start, NOW - timedelta(days=3))
    verdict = assess_cancellation(VisitFacts(agreed, "requested", answer_due=True), actor=actor, now=NOW)
    assert (verdict.allowed, verdict.fee_cents) == (True, 0)
    assert verdict.reason == ("answer_pending" if actor == "client" else "provider_cancels")
