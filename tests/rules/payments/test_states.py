"""Every state of a payment and of a refund with everything that can happen to it."""

from itertools import permutations

import pytest

from booking.payments.rules import states
from booking.payments.rules.states import (
    PAYMENT_EVENTS,
    PAYMENT_STATES,
    REFUND,
    REFUND_EVENTS,
    REFUND_STATES,
    next_state,
    next_step,
    wait_after,
)

# Each line: a state, and what it becomes by requires_payment_method, requires_confirmation, requires_action, processing, requires_capture,
# succeeded, canceled (read from Stripe), capture, release (orders), refused (for good). A dot: the order cannot be given.
PAYMENT = """
asked            failed           asked            action_required  asked            authorised  captured  cancelled  .          releasing  failed
action_required  action_required  action_required  action_required  action_required  authorised  captured  cancelled  .          releasing  failed
authorised       authorised       authorised       authorised       authorised       authorised  captured  cancelled  capturing  releasing  .
capturing        capturing        capturing        capturing        capturing        capturing   captured  cancelled  capturing  .          capturing
captured         captured         captured         captured         captured         captured    captured  captured   .          .          .
releasing        releasing        releasing        releasing        releasing        releasing   captured  cancelled  .          releasing  releasing
cancelled        cancelled        cancelled        cancelled        cancelled        cancelled   captured  cancelled  .          cancelled  .
failed           failed           failed           failed           failed           releasing   captured  cancelled  .          releasing  .
"""
ROWS = [
    (state, event, None if after == "." else after)
    for state, *row in map(str.split, PAYMENT.strip().splitlines())
    for event, after in zip(PAYMENT_EVENTS, row, strict=True)
]


@pytest.mark.parametrize("state, event, after", ROWS)
def test_a_payment_goes_on(state, event, after):
    assert next_state(state, event) == after


def test_no_row_is_missing():
    assert {(state, event) for state, event, _ in ROWS} == {(state, event) for state in PAYMENT_STATES for event in PAYMENT_EVENTS}


REFUND_ROWS = """
asked      pending    pending    succeeded  failed  failed  failed
pending    pending    pending    succeeded  failed  failed  pending
succeeded  succeeded  succeeded  succeeded  failed  failed  succeeded
failed     failed     failed     failed     failed  failed  failed
"""


@pytest.mark.parametrize(
    "state, event, after",
    [
        (state, event, after)
        for state, *row in map(str.split, REFUND_ROWS.strip().splitlines())
        for event, after in zip(("pending", "requires_action", "succeeded", "failed", "canceled", "refused"), row, strict=True)
    ],
)
def test_a_refund_goes_on(state, event, after):
    assert REFUND[state, event] == after


def test_no_refund_is_missing():
    assert set(REFUND) == {(state, event) for state in REFUND_STATES for event in REFUND_EVENTS} | {
        (state, "canceled") for state in REFUND_STATES
    } | {(state, "requires_action") for state in REFUND_STATES} - {("failed", "canceled"), ("failed", "requires_action")}


@pytest.mark.parametrize("start", PAYMENT_STATES)
@pytest.mark.parametrize("end", ["succeeded", "canceled"])
def test_news_in_any_order_end_alike(start, end):
    """Older news beside an end at Stripe never undo it."""
    news = ("requires_confirmation", "requires_action", "processing", "requires_capture", end)
    ends = set()
    for order in permutations(news):
        state = start
        for event in order:
            state = next_state(state, event)
        ends.add(state)
    assert len(ends) == 1


STEPS = """
asked            -                        create
asked            requires_confirmation    confirm
asked            processing               nothing
asked            requires_capture         nothing
action_required  requires_action          nothing
action_required  requires_confirmation    nothing
authorised       requires_capture         nothing
capturing        requires_capture         capture
capturing        succeeded                nothing
capturing        canceled                 nothing
releasing        -                        drop
releasing        requires_payment_method  cancel
releasing        requires_confirmation    cancel
releasing        requires_action          cancel
releasing        requires_capture         cancel
releasing        succeeded                nothing
cancelled        -                        nothing
cancelled        requires_confirmation    cancel
cancelled        canceled                 nothing
captured         succeeded                nothing
failed           requires_payment_method  nothing
"""


@pytest.mark.parametrize("state, status, step", [line.split() for line in STEPS.strip().splitlines()])
def test_what_is_asked_next(state, status, step):
    assert next_step(state, None if status == "-" else status) == step


def test_money_moves_only_on_an_intent_that_was_just_read():
    moving = {
        (state, status)
        for state in PAYMENT_STATES
        for status in (None, *states.INTENT_STATUSES)
        if next_step(state, status) in ("confirm", "capture")
    }
    assert moving == {("asked", "requires_confirmation"), ("capturing", "requires_capture")}


@pytest.mark.parametrize("tries, seconds", [(0, 20), (1, 20), (2, 40), (3, 80), (7, 1280), (8, 1800), (100, 1800)])
def test_tries_come_later_and_later(tries, seconds):
    assert wait_after(tries).total_seconds() == seconds
