"""Moving: free while cancelling is, then by a free move if one is left, else the notice has passed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation
from booking.appointments.rules.moving import assess_move
from booking.quotes.rules.agreed import AgreedTerms
from providers.services.rules.terms import Step, Terms

START = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def visit(*, free_moves=1, used=0, status="confirmed", booked_at=START - timedelta(days=10), notice=None):
    terms = Terms((Step(24, 0), Step(12, 50), Step(0, 100)), 10, 100, 15, free_moves, "at_visit", move_notice_hours=notice)
    return VisitFacts(AgreedTerms(terms, 13000, START, booked_at), status, 0, used)


def moved(now, *, actor="client", new=None, inside=True, **more):
    return assess_move(visit(**more), actor=actor, now=now, new_starts_at=new, free_moves_reach_inside=inside)


@pytest.mark.parametrize(
    "before, free_moves, used, code, uses",
    [
        (48 * HOUR, 1, 0, "free", False),
        (48 * HOUR, 1, 5, "free", False),
        (48 * HOUR, 0, 0, "free", False),
        (24 * HOUR, 0, 0, "free", False),
        (24 * HOUR - SECOND, 1, 0, "free_move", True),
        (24 * HOUR - SECOND, 1, 1, "notice_passed", False),
        (24 * HOUR - SECOND, 0, 0, "notice_passed", False),
        (24 * HOUR - SECOND, 2, 1, "free_move", True),
        (12 * HOUR - SECOND, 1, 0, "free_move", True),
        (timedelta(0), 1, 0, "free_move", True),
        (timedelta(0), 1, 1, "notice_passed", False),
    ],
)
def test_when_a_client_may_move(before, free_moves, used, code, uses):
    verdict = moved(START - before, free_moves=free_moves, used=used)
    assert (verdict.code, verdict.uses_free_move) == (code, uses)
    assert verdict.allowed is (code != "notice_passed")
    assert verdict.free_moves_left == max(0, free_moves - used)


@pytest.mark.parametrize("before, code", [(24 * HOUR, "free"), (24 * HOUR - SECOND, "notice_passed"), (HOUR, "notice_passed")])
def test_where_free_moves_do_not_reach_inside_the_notice_decides_alone(before, code):
    assert moved(START - before, inside=False, free_moves=3).code == code


@pytest.mark.parametrize("before, fee", [(24 * HOUR - SECOND, 6500), (12 * HOUR, 6500), (12 * HOUR - SECOND, 13000)])
def test_a_refused_move_names_what_cancelling_would_cost(before, fee):
    assert moved(START - before, free_moves=0).fee_cents == fee
    assert "cancel" in moved(START - before, free_moves=0).sentence


@pytest.mark.parametrize(
    "sentence, notice, before, free_moves, code",
    [
        ("two days ahead, to the second", 48, 48 * HOUR, 1, "free"),
        ("a second later it is too late, though canceling is free", 48, 48 * HOUR - SECOND, 1, "notice_passed"),
        ("inside the time that costs a move is used up", 6, 24 * HOUR - SECOND, 1, "free_move"),
        ("until the notice ends", 6, 6 * HOUR, 1, "free_move"),
        ("and no second longer", 6, 6 * HOUR - SECOND, 1, "notice_passed"),
        ("without a free move the time that costs is closed", 6, 20 * HOUR, 0, "notice_passed"),
        ("no hours at all: until the start", 0, timedelta(0), 1, "free_move"),
    ],
)
def test_terms_with_a_notice_of_their_own(sentence, notice, before, free_moves, code):
    verdict = moved(START - before, inside=False, notice=notice, free_moves=free_moves)
    assert (verdict.code, verdict.allowed) == (code, code != "notice_passed")


def test_a_notice_keeps_neither_the_grace_nor_a_request_nor_the_other_side():
    booked = START - 5 * HOUR
    assert moved(booked + 600 * SECOND, booked_at=booked, notice=48).code == "free"
    assert moved(booked + 601 * SECOND, booked_at=booked, notice=48).code == "notice_passed"
    assert moved(START - HOUR, status="requested", notice=48).code == "free"
    assert moved(START - HOUR, actor="provider", notice=48).allowed


@pytest.mark.parametrize("seconds, code", [(0, "free"), (600, "free"), (601, "notice_passed")])
def test_the_grace_after_booking_is_for_moves_too(seconds, code):
    booked = START - 5 * HOUR
    assert moved(booked + timedelta(seconds=seconds), booked_at=booked, free_moves=0).code == code


@pytest.mark.parametrize("actor", ["provider", "admin"])
@pytest.mark.parametrize("before", [48 * HOUR, HOUR, timedelta(0)])
def test_the_other_side_moves_at_no_cost_to_the_client(actor, before):
    verdict = moved(START - before, actor=actor, free_moves=0)
    assert (verdict.allowed, verdict.code, verdict.fee_cents, verdict.uses_free_move) == (True, "by_provider", 0, False)


@pytest.mark.parametrize("actor", ["client", "provider", "admin"])
@pytest.mark.parametrize("seconds, allowed", [(-1, True), (0, True), (1, False)])
def test_after_the_start_nobody_moves(actor, seconds, allowed):
    verdict = moved(START + timedelta(seconds=seconds), actor=actor)
    assert verdict.allowed is allowed
    assert (verdict.code == "already_started") is not allowed


@pytest.mark.parametrize(
    "status, allowed", [("requested", True), ("confirmed", True), ("checked_in", False), ("completed", False), ("cancelled", False)]
)
def test_only_what_still_lies_ahead_is_moved(status, allowed):
    verdict = moved(START - 48 * HOUR, status=status)
    assert verdict.allowed is allowed
    assert (verdict.code == "wrong_state") is not allowed


def test_a_request_moves_freely_at_any_time():
    assert moved(START - HOUR, status="requested", free_moves=0).code == "free"


@pytest.mark.parametrize(
    "new, code",
    [
        (START, "same_time"),
        (START - 48 * HOUR, "in_the_past"),
        (START - 49 * HOUR, "in_the_past"),
        (START - 47 * HOUR, "free"),
        (START + HOUR, "free"),
        (None, "free"),
    ],
)
def test_where_a_visit_may_move_to(new, code):
    assert moved(START - 48 * HOUR, new=new).code == code


@pytest.mark.parametrize("actor", ["system", "stranger"])
def test_nobody_else_moves(actor):
    verdict = moved(START - 48 * HOUR, actor=actor)
    assert (verdict.allowed, verdict.code) == (False, "forbidden")


@given(st.integers(0, 200 * 3600), st.integers(0, 3), st.integers(0, 4), st.sampled_from(["requested", "confirmed"]))
def test_moving_is_free_wherever_cancelling_is(seconds, free_moves, used, status):
    kept = visit(free_moves=free_moves, used=used, status=status)
    now = START - timedelta(seconds=seconds)
    move, leave = (
        assess_move(kept, actor="client", now=now, free_moves_reach_inside=True),
        assess_cancellation(kept, actor="client", now=now),
    )
    if leave.fee_cents == 0:
        assert move.allowed
        assert not move.uses_free_move
    else:
        assert move.allowed == (free_moves > used)
        assert move.uses_free_move == move.allowed
    assert move.fee_cents == (0 if move.allowed else leave.fee_cents)


@given(st.integers(0, 200 * 3600), st.integers(0, 200 * 3600), st.integers(0, 2), st.integers(0, 2))
def test_asking_earlier_is_never_worse(one, other, free_moves, used):
    early, late = (
        moved(START - timedelta(seconds=seconds), free_moves=free_moves, used=used) for seconds in sorted((one, other), reverse=True)
    )
    assert early.allowed or not late.allowed
    assert early.fee_cents <= late.fee_cents
