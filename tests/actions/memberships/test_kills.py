"""The process ends at any call to Stripe, or Stripe's answer is lost: after the jobs have run again nothing is charged twice, no credit is lost."""

from datetime import timedelta

import pytest

from booking.memberships.actions.keeping import end_membership
from booking.packages.actions.ending import end_over
from booking.payments.actions.settle import settle_payment
from booking.payments.stripe_port.double import Fault
from tests.support.killing import Killer, killed
from tests.support.memberships import MONTH, Club


@pytest.fixture
def killer() -> Killer:
    return Killer()


@pytest.fixture
def club(ctx, clock, killer) -> Club:
    return Club(clock, killer)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_month_is_charged_once_wherever_the_job_was_killed(club, killer, when, number):
    membership = club.join()
    club.clock.advance(days=31)
    killer.left, killer.when = number, when
    assert killed(club.run)
    killer.left = None
    club.clock.advance(minutes=5)
    assert club.mend() == []
    assert club.months(membership) == [(0, "active"), (1, "active")]
    assert (club.double.captured(), club.double.refunded()) == (2 * MONTH, 0)
    assert club.sums() == {"card_clearing": 2 * MONTH, "prepaid_visits": -2 * MONTH}
    assert (len(club.letters("membership_paid")), club.found()) == (1, [])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_whoever_joins_pays_once_wherever_it_was_killed(club, killer, when, number):
    joined = club.begin(club.offer())
    killer.left, killer.when = number, when
    assert killed(lambda: settle_payment(club.port, joined.payment, club.clock.now))
    killer.left = None
    club.clock.advance(minutes=5)
    assert club.mend() == []
    assert (club.look(joined.membership).state, club.double.captured()) == ("active", MONTH)
    assert (len(club.letters("membership_joined")), club.found()) == (1, [])


@pytest.mark.parametrize("kind", ["lost", "dropped", "broken"])
@pytest.mark.parametrize("call", ["confirm", "payment_intents"])
def test_an_answer_that_is_lost_is_found_again(club, kind, call):
    membership = club.join()
    club.clock.advance(days=31)
    club.double.faults.append(Fault(kind, call))
    club.run()
    club.clock.advance(hours=1)
    club.mend()
    assert club.months(membership) == [(0, "active"), (1, "active")]
    assert (club.double.captured(), club.found()) == (2 * MONTH, [])


def test_money_that_arrives_after_the_end_goes_back(club, killer, sam):
    """The charge went through, nobody heard of it, and the member ended meanwhile."""
    membership, person_id = club.join(person=sam), sam.id
    club.clock.advance(days=31)
    killer.left, killer.when = 2, "after"
    assert killed(club.run)
    assert club.double.captured() == 2 * MONTH
    end_membership(membership, "client", "account:sam", club.clock.now, person_id=person_id)
    club.clock.advance(minutes=5)
    club.mend()
    assert (club.double.captured() - club.double.refunded(), club.months(membership)) == (MONTH, [(0, "active"), (1, "withdrawn")])
    assert club.sums() == {"card_clearing": MONTH, "prepaid_visits": -MONTH}
    assert club.found() == []


def test_a_refund_of_an_unused_month_survives_too(club, killer, sam):
    club.join(person=sam)
    club.clock.advance(days=95)
    end_over(club.clock.now + timedelta(seconds=1))
    killer.left, killer.when = 1, "before"
    assert killed(club.mend)
    killer.left = None
    club.clock.advance(minutes=5)
    club.mend()
    assert club.double.refunded() == MONTH
