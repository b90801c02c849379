"""Booking, leaving, refunds, news and reconciling, killed at every call to Stripe and at every write: each time it ends as if nothing had happened.

What came of the same deed left alone is the measure: card money, ledger, letters, the visit and its payments, the cards that are kept.
`SOAK_POINTS=3 make soak` takes three calls and three writes of each: the first, the last, and one between them.
"""

import pytest

from tests.support.killing import kill_everywhere, print_killed, staged
from tests.support.money_stories import MONEY, deed_on

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("name", MONEY)
def test_killed_everywhere(app, ctx, clock, database, tmp_path, capsys, name):
    with staged(app, clock, database.url, tmp_path) as stage:
        killing = kill_everywhere(stage, deed_on(stage, name))
    assert killing.at_writes > 0
    with capsys.disabled():
        print_killed(f"{name}, {database.kind}", killing)
