"""Which seat is free, when a seat is somebody's, what leaving costs, what is owed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.classes.rules.leaving import assess_absence, assess_leaving
from booking.classes.rules.money import charge, fee, figures, paid
from booking.classes.rules.planning import ClassDraft, draft_faults
from booking.classes.rules.seats import (
    BOOKED,
    CAME,
    CANCELED,
    EXPIRED,
    HELD,
    NO_SHOW,
    RELEASED,
    free_number,
    is_live,
    why_closed,
    why_not_came,
)
from booking.ledger.rules.entries import LATE_CANCEL, Entry
from booking.quotes.rules.agreed import AgreedTerms
from marketplace.kernel.errors import Refused
from providers.services.rules.terms import DEFAULT_TERMS

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
START = NOW + timedelta(days=3)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
AGREED = AgreedTerms(DEFAULT_TERMS, 2_500, START, NOW)


@pytest.mark.parametrize(
    ("taken", "capacity", "number"),
    [(set(), 1, 1), ({1}, 1, None), ({1, 2}, 3, 3), ({2, 3}, 3, 1), ({1, 3}, 3, 2), ({1, 2, 3}, 3, None)],
)
def test_the_lowest_seat_that_is_nobodys_is_given(taken, capacity, number):
    assert free_number(taken, capacity) == number


@given(st.integers(1, 60), st.data())
def test_seats_given_one_after_the_other_are_all_there_are_and_no_more(capacity, data):
    taken = data.draw(st.sets(st.integers(1, capacity)))
    before = set(taken)
    while (number := free_number(taken, capacity)) is not None:
        assert number not in taken
        taken.add(number)
    assert taken == set(range(1, capacity + 1)) >= before


@pytest.mark.parametrize(
    ("state", "left", "live"),
    [
        (HELD, SECOND, True),
        (HELD, timedelta(0), False),
        (HELD, -SECOND, False),
        (BOOKED, -HOUR, True),
        (CAME, -HOUR, True),
        (NO_SHOW, -HOUR, True),
        (CANCELED, HOUR, False),
        (RELEASED, HOUR, False),
        (EXPIRED, HOUR, False),
    ],
)
def test_a_held_seat_is_somebodys_to_the_second(state, left, live):
    assert is_live(state, NOW + left, NOW) is live


@pytest.mark.parametrize(
    ("state", "before_start", "code"),
    [
        ("planned", SECOND, None),
        ("planned", timedelta(0), "too_late"),
        ("planned", -HOUR, "too_late"),
        ("called_off", HOUR, "class_called_off"),
    ],
)
def test_seats_are_given_until_the_class_begins(state, before_start, code):
    closed = why_closed(state, NOW + before_start, NOW)
    assert (closed and closed.code) == code


@pytest.mark.parametrize(
    ("state", "before_start", "code"),
    [
        (BOOKED, HOUR + SECOND, "too_early"),
        (BOOKED, HOUR, None),
        (BOOKED, -HOUR, None),
        (HELD, HOUR, "wrong_state"),
        (CAME, HOUR, "wrong_state"),
        (CANCELED, HOUR, "wrong_state"),
    ],
)
def test_people_are_checked_in_from_an_hour_before(state, before_start, code):
    refusal = why_not_came(state, NOW + before_start, NOW)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("before_start", "cents", "reason"),
    [
        (24 * HOUR, 0, "free"),
        (24 * HOUR - SECOND, 1_250, "late"),
        (12 * HOUR, 1_250, "late"),
        (12 * HOUR - SECOND, 2_500, "late"),
        (timedelta(0), 2_500, "late"),
    ],
)
def test_leaving_costs_what_the_agreed_steps_say_to_the_second(before_start, cents, reason):
    verdict = assess_leaving(AGREED, BOOKED, actor="client", now=START - before_start)
    assert (verdict.allowed, verdict.fee_cents, verdict.reason) == (True, cents, reason)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"actor": "client", "reason": "illness"}, "illness"),
        ({"actor": "client", "lapsed": True}, "provider_lapsed"),
        ({"actor": "provider"}, "provider_cancels"),
    ],
)
def test_what_is_always_free(words, reason):
    verdict = assess_leaving(AGREED, BOOKED, now=START - HOUR, **words)
    assert (verdict.allowed, verdict.fee_cents, verdict.reason) == (True, 0, reason)


@pytest.mark.parametrize(
    ("state", "after", "reason"), [(BOOKED, SECOND, "already_started"), (CAME, -HOUR, "wrong_state"), (CANCELED, -HOUR, "wrong_state")]
)
def test_when_nobody_can_leave_any_more(state, after, reason):
    verdict = assess_leaving(AGREED, state, actor="client", now=START + after)
    assert (verdict.allowed, verdict.reason) == (False, reason)
    assert "visit" not in verdict.sentence


def test_whoever_did_not_come_owes_after_the_agreed_wait():
    wait = timedelta(minutes=15)
    assert not assess_absence(AGREED, BOOKED, now=START + wait - SECOND).allowed
    assert assess_absence(AGREED, BOOKED, now=START + wait).fee_cents == 2_500
    assert assess_absence(AGREED, BOOKED, now=START + wait, lapsed=True).fee_cents == 0
    assert not assess_absence(AGREED, CAME, now=START + wait).allowed


def test_a_seat_costs_its_price_once_somebody_came():
    came = charge("s", 2_500).entries
    assert figures(BOOKED, 2_500, ()).due_cents == 2_500
    assert (figures(CAME, 2_500, came).due_cents, figures(CAME, 2_500, came).fee_cents) == (2_500, 0)
    settled = figures(CAME, 2_500, (*came, *paid("s", "cash", 2_500).entries))
    assert (settled.paid_cents, settled.due_cents) == (2_500, 0)


def test_a_fee_is_a_fee_and_nothing_is_nothing():
    late = fee("s", LATE_CANCEL, 1_250)
    assert late.entries == (Entry(LATE_CANCEL, "client_receivable", "provider_earned", 1_250),)
    assert (figures(CANCELED, 2_500, late.entries).fee_cents, figures(CANCELED, 2_500, late.entries).due_cents) == (1_250, 1_250)
    assert fee("s", LATE_CANCEL, 0).entries == charge("s", 0).entries == ()
    assert figures(CANCELED, 2_500, ()).due_cents == 0
    with pytest.raises(Refused, match="unknown_way"):
        paid("s", "shells", 100)


DRAFT = {"title": "Move with ease", "words": "", "place": "p", "starts_at": START, "minutes": 60, "capacity": 8, "price_cents": 2_500}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"title": "  "}, "title"),
        ({"minutes": 14}, "minutes"),
        ({"minutes": 241}, "minutes"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 61}, "capacity"),
        ({"price_cents": -1}, "price_cents"),
        ({"price_cents": 0}, None),
        ({"starts_at": NOW}, "starts_at"),
        ({"starts_at": NOW + SECOND}, "starts_at"),
        ({"starts_at": NOW + timedelta(days=367)}, "starts_at"),
    ],
)
def test_what_a_class_must_be(change, field):
    faults = [fault.field for fault in draft_faults(ClassDraft(**{**DRAFT, **change}), NOW)]
    assert faults == ([field] if field else [])
