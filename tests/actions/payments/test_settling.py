"""What was ordered is done at Stripe, whatever goes wrong on the way, and not twice."""

import pytest

from booking.payments.queries import card_findings
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from tests.support.cards import balances, letters


def test_a_charge_is_taken_and_booked(till):
    payment = till.look(till.pay())
    assert (payment.state, payment.captured_cents, payment.next_try_at) == ("captured", 19_000, None)
    assert till.double.captured() == 19_000
    assert balances() == {"card_clearing": 19_000, "deposits_held": -19_000}
    assert letters("payment_received") == 1


def test_a_fee_pays_what_is_due(till):
    till.pay(purpose="fee", off_session=True, customer=till.port.create_customer("c", "i"))
    assert balances() == {"card_clearing": 19_000, "client_receivable": -19_000}
    assert till.double.calls[-1].words == {"off_session": "true"}


def test_stripe_is_told_whose_it_is(till):
    public_id = till.pay()
    metadata = till.intent(public_id)["metadata"]
    assert metadata["ours"] == public_id
    assert len(metadata["instance"]) == 16
    assert till.intent(till.pay(cause="deposit:other"))["metadata"]["instance"] == metadata["instance"]


def test_the_same_cause_is_one_payment(till):
    assert till.pay() == till.pay()
    assert till.double.captured() == 19_000


def test_settled_again_nothing_happens(till):
    public_id = till.pay()
    asked = len(till.double.calls)
    till.settle(public_id)
    assert [call.method for call in till.double.calls[asked:]] == ["GET"]
    assert letters("payment_received") == 1


def test_a_declined_card_takes_nothing(till):
    settled = till.settle(till.order(payment_method="pm_card_chargeDeclined"))
    assert (settled.state, settled.failure_code) == ("failed", "generic_decline")
    assert (till.double.captured(), balances()) == (0, {})


def test_a_card_nobody_knows_fails(till):
    settled = till.settle(till.order(payment_method="pm_of_nobody"))
    assert (settled.state, settled.failure_code) == ("failed", "resource_missing")


def test_the_client_must_act_and_acts(till):
    public_id = till.order(payment_method="pm_card_authenticationRequired")
    settled = till.settle(public_id)
    assert settled.state == "action_required"
    assert settled.client_secret == till.intent(public_id)["client_secret"]
    assert till.look(public_id).captured_cents == 0
    till.double.act(till.look(public_id).intent)
    assert till.settle(public_id).state == "captured"


def test_a_client_at_the_bank_may_try_again(till):
    public_id = till.pay(payment_method="pm_card_authenticationRequired")
    till.double.act(till.look(public_id).intent, approved=False)
    assert till.settle(public_id).state == "action_required"


def test_a_client_away_who_would_have_to_act_has_not_paid(till):
    customer = till.port.create_customer("c", "i")
    settled = till.settle(till.order(payment_method="pm_card_authenticationRequired", off_session=True, customer=customer))
    assert (settled.state, settled.failure_code) == ("failed", "authentication_required")


@pytest.mark.parametrize("seconds, state", [(-1, "action_required"), (0, "cancelled")])
def test_a_client_who_does_not_come_back_is_waited_for_half_an_hour(till, clock, seconds, state):
    public_id = till.pay(payment_method="pm_card_authenticationRequired")
    clock.advance(minutes=30, seconds=seconds)
    assert till.settle(public_id).state == state
    assert till.intent(public_id)["status"] == ("canceled" if state == "cancelled" else "requires_action")


def test_a_part_is_taken_of_what_the_bank_keeps(till):
    public_id = till.pay(capture_later=True)
    assert till.look(public_id).state == "authorised"
    assert balances() == {}
    till.capture(public_id, 9_500)
    assert till.settle(public_id).state == "captured"
    assert (till.look(public_id).captured_cents, till.double.captured()) == (9_500, 9_500)


