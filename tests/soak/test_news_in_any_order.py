"""The same news in a hundred random orders, each time of payments of their own, with repeats and forgeries: one outcome, one letter an effect."""

import json
import random
from collections import Counter

import pytest

from booking.payments.forms import KEY
from booking.payments.queries import card_findings
from marketplace.db import db
from tests.support.cards import Till
from tests.support.endings import finish
from tests.support.news import came_to, many_endings, picture
from tests.support.profiles import print_line

SECRET, THIEF = "whsec_of_the_tests", "whsec_of_a_thief"
ROUNDS = [pytest.param(2, id="twice"), pytest.param(100, id="100 orders", marks=pytest.mark.soak)]


@pytest.fixture
def environment():
    return {"STRIPE_SECRET_KEY": "sk_test_of_the_tests", "STRIPE_WEBHOOK_SECRET": SECRET}


@pytest.fixture
def till(app, ctx, clock):
    made = Till(clock)
    app.extensions[KEY] = made.port
    return made


def shuffled(dice, events):
    """Each event once, every second one again, in any order; between them forgeries, as (event, is it genuine)."""
    genuine = [(event, True) for event in [*events, *dice.choices(events, k=len(events) // 2)]]
    forged = [({**dice.choice(events), "id": f"evt_forged_{number}", "type": "payment_intent.canceled"}, False) for number in range(4)]
    return dice.sample([*genuine, *forged], len(genuine) + len(forged))


def deliver(client, till, dice, events):
    """Post all of them; counts the answers. A forgery is signed by a thief, or has a genuine signature over other words."""
    said = Counter()
    for event, is_genuine in shuffled(dice, events):
        body, signature = till.double.webhook(event, SECRET if is_genuine else dice.choice([SECRET, THIEF]))
        if not is_genuine:
            body = json.dumps({**event, "livemode": True}).encode()
        answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
        assert answer.status_code == (200 if is_genuine else 400)
        said["genuine" if is_genuine else "forged"] += 1
    return said


@pytest.mark.parametrize("rounds", ROUNDS)
def test_every_order_ends_alike(client, till, clock, database, capsys, rounds):
    dice, said = random.Random(20270112), Counter()
    for number in range(rounds):
        name, first = f"round {number}:", len(till.double.events)
        before = picture(name)
        many_endings(till, name)
        said += deliver(client, till, dice, till.double.events[first:])
        first = len(till.double.events)
        finish(till)  # what came too late goes back
        said += deliver(client, till, dice, till.double.events[first:])
        assert came_to(before, picture(name)) == OUTCOME
        clock.advance(minutes=7)
    assert list(card_findings(db.session(), clock.now)) == []
    with capsys.disabled():
        print_line(f"news in {rounds} orders, {database.kind}: {said['genuine']} taken in, {said['forged']} forgeries refused, one outcome")


OUTCOME = (
    [
        *[(f"act:{number}", "captured", 19_000, 0) for number in range(4)],
        ("disputed", "captured", 19_000, 0),
        ("late", "captured", 19_000, 19_000),
        ("refunded", "captured", 19_000, 7_000),
    ],
    [(2_000, "succeeded"), (5_000, "succeeded"), (19_000, "succeeded")],
    [("card_clearing", 86_500), ("deposits_held", -107_000), ("disputed", 19_000), ("platform_fee", 1_500)],
    6,
    3,
    1,
)
