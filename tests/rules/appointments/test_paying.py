"""What a checkout asks of a card, in sentences."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.paying import (
    HeldTime,
    Part,
    Plan,
    Standing,
    failure_words,
    judge_checkout,
    needs_card,
    paying_until,
    plan_card,
    plan_from_list,
    plan_to_list,
)

NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
SOON, FAR = NOW + timedelta(days=2), NOW + timedelta(days=20)
WEEK = timedelta(days=7)


def held(payment: str, *, cents: int = 19_855, at: datetime = SOON, percent: int | None = None, hold_id: int = 1) -> HeldTime:
    return HeldTime(hold_id, payment, percent, cents, at)


@pytest.mark.parametrize(
    ("said", "time", "method", "asked"),
    [
        ("paid at the visit, nothing is asked", held("at_visit"), "at_visit", ()),
        ("who may pay at the visit may pay by card instead, all of it", held("at_visit"), "card", (("prepaid", 19_855, None),)),
        ("a card on file takes nothing", held("card_on_file"), "card", (("card_on_file", 0, None),)),
        ("a card on file takes nothing, however far ahead", held("card_on_file", at=FAR), "card", (("card_on_file", 0, None),)),
        ("a deposit is a part of the whole price, half up", held("deposit", percent=30), "card", (("deposit", 5_957, None),)),
        ("everything beforehand", held("prepaid"), "card", (("prepaid", 19_855, None),)),
        ("further ahead than a week, a week before", held("prepaid", at=FAR), "card", (("prepaid", 19_855, FAR - WEEK),)),
        ("exactly a week ahead is asked now", held("prepaid", at=NOW + WEEK), "card", (("prepaid", 19_855, None),)),
        ("a second more is asked later", held("prepaid", at=NOW + WEEK + timedelta(seconds=1)), "card", (("prepaid", 19_855, NOW + timedelta(seconds=1)),)),
        ("what is free asks nothing", held("prepaid", cents=0), "card", ()),
        ("less than Stripe takes is paid at the visit", held("deposit", cents=400, percent=10), "card", ()),
        ("the terms win over the wish to pay at the visit", held("deposit", percent=100), "at_visit", (("deposit", 19_855, None),)),
    ],
)  # fmt: skip
def test_one_visit(said, time, method, asked):
    plan = plan_card([time], method, NOW)
    assert tuple((part.kind, part.amount_cents, part.charge_at) for part in plan.parts) == asked, said
    assert plan_from_list(plan_to_list(plan)) == plan


@pytest.mark.parametrize(
    ("said", "times", "keeps"),
    [
        ("one sum now needs no card kept", [held("prepaid")], False),
        ("a card on file is kept", [held("card_on_file")], True),
        ("a later charge needs the card", [held("deposit", percent=10, at=FAR)], True),
        ("two sums in one checkout need the card", [held("prepaid"), held("deposit", percent=10, hold_id=2)], True),
        ("one sum beside a visit that is paid there", [held("prepaid"), held("at_visit", cents=20, hold_id=2)], False),
    ],
)
def test_when_a_card_is_kept(said, times, keeps):
    assert plan_card(times, "card", NOW).keeps_card is keeps, said


def test_sums_of_a_plan():
    plan = plan_card([held("prepaid"), held("deposit", percent=10, at=FAR, hold_id=2), held("card_on_file", hold_id=3)], "card", NOW)
    assert (plan.now_cents, plan.later_cents, len(plan.parts)) == (19_855, 1_986, 3)


def test_who_must_give_a_card():
    assert not needs_card([held("at_visit"), held("prepaid", cents=0)])
    assert needs_card([held("at_visit"), held("card_on_file", hold_id=2)])


@given(
    st.lists(st.sampled_from(["at_visit", "card_on_file", "deposit", "prepaid"]), min_size=1, max_size=5),
    st.integers(0, 60_000),
    st.integers(0, 40),
    st.sampled_from(["at_visit", "card"]),
)
def test_never_more_than_the_price(payments, cents, days, method):
    times = [held(kind, cents=cents, at=NOW + timedelta(days=days), percent=25 if kind == "deposit" else None) for kind in payments]
    plan = plan_card(times, method, NOW)
    assert all(part.amount_cents <= cents for part in plan.parts)
    assert plan.now_cents + plan.later_cents == sum(part.amount_cents for part in plan.parts)
    assert all(part.charge_at is None or part.charge_at > NOW for part in plan.parts)


@pytest.mark.parametrize(
    ("said", "asked", "complete", "verdict"),
    [
        ("authorised", [Standing("authorised")], True, "ready"),
        ("kept, but the sums are still to be asked", [Standing("kept")], False, "waiting"),
        ("kept, and the bank keeps both sums", [Standing("kept"), Standing("authorised"), Standing("authorised")], True, "ready"),
        ("one of two was declined", [Standing("kept"), Standing("authorised"), Standing("failed", "generic_decline")], True, "failed"),
        ("the bank asks its client", [Standing("action_required")], True, "action"),
        ("the client failed at the bank", [Standing("action_required", "authentication_required")], True, "failed"),
        ("Stripe did not answer while the client is at the bank", [Standing("action_required", "APIConnectionError", tries=1)], True, "action"),
        ("on Stripe's page another card may be tried", [Standing("action_required", "generic_decline", on_page=True)], True, "action"),
        ("asked, and no answer yet", [Standing("asked", "APIConnectionError", tries=2)], True, "waiting"),
        ("let go of meanwhile", [Standing("cancelled")], True, "failed"),
        ("captured before we heard of it", [Standing("captured")], True, "ready"),
    ],
)  # fmt: skip
def test_how_a_checkout_stands(said, asked, complete, verdict):
    assert judge_checkout(asked, complete=complete) == verdict, said


def test_while_paying_the_time_stays_held():
    minute = timedelta(minutes=1)
    assert paying_until(NOW - 9 * minute, NOW + minute, NOW) == NOW + 10 * minute
    assert paying_until(NOW - 25 * minute, NOW + minute, NOW) == NOW + 5 * minute
    assert paying_until(NOW - 40 * minute, NOW + minute, NOW) == NOW + minute
    assert paying_until(NOW, NOW + 60 * minute, NOW) == NOW + 60 * minute


@pytest.mark.parametrize("code", [None, "generic_decline", "insufficient_funds", "authentication_required"])
def test_a_failure_is_said_in_words(code):
    assert failure_words(code).endswith("Nothing was taken.")
    assert "_" not in failure_words(code)


def test_a_plan_of_nothing():
    assert Plan(()).now_cents == 0
    assert not Plan((Part(1, "prepaid", 100, None),)).keeps_card