def test_more_than_the_bank_keeps_cannot_be_ordered(till):
    public_id = till.pay(capture_later=True)
    with pytest.raises(Refused, match="invalid_amount"):
        till.capture(public_id, 19_001)


def test_what_the_bank_keeps_is_let_go(till):
    public_id = till.pay(capture_later=True)
    till.release(public_id)
    assert till.settle(public_id).state == "cancelled"
    assert till.intent(public_id)["status"] == "canceled"


def test_what_was_taken_cannot_be_let_go(till):
    with pytest.raises(Conflict, match="wrong_state"):
        till.release(till.pay())


@pytest.mark.parametrize("seconds, state", [(-1, "captured"), (0, "cancelled")])
def test_a_bank_keeps_a_sum_for_seven_days(till, clock, seconds, state):
    public_id = till.pay(capture_later=True)
    clock.advance(days=7, seconds=seconds)
    till.capture(public_id, 19_000)
    assert till.settle(public_id).state == state


def test_an_order_that_was_let_go_before_anything_was_asked_ends(till):
    public_id = till.order()
    till.release(public_id)
    assert till.settle(public_id).state == "cancelled"
    assert till.double.calls == []


def test_money_that_comes_too_late_goes_back_once_with_one_letter(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.release(public_id)
    till.double.act(till.look(public_id).intent)
    assert till.settle(public_id).state == "captured"
    [refund] = [row.public_id for row in till.refunds(public_id)]
    assert till.give_back(refund) == till.give_back(refund) == "succeeded"
    till.settle(public_id)
    assert (till.double.captured(), till.double.refunded(), balances()) == (19_000, 19_000, {})
    assert (letters("refund_sent"), letters("payment_received")) == (1, 0)


@pytest.mark.parametrize("kind", ["lost", "dropped", "busy", "broken"])
@pytest.mark.parametrize("at", ["/payment_intents", "/confirm", "/capture"])
def test_whatever_goes_wrong_on_the_way_it_is_taken_once(till, clock, kind, at):
    public_id = till.order(capture_later=at == "/capture")
    if at == "/capture":
        till.settle(public_id)
        till.capture(public_id, 19_000)
    till.double.faults.append(Fault(kind, at))
    with pytest.raises(Unknown):
        till.settle(public_id)
    assert till.look(public_id).state in ("asked", "capturing")
    assert (balances(), letters("payment_received")) == ({}, 0)
    clock.advance(minutes=2)
    assert till.settle(public_id).state == "captured"
    assert till.double.captured() == 19_000
    assert till.intent(public_id)["charges"] == 1
    assert balances() == {"card_clearing": 19_000, "deposits_held": -19_000}


def test_after_a_day_stripe_has_forgotten_the_key_and_still_nothing_is_taken_twice(till, clock):
    public_id = till.order()
    till.double.faults.append(Fault("dropped", "/confirm"))
    with pytest.raises(Unknown):
        till.settle(public_id)
    clock.advance(days=2)
    assert till.settle(public_id).state == "captured"
    assert till.intent(public_id)["charges"] == 1


def test_tries_come_later_and_later_and_are_told(till, clock):
    public_id = till.order()
    for seconds in (20, 40, 80):
        till.double.faults.append(Fault("lost"))
        with pytest.raises(Unknown):
            till.settle(public_id)
        assert (till.look(public_id).next_try_at - clock.now).total_seconds() == seconds
    clock.advance(hours=1, seconds=1)
    assert list(card_findings(db.session(), clock.now)) == [f"payment {public_id} is asked and Stripe does not answer (APIConnectionError)"]


def test_what_is_another_sum_is_not_believed(till):
    public_id = till.order()
    till.double.faults.append(Fault("dropped", "/confirm"))
    with pytest.raises(Unknown):
        till.settle(public_id)
    till.intent(public_id)["amount"] = 1
    with pytest.raises(Unknown, match="1 cents instead of 19000"):
        till.settle(public_id)
    assert till.look(public_id).state == "asked"
