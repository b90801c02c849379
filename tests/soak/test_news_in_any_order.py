"""The same news in a hundred random orders, each time of payments of their own, with repeats and forgeries: one outcome, one letter an effect."""

import random
from collections import Counter

import pytest

from booking.payments.forms import KEY
from booking.payments.queries import card_findings
from marketplace.db import db
from tests.support.cards import Till
from tests.support.news import SECRET, many_endings, tell
from tests.support.profiles import print_line

ROUNDS = [pytest.param(2, id="twice"), pytest.param(100, id="100 orders", marks=pytest.mark.soak)]


@pytest.fixture
def environment():
    return {"STRIPE_SECRET_KEY": "sk_test_of_the_tests", "STRIPE_WEBHOOK_SECRET": SECRET}


@pytest.fixture
def till(app, ctx, clock):
    made = Till(clock)
    app.extensions[KEY] = made.port
    return made


@pytest.mark.parametrize("rounds", ROUNDS)
def test_every_order_ends_alike(client, till, clock, database, capsys, rounds):
    dice, said = random.Random(20270112), Counter()
    for number in range(rounds):
        answers, outcome = tell(client, till, dice, many_endings, f"round {number}:")
        assert outcome == OUTCOME
        said += answers
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
