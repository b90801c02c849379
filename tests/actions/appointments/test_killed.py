"""A process is killed at each call to Stripe, and at some writes: after a restart nothing is charged twice and no refund is lost.

A real process does each deed, asks a stand-in of Stripe over HTTP, and is ended by SIGKILL. Every write is in the soak
(tests/soak/test_money_killed.py).
"""

import pytest

from tests.support.killing import kill_at_each_call, staged
from tests.support.money_stories import BOOKING, GIFTS, HEARING, LEAVING, deed_on

SOME_WRITES = {
    "what is left of a gift card goes back": 7,
    "a client leaves, a part of the deposit goes back": 6,
    "booking, half of it ahead": 3,
    "a webhook, the client has acted": 2,
}


@pytest.fixture
def stage(app, ctx, clock, database, tmp_path):
    with staged(app, clock, database.url, tmp_path) as stage:
        yield stage


@pytest.mark.parametrize(
    "names", [LEAVING, BOOKING, HEARING, GIFTS], ids=["leaving and refunds", "booking", "webhooks and reconciling", "gift cards"]
)
def test_killed_at_each_call(stage, names):
    asked = sum(kill_at_each_call(stage, deed_on(stage, name)).at_calls for name in names)
    assert asked > len(names)


def test_killed_at_a_write(stage):
    for name, write in SOME_WRITES.items():
        killed, _came = deed_on(stage, name)(write=write)
        assert killed, f"{name} lived on: the point is not on its way any more"
