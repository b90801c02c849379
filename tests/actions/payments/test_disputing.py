"""Disputes through Stripe's stand-in: entries once whatever is told how often, payouts that rest and are settled, a bank that thinks again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.actions.progress import complete
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import visit_sums
from booking.payments.actions.take_event import take_event
from booking.payments.changes.ordering import DEPOSIT
from booking.payments.commands import reconcile_all
from booking.payments.models import Dispute, Payment
from booking.payments.queries import dispute_findings, frozen_visits
from booking.payments.stripe_port.reading import read_event
from booking.payouts.queries import moved_of
from booking.payouts.rules import plan_payout
from booking.upkeep.queries import money_findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict
from tests.factories import PersonFactory, bookable_provider
from tests.support.cards import balances, port_to
from tests.support.clocks import START
from tests.support.visits import book_visit

PROVIDER, STAFF = Doer("provider", "account:test"), Doer("admin", "account:staff")
DAY = START + timedelta(days=2)


class Ended(BaseException):
    """The process ends here."""


@pytest.fixture
def visit(till, clock):
    """A visit of 160.00 and 7.20 tax that was paid by card and had; gives its row id."""
    provider, person = bookable_provider(slug="anna"), PersonFactory(email="sam@licensedhands.test")
    booked = book_visit(provider, person, DAY, START).booked.appointment
    name, row = booked.public_id, booked.id
    till.pay(cause=f"visit:{name}", purpose=DEPOSIT, person_id=person.id, provider_id=provider.id, appointment_id=row, amount_cents=16_720)
    clock.set(DAY + timedelta(hours=1))
    complete(name, PROVIDER, clock.now)
    return row


def intent(visit):
    db.session.rollback()
    return db.session.scalars(select(Payment.intent).where(Payment.appointment_id == visit)).one()


def look(visit):
    db.session.rollback()
    return db.session.get_one(Appointment, visit, populate_existing=True)


def hear(till, *, times=1):
    """Everything Stripe has to say is told, as often as is said."""
    for event in list(till.double.events) * times:
        said = read_event(till.double.webhook(event, "s")[0])
        take_event(till.port, said, till.clock.now)


def reconcile(till, port=None):
    return list(reconcile_all(port or till.port, till.clock.now, till.clock.now - timedelta(days=31)))


def plan(visit):
    provider_id = look(visit).provider_id
    return plan_payout(moved_of(db.session(), provider_id), frozen_visits(db.session(), provider_id))


def kept_at_stripe(till):
    """Stripe's own balance, as its objects tell it."""
    moves = [move["net"] for thing in till.double._all("dispute") for move in thing["balance_transactions"]]
    return till.double.captured() - till.double.refunded() + sum(moves)


def agrees(till):
    """The books: all accounts together are nothing, what is with the card company is what Stripe has, and nothing is found."""
    found = balances()
    assert sum(found.values()) == 0
    assert found.get("card_clearing", 0) == kept_at_stripe(till)
    assert list(dispute_findings(db.session())) == []
    assert list(money_findings(db.session())) == []
    return found


def test_while_a_bank_thinks_the_money_rests_and_nothing_is_lost(till, visit):
    till.double.dispute(intent(visit))
    hear(till, times=2)
    found = agrees(till)
    assert (found["disputed"], found["platform_fee"], found["card_clearing"]) == (16_720, 1_500, -1_500)
    assert (plan(visit).total_cents, plan(visit).frozen_cents) == (0, 16_720)
    assert (look(visit).paid_cents, look(visit).due_cents) == (16_720, 0)


def test_lost_is_the_therapists_once_and_the_client_is_asked_for_nothing(till, visit):
    made = till.double.dispute(intent(visit))
    till.double.decide(made["id"], "lost")
    hear(till, times=3)
    found = agrees(till)
    assert (found["waived"], found.get("tax_collected", 0), found.get("disputed", 0), found["platform_fee"]) == (16_000, 0, 0, 1_500)
    assert (plan(visit).lines, plan(visit).frozen_cents) == ((), 0)
    assert (look(visit).paid_cents, look(visit).due_cents) == (0, 0)
    assert till.double.refunded() == 0
    assert reconcile(till) == []
    assert balances() == found


def test_won_pays_the_therapist(till, visit):
    made = till.double.dispute(intent(visit))
    hear(till)
    till.double.decide(made["id"], "won", fee_back=True)
    hear(till)
    found = agrees(till)
    assert (found.get("disputed", 0), found.get("platform_fee", 0), found["card_clearing"]) == (0, 0, 16_720)
    assert (plan(visit).total_cents, plan(visit).frozen_cents) == (16_720, 0)


