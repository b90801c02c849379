"""Webhooks: any order, any number, any forgery, one outcome."""

import json
import random
from collections import Counter

import pytest
from sqlalchemy import func, select

from booking.payments.actions.take_event import take_event
from booking.payments.models import Dispute, Refund, StripeEvent
from booking.payments.queries import card_findings
from booking.payments.rules.signing import signed_header
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.reading import read_event
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from tests.support.cards import balances, letters
from tests.support.news import SECRET, few_endings, tell
from tests.support.racing import race


def take(till, event: dict, port=None) -> str:
    said = read_event(json.dumps(event).encode())
    assert said is not None
    return take_event(port or till.port, said, till.clock.now)


def news(till, kind: str) -> dict:
    """The newest event of a kind."""
    return next(event for event in reversed(till.double.events) if event["type"] == kind)


def count(table) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_the_client_acted_and_the_webhook_tells(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    told = news(till, "payment_intent.succeeded")
    assert take(till, told) == "done"
    asked = len(till.double.calls)
    assert (take(till, told), len(till.double.calls)) == ("repeated", asked)
    assert till.look(public_id).state == "captured"
    assert (letters("payment_received"), balances()["card_clearing"]) == (1, 19_000)


def test_what_the_event_says_is_not_believed(till):
    """It says succeeded; at Stripe the client has still to act."""
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    told = news(till, "payment_intent.requires_action")
    lie = {
        **told,
        "type": "payment_intent.succeeded",
        "data": {"object": {**told["data"]["object"], "status": "succeeded", "amount_received": 19_000}},
    }
    assert take(till, lie) == "done"
    assert till.look(public_id).state == "action_required"


@pytest.mark.parametrize(
    "wrong, words",
    [({"amount": 1}, "1 cents instead of 19000"), ({"currency": "eur"}, "currency eur instead of usd")],
)
def test_another_sum_or_currency_is_left_to_people(till, clock, wrong, words):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    till.intent(public_id).update(wrong)
    assert take(till, news(till, "payment_intent.succeeded")) == "faulty"
    assert till.look(public_id).state == "action_required"
    [finding] = card_findings(db.session(), clock.now)
    assert words in finding


def test_what_another_installation_did_is_no_business_of_ours(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    till.intent(public_id)["metadata"] = {"instance": "another", "ours": public_id}
    assert take(till, news(till, "payment_intent.succeeded")) == "ignored"
    assert count(StripeEvent) == 0


def test_an_intent_with_our_mark_that_nobody_asked_for_is_told(till, clock):
    public_id = till.pay()
    till.intent(public_id)["metadata"] = {**till.intent(public_id)["metadata"], "ours": "nobody"}
    assert take(till, news(till, "payment_intent.succeeded")) == "faulty"
    assert len(list(card_findings(db.session(), clock.now))) == 1


@pytest.mark.parametrize("kind", ["invoice.paid", "payment_intent.something_new", "customer.created", "setup_intent.succeeded"])
def test_other_kinds_are_acknowledged(till, kind):
    till.pay()
    assert take(till, {"id": "evt_x", "type": kind, "data": {"object": {"id": "in_1"}}}) == "ignored"


def test_an_event_about_nothing_is_acknowledged(till):
    till.pay()
    assert take(till, {"id": "evt_x", "type": "payment_intent.succeeded", "data": {"object": {"id": "pi_of_nobody"}}}) == "ignored"


def test_while_stripe_cannot_be_asked_nothing_is_noted(till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    told = news(till, "payment_intent.succeeded")
    till.double.faults.append(Fault("lost"))
    with pytest.raises(Unknown):
        take(till, told)
    assert count(StripeEvent) == 0
    assert take(till, told) == "done"


def test_a_refund_made_on_stripes_own_pages_becomes_ours(till):
    public_id = till.pay()
    till.double.by_hand(till.look(public_id).intent, 4_000)
    for told in [event for event in till.double.events if "refund" in event["type"]]:
        assert take(till, told) == "done"
    assert (till.look(public_id).refunded_cents, count(Refund), letters("refund_sent")) == (4_000, 1, 1)
    assert balances()["card_clearing"] == 15_000


def test_the_rest_of_a_part_capture_is_no_refund(till):
    public_id = till.pay(capture_later=True)
    till.capture(public_id, 15_000)
    till.settle(public_id)
    assert news(till, "refund.created")["data"]["object"]["amount"] == 4_000
    assert take(till, news(till, "refund.created")) == "done"
    assert (till.look(public_id).refunded_cents, count(Refund), letters("refund_sent")) == (0, 0, 0)


def test_a_refund_is_told_before_the_payment(till):
    public_id = till.order()
    till.double.faults.append(Fault("dropped", "/confirm"))
    with pytest.raises(Unknown):
        till.settle(public_id)
    till.double.by_hand(till.look(public_id).intent, 4_000)
    assert take(till, news(till, "charge.refunded")) == "done"
    assert (till.look(public_id).captured_cents, till.look(public_id).refunded_cents) == (19_000, 4_000)


def test_a_refund_that_comes_back_from_the_bank(till):
    public_id = till.pay()
    refund = till.refund(public_id, 19_000)
    till.give_back(refund)
    till.double.settle_refund(till.look_back(refund).stripe_refund, "failed")
    assert take(till, news(till, "refund.failed")) == "done"
    assert (till.look_back(refund).state, till.look(public_id).refunded_cents) == ("failed", 0)
    assert balances() == {"card_clearing": 19_000, "deposits_held": -19_000}


def test_a_dispute_is_kept(till):
    public_id = till.pay()
    dispute = till.double.dispute(till.look(public_id).intent)
    assert take(till, news(till, "charge.dispute.created")) == "done"
    dispute["status"] = "lost"
    assert take(till, {**news(till, "charge.dispute.created"), "id": "evt_y", "type": "charge.dispute.closed"}) == "done"
    kept = db.session.scalars(select(Dispute)).one()
    assert (kept.status, kept.amount_cents, kept.reason) == ("lost", 19_000, "fraudulent")


def test_ten_at_once_act_once(app, till):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    told = news(till, "payment_intent.succeeded")
    outcomes = []
    assert race(app, [lambda: outcomes.append(take(till, told))] * 10) == {"done": 10}
    assert sorted(outcomes) == ["done", *["repeated"] * 9]
    assert (till.look(public_id).state, count(StripeEvent), letters("payment_received")) == ("captured", 1, 1)


def test_a_thousand_in_a_hundred_random_orders_with_repeats_and_forgeries(client, till, clock):
    """Each order is of payments of its own; every second event comes again, every seventh is a forgery. One outcome, one letter an effect."""
    dice, said = random.Random(20270112), Counter()
    for number in range(100):
        answers, outcome = tell(client, till, dice, few_endings, f"order {number}:")
        assert outcome == (
            [("late", "captured", 19_000, 19_000), ("refunded", "captured", 19_000, 2_000)],
            [(2_000, "succeeded"), (19_000, "succeeded")],
            [("card_clearing", 17_000), ("deposits_held", -17_000)],
            1,  # nobody is told that money came which goes back at once
            2,
            0,
        )
        said += answers
        clock.advance(minutes=7)
    assert said.total() >= 1_000
    assert said["forged"] == 400
    assert list(card_findings(db.session(), clock.now)) == []


def _post(client, body: bytes, header: str) -> int:
    return client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header}).status_code


@pytest.fixture
def environment():
    return {"STRIPE_SECRET_KEY": "sk_test_of_the_tests", "STRIPE_WEBHOOK_SECRET": SECRET}


@pytest.fixture(autouse=True)
def _the_app_asks_the_double(app, till):
    app.extensions["stripe_port"] = till.port


# --- at the door -------------------------------------------------------------------------------------------------------------


def _event() -> bytes:
    return json.dumps({"id": "evt_1", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}).encode()


def test_without_a_session_or_a_token(client, clock):
    headers = {"Stripe-Signature": signed_header(_event(), SECRET, clock.now), "Content-Type": "application/json"}
    answer = client.post("/webhooks/stripe", data=_event(), headers=headers)
    assert (answer.status_code, answer.json) == (200, {"outcome": "ignored"})


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400),
        (b"[]", 400),
        (b"nonsense", 400),
        (b'{"id": 1, "type": "x", "data": {"object": {"id": "y"}}}', 400),
        (b'{"id": "%s"}' % (b"x" * 300_000), 413),
    ],
)
def test_signed_nonsense(client, clock, body, status):
    headers = {"Stripe-Signature": signed_header(body, SECRET, clock.now)}
    assert client.post("/webhooks/stripe", data=body, headers=headers).status_code == status


def test_old_and_unsigned(client, clock):
    header = signed_header(_event(), SECRET, clock.now)
    assert client.post("/webhooks/stripe", data=_event()).status_code == 400
    clock.advance(seconds=301)
    assert client.post("/webhooks/stripe", data=_event(), headers={"Stripe-Signature": header}).status_code == 400


def test_stripe_is_asked_to_come_again(client, till, clock):
    public_id = till.pay(payment_method="pm_card_threeDSecure2Required")
    till.double.act(till.look(public_id).intent)
    body, header = till.double.webhook(news(till, "payment_intent.succeeded"), SECRET)
    till.double.faults.append(Fault("lost"))
    assert _post(client, body, header) == 503
    assert _post(client, body, header) == 200


def test_cards_are_off_without_keys(app, client, clock):
    del app.extensions["stripe_port"]
    header = signed_header(_event(), SECRET, clock.now)
    assert client.post("/webhooks/stripe", data=_event(), headers={"Stripe-Signature": header}).status_code == 404
