"""Fifty refunds at the same moment, the whole verb and the call to Stripe each, of random sums: never more goes back than was taken."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.history import Doer
from booking.payments.commands import reconcile_all
from booking.payments.forms import HASTY, KEY, pursue_visit
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from tests.factories import PersonFactory, bookable_provider
from tests.support.cards import Till, letters
from tests.support.endings import figures_agree, kept_of, look, take_deposit
from tests.support.profiles import print_line
from tests.support.racing import race
from tests.support.visits import book_visit, visit_of

STAFF = Doer("admin", "account:admin")
CROWD, PAID = 50, 16_720
ROUNDS = [pytest.param(1, id="once"), pytest.param(20, id="20 rounds", marks=pytest.mark.soak)]


@pytest.fixture
def till(app, ctx, clock):
    made = Till(clock)
    app.extensions[KEY] = app.extensions[HASTY] = made.port
    return made


def fifty_at_once(app, till, visit, dice):
    """Fifty admins give back; the sums of those who could, and the largest sum for which nothing was left."""
    sums, given, refused = [dice.randint(100, 1_000) for _ in range(CROWD)], [], []

    def give(cents):
        try:
            refund(visit.public_id, Refunding(cents, "The room was cold."), STAFF, till.clock.now)
        except Refusal:
            refused.append(cents)
            raise
        given.append(cents)
        pursue_visit(visit.id, till.clock.now)

    ended = race(app, [lambda cents=cents: give(cents) for cents in sums])
    assert ended.keys() <= {"done", "refund_too_large", "nothing_paid"}
    assert ended["done"] == len(given)
    return given, refused


@pytest.mark.parametrize("rounds", ROUNDS)
def test_never_more_goes_back_than_was_taken(app, till, clock, database, capsys, rounds):
    dice, seen, provider = random.Random(20270112), Counter(), bookable_provider()
    for _ in range(rounds):
        start = clock.now.replace(hour=17, minute=0) + timedelta(days=3)
        visit = visit_of(book_visit(provider, PersonFactory(), start, clock.now))
        take_deposit(till, visit, PAID)
        before, told = kept_of(till), letters("refund_sent")
        given, refused = fifty_at_once(app, till, visit, dice)
        clock.advance(minutes=2)
        assert list(reconcile_all(till.port, clock.now, clock.now - timedelta(days=1))) == []
        left = PAID - sum(given)
        assert left >= 0
        assert all(cents > left for cents in refused)  # nobody was sent away for nothing
        assert before - kept_of(till) == sum(given)
        assert letters("refund_sent") - told == len(given)
        assert look(visit).paid_cents == left
        assert figures_agree(visit)
        assert list(findings(db.session(), clock.now)) == []
        seen += Counter(given=len(given), refused=len(refused), cents=sum(given))
        clock.advance(days=1)
    with capsys.disabled():
        print_line(
            f"{CROWD} refunds at once, {rounds} rounds, {database.kind}: {seen['given']} given, {seen['refused']} refused, ${seen['cents'] / 100:,.2f} of ${rounds * PAID / 100:,.2f} went back"
        )
