"""Whenever the process dies, comparing with Stripe ends with everything taken once and everything given back once."""

from datetime import timedelta

import pytest

from booking.payments.actions.settle import settle_payment, settle_refund
from booking.payments.commands import reconcile_all
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from tests.support.cards import balances, letters, port_to

STEPS = 6


class Killed(BaseException):
    """The process is gone: nothing catches it."""


def dying(till, calls: int, moment: str):
    """A port whose process dies at the n-th call, before it leaves or before its answer is noted."""
    left = [calls]

    def around(now: str) -> None:
        if now == moment:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    return port_to(till.double, around)


def reconcile(till) -> list[str]:
    now = till.clock.now
    return list(reconcile_all(till.port, now, now - timedelta(days=31)))


def life(till, port, public_id: str) -> None:
    """Everything that is ever asked of Stripe for a payment: kept, taken in part, given back in part."""
    settle_payment(port, public_id, till.clock.now)
    till.capture(public_id, 15_000)
    settle_payment(port, public_id, till.clock.now)
    settle_refund(port, till.refund(public_id, 6_000), till.clock.now)


def finish(till, public_id: str) -> None:
    """What people would still order after the crash."""
    if till.look(public_id).state == "authorised":
        till.capture(public_id, 15_000)
    reconcile(till)
    till.refund(public_id, 6_000)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("days", [0, 2])
def test_killed_at_any_call_nothing_is_taken_twice_and_no_refund_is_lost(till, clock, moment, days):
    """After two days Stripe has forgotten all keys."""
    dead = 0
    for calls in range(1, STEPS + 3):
        public_id = till.order(cause=f"life:{calls}", capture_later=True)
        try:
            life(till, dying(till, calls, moment), public_id)
        except Killed:
            dead += 1
            db.session.remove()
        clock.advance(days=days, minutes=5)
        reconcile(till)
        finish(till, public_id)
        assert reconcile(till) == []
        payment = till.look(public_id)
        assert (payment.state, payment.captured_cents, payment.refunded_cents) == ("captured", 15_000, 6_000)
        assert (till.double.captured(), till.double.refunded()) == (15_000 * calls, 6_000 * calls)
        assert balances() == {"card_clearing": 9_000 * calls, "deposits_held": -9_000 * calls}
        assert (letters("payment_received"), letters("refund_sent")) == (calls, calls)
    assert dead == STEPS, "the life was either not cut at each of its calls, or never whole"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_killed_while_letting_go(till, clock, moment, calls):
    public_id = till.order(capture_later=True)
    with pytest.raises(Killed):
        settle_payment(dying(till, 2, "before"), public_id, clock.now)
    till.release(public_id)
    try:
        settle_payment(dying(till, calls, moment), public_id, clock.now)
    except Killed:
        db.session.remove()
    assert reconcile(till) == []
    assert (till.look(public_id).state, till.double.captured(), balances()) == ("cancelled", 0, {})
    assert till.intent(public_id)["status"] == "canceled"


def test_let_go_while_stripe_was_making_it(till, clock):
    """The row has ended without a name at Stripe, and then the answer arrives where nobody waits for it any more."""
    public_id = till.order()

    def let_go_and_die(moment: str) -> None:
        if moment == "after":
            till.release(public_id)
            till.settle(public_id)
            raise Killed

    with pytest.raises(Killed):
        settle_payment(port_to(till.double, let_go_and_die), public_id, clock.now)
    db.session.remove()
    assert (till.look(public_id).state, till.look(public_id).intent) == ("cancelled", None)
    assert reconcile(till) == []
    assert (till.intent(public_id)["status"], till.look(public_id).state) == ("canceled", "cancelled")


def test_an_intent_made_twice_is_closed(till, clock):
    """The answer was lost, Stripe forgot the key, and the order was made again."""
    public_id = till.order()
    till.double.faults.append(Fault("dropped", "/payment_intents"))
    with pytest.raises(Unknown):
        till.settle(public_id)
    clock.advance(days=2)
    till.settle(public_id)
    assert reconcile(till) == []
    statuses = sorted(thing["status"] for thing in till.double.things.values() if thing["object"] == "payment_intent")
    assert (statuses, till.double.captured()) == (["canceled", "succeeded"], 19_000)


def test_a_lost_webhook_is_made_good(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    assert reconcile(till) == []
    assert till.look(public_id).state == "captured"


def test_a_refund_of_stripes_own_pages_is_found(till):
    public_id = till.pay()
    till.double.by_hand(till.look(public_id).intent, 4_000)
    assert reconcile(till) == []
    assert till.look(public_id).refunded_cents == 4_000


def test_a_refund_that_came_back_is_found(till):
    refund = till.refund(till.pay(), 4_000)
    till.give_back(refund)
    till.double.settle_refund(till.look_back(refund).stripe_refund, "failed")
    [finding] = reconcile(till)
    assert "failed (lost_or_stolen_card)" in finding


def test_what_people_must_look_at_is_named(till):
    first, second, third = (till.pay(cause=f"visit:{number}") for number in range(3))
    till.intent(first)["metadata"]["ours"] = "nobody"
    till.intent(second)["amount_received"] = 18_000
    del till.double.things[str(till.look(third).intent)]
    found = reconcile(till)
    assert [
        any(word in line for line in found) for word in ("no payment of ours asked", "18000 by Stripe's", f"payment {third}: Stripe has no")
    ] == [True] * 3
    assert len(found) == 3


def test_others_intents_are_left_alone(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.intent(public_id)["metadata"] = {"instance": "another", "ours": public_id}
    asked = len(till.double.calls)
    reconcile(till)
    assert {call.method for call in till.double.calls[asked:]} == {"GET"}


def test_while_stripe_is_down_nothing_changes(till, clock):
    public_id = till.pay()
    till.double.faults += [Fault("lost")] * 2
    with pytest.raises(Unknown):
        reconcile(till)
    assert till.look(public_id).state == "captured"


# --- the command and the job -------------------------------------------------------------------------------------------------


@pytest.fixture
def environment():
    return {"STRIPE_SECRET_KEY": "sk_test_of_the_tests"}


def test_the_command_tells_and_ends_accordingly(app, till):
    app.extensions["stripe_port"] = till.port
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    run = app.test_cli_runner().invoke
    whole = run(args=["payments", "reconcile"])
    assert (whole.exit_code, whole.stdout) == (0, "")
    assert till.look(public_id).state == "captured"
    till.intent(public_id)["amount_received"] = 1
    faulty = run(args=["payments", "reconcile"])
    assert (faulty.exit_code, faulty.stdout.count("\n")) == (1, 1)
    till.double.faults += [Fault("broken")]
    assert run(args=["payments", "reconcile"]).exit_code == 2


def test_the_command_says_that_cards_are_off(app, till):
    del app.extensions["stripe_port"]
    ended = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert (ended.exit_code, "Cards are off" in ended.stderr) == (0, True)


def test_the_job_takes_up_what_was_left_after_a_minute(app, till, clock):
    app.extensions["stripe_port"] = till.port
    public_id = till.order()
    job = next(job for job in app.extensions["licensed_hands_jobs"] if job.name == "settle payments")
    clock.advance(seconds=59)
    assert (job.run(clock.now), till.look(public_id).state) == (0, "asked")
    clock.advance(seconds=1)
    assert (job.run(clock.now), till.look(public_id).state) == (1, "captured")
    assert job.run(clock.now) == 0