def test_a_part_that_is_lost_leaves_the_rest(till, visit):
    made = till.double.dispute(intent(visit), cents=6_720)
    till.double.decide(made["id"], "lost")
    hear(till)
    agrees(till)
    assert plan(visit).total_cents == 10_000
    with db.session() as session:
        sums = visit_sums(session, visit)
    assert (sums.paid, sums.due, sums.waived, sums.tax) == (10_000, 0, 6_720, 431)


def test_a_bank_that_thinks_again_is_followed(till, visit):
    made = till.double.dispute(intent(visit))
    till.double.decide(made["id"], "lost")
    hear(till)
    till.double.decide(made["id"], "won")
    hear(till)
    assert agrees(till)["card_clearing"] == 16_720 - 1_500
    assert plan(visit).total_cents == 16_720
    assert (look(visit).paid_cents, look(visit).due_cents) == (16_720, 0)
    thing = till.double.things[made["id"]]
    till.double._move(thing, -16_720, 0)
    till.double.decide(made["id"], "lost")
    hear(till)
    assert (agrees(till)["waived"], plan(visit).total_cents) == (16_000, 0)


def test_a_deposit_of_a_visit_to_come_is_gone_and_the_price_is_due_when_it_is_had(till, clock):
    provider, person = bookable_provider(slug="cora"), PersonFactory()
    booked = book_visit(provider, person, DAY, START).booked.appointment
    name, row = booked.public_id, booked.id
    whose = {"person_id": person.id, "provider_id": provider.id, "appointment_id": row}
    till.pay(cause="deposit:1", purpose=DEPOSIT, amount_cents=5_000, **whose)
    made = till.double.dispute(intent(row))
    till.double.decide(made["id"], "lost")
    hear(till)
    agrees(till)
    assert look(row).paid_cents == 0
    clock.set(DAY + timedelta(hours=1))
    complete(name, PROVIDER, clock.now)
    assert (look(row).due_cents, plan(row).total_cents) == (16_720, 0)


def test_what_a_bank_has_taken_cannot_be_given_back_again(till, visit):
    till.double.dispute(intent(visit), cents=16_000)
    hear(till)
    name = look(visit).public_id
    db.session.rollback()
    refund(name, Refunding(720, "so", expected_left_cents=720), STAFF, till.clock.now)
    with pytest.raises(Conflict, match="Nothing that was paid by card"):
        refund(name, Refunding(1, "so"), STAFF, till.clock.now)


def test_an_inquiry_takes_nothing(till, visit):
    made = till.double.dispute(intent(visit), "warning_needs_response")
    hear(till)
    assert agrees(till)["card_clearing"] == 16_720
    assert plan(visit).frozen_cents == 16_720
    till.double.decide(made["id"], "warning_closed")
    hear(till)
    assert plan(visit).total_cents == 16_720


@pytest.mark.parametrize("status", ["needs_response", "lost", "won"])
def test_reconciling_alone_ends_as_webhooks_do(till, visit, status):
    """No webhook came: the comparison finds the dispute, and later its end, though it was opened long before."""
    made = till.double.dispute(intent(visit))
    assert reconcile(till) == []
    assert plan(visit).frozen_cents == 16_720
    made_at = till.clock.now
    till.double.decide(made["id"], status)
    till.clock.set(made_at + timedelta(days=60))
    assert reconcile(till) == []
    agrees(till)
    assert (plan(visit).frozen_cents, plan(visit).total_cents) == {"needs_response": (16_720, 0), "lost": (0, 0), "won": (0, 16_720)}[
        status
    ]


@pytest.mark.parametrize("end_at", range(1, 13))
def test_a_process_that_ends_at_any_call_while_comparing_writes_a_loss_once(till, visit, end_at):
    made = till.double.dispute(intent(visit))
    till.double.decide(made["id"], "lost")
    moments = []

    def around(moment):
        moments.append(moment)
        if len(moments) == end_at:
            raise Ended

    try:
        reconcile(till, port_to(till.double, around))
    except Ended:
        db.session.remove()
    assert reconcile(till) == []
    assert agrees(till)["waived"] == 16_000
    memos = list(db.session.scalars(select(LedgerEntry.memo).where(LedgerEntry.key.startswith("dispute:")).order_by(LedgerEntry.id)))
    assert memos == ["disputed", "dispute_fee", "dispute_lost", "dispute_let_go", "waived_tax"]


def test_a_dispute_that_stripe_does_not_have_is_told(till, visit):
    made = till.double.dispute(intent(visit))
    hear(till)
    del till.double.things[made["id"]]
    assert reconcile(till) == [f"dispute {made['id']}: Stripe has none of this name"]


def test_a_loss_that_does_not_stand_in_the_books_is_found(till, visit):
    made = till.double.dispute(intent(visit))
    hear(till)
    row = db.session.scalars(select(Dispute)).one()
    row.status = "lost"
    db.session.commit()
    assert list(dispute_findings(db.session())) == [f"dispute {made['id']} is lost; 16720 cents are lost, the ledger says 0"]
