"""A process is killed at any call to Stripe and at any write: after a restart nothing is charged twice and no refund is lost.

A real process does each deed, asks a stand-in of Stripe over HTTP, and is ended by SIGKILL. Some points in every run, all in the soak
(tests/soak/test_money_killed.py).
"""

import pytest

from tests.support.killing import play, staged
from tests.support.money_stories import STORIES, USUAL, book_in_process, hear
from tests.support.stripe_server import AFTER


@pytest.fixture
def stage(app, ctx, clock, database, tmp_path):
    with staged(app, clock, database.url, tmp_path) as stage:
        yield stage


@pytest.mark.parametrize("name", USUAL[:3])
def test_killed_at_a_call(stage, name):
    killed, _came = play(stage, STORIES[name], condemned=(2, AFTER))
    assert killed, "the process lived on: the point is not on its way any more"


def test_killed_at_a_write(stage):
    assert play(stage, STORIES[USUAL[0]], write=6)[0]


def test_killed_while_booking(stage):
    assert book_in_process(stage, "half of it ahead", condemned=(2, AFTER))[0]


def test_killed_while_a_webhook_is_heard(stage):
    assert hear(stage, "the client has acted", write=2)[0]
