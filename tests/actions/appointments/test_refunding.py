"""The platform gives card money back: never more than is left, never asked for again, and of a visit to come out of what is held."""

from datetime import timedelta

import pytest

from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.history import Doer
from booking.ledger.queries import visit_sums
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from tests.support.cards import Till, balances, letters
from tests.support.endings import finish, keep_card, kept_of, look, take_deposit
from tests.support.racing import race

HOUR = timedelta(hours=1)
PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")


@pytest.fixture
def till(ctx, clock):
    return Till(clock)


def back(visit, cents, **more):
    return refund(visit.public_id, Refunding(cents, "The room was cold.", **more), ADMIN, visit.starts_at + HOUR)


def says(visit):
    now = look(visit)
    return (now.paid_cents, now.due_cents, now.fee_cents)


def test_of_a_visit_that_is_done_a_part_goes_back_with_its_tax_and_nothing_is_due(till, visit, start):
    take_deposit(till, visit, 16_720)
    complete(visit.public_id, PROVIDER, start + HOUR)
    back(visit, 1_672)
    finish(till)
    assert (kept_of(till), says(visit), letters("refund_sent")) == (15_048, (15_048, 0, 0), 1)
    assert visit_sums(db.session, visit.id).tax == 648  # a tenth of 7.20 was never owed
    assert list(findings(db.session(), start)) == []


def test_of_a_visit_to_come_it_is_due_there_instead(till, visit):
    take_deposit(till, visit, 5_000)
    back(visit, 2_000)
    finish(till)
    assert (kept_of(till), says(visit)) == (3_000, (3_000, 13_720, 0))
    assert balances() == {"card_clearing": 3_000, "deposits_held": -3_000}


def test_a_fee_that_was_charged_goes_back(till, visit, start):
    keep_card(till, visit)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    back(visit, 16_000, note="Their train stood still.")
    finish(till)
    assert (kept_of(till), says(visit)) == (0, (0, 0, 16_000))


def test_the_newest_payment_goes_back_first(till, visit, start):
    keep_card(till, visit)
    take_deposit(till, visit, 5_000)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    back(visit, 12_000)
    finish(till)
    assert [thing["amount"] for thing in till.double.things.values() if thing["object"] == "refund"] == [11_000, 1_000]
    assert says(visit) == (4_000, 0, 16_000)


def test_no_more_goes_back_than_is_left(till, visit):
    with pytest.raises(Conflict, match="nothing_paid"):
        back(visit, 1)
    take_deposit(till, visit, 5_000)
    with pytest.raises(Refused, match="refund_too_large") as refusal:
        back(visit, 5_001)
    assert refusal.value.details == {"left_cents": 5_000}
    with pytest.raises(Conflict, match="left_changed"):
        back(visit, 1_000, expected_left_cents=6_000)


def test_fifty_at_once_never_exceed_what_was_taken(app, till, visit, start):
    take_deposit(till, visit, 10_000)
    complete(visit.public_id, PROVIDER, start + HOUR)
    ended = race(app, [lambda: back(visit, 700)] * 50)
    assert ended == {"done": 14, "refund_too_large": 36}
    finish(till)
    assert (till.double.refunded(), says(visit)) == (9_800, (200, 6_720, 0))
