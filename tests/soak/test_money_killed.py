"""Booking, leaving, refunds, news and reconciling, killed at every call to Stripe and at every write: each time it ends as if nothing had happened.

What came of the same deed left alone is the measure: card money, ledger, letters, the visit and its payments, the cards that are kept.
`SOAK_POINTS=3 make soak` stops after so many points of each.
"""

from functools import partial

import pytest

from tests.support.killing import kill_everywhere, play, print_killed, staged
from tests.support.money_stories import BOOKINGS, NEWS, STORIES, book_in_process, hear, reconcile_in_process

pytestmark = pytest.mark.soak
DEEDS = {
    **{name: partial(play, story=story) for name, story in STORIES.items()},
    **{f"booking, {name}": partial(book_in_process, name=name) for name in BOOKINGS},
    **{f"a webhook, {name}": partial(hear, name=name) for name in NEWS},
    "reconciling": reconcile_in_process,
}


@pytest.mark.parametrize("name", DEEDS)
def test_killed_everywhere(app, ctx, clock, database, tmp_path, capsys, name):
    with staged(app, clock, database.url, tmp_path) as stage:
        killed = kill_everywhere(partial(DEEDS[name], stage))
    assert killed["writes"] > 0
    with capsys.disabled():
        print_killed(f"{name}, {database.kind}", killed)
