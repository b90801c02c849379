"""Payouts through Stripe's stand-in: ordered with their entries, sent once whatever breaks, never below nothing, frozen while disputed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.progress import complete
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.payments.models import Payment
from booking.payments.stripe_port.connect import ConnectPort
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from booking.payouts.actions.accounts import begin_account, read_account
from booking.payouts.actions.paying import order_due, order_for, send_payout
from booking.payouts.models import Payout, PayoutAccount
from booking.payouts.queries import open_payouts, payout_findings
from booking.payouts.rules import monday_of
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from tests.factories import DisputeFactory, FeeAgreementFactory, PersonFactory, bookable_provider
from tests.support.cards import port_to
from tests.support.clocks import START
from tests.support.payouts import DAY, MONDAY, PROVIDER, Ended, had, send_all
from tests.support.racing import race
from tests.support.visits import book_visit


def sums():
    db.session.rollback()
    return {name: cents for name, cents in balances(as_entry(row) for row in db.session.scalars(select(LedgerEntry))).items() if cents}


def test_card_money_less_the_fee_leaves_once_a_week(anna, bank):
    FeeAgreementFactory(cents=500)
    had(anna, bank)
    assert order_due(MONDAY) == 1
    assert order_due(MONDAY) == 0
    assert send_all(bank) == ["sent"]
    assert send_all(bank) == []
    assert bank.double.sent() == 16_220
    found = sums()
    assert (found["paid_out"], found["card_clearing"], found["platform_costs"], sum(found.values())) == (16_220, 500, 500, 0)
    assert order_due(MONDAY + timedelta(days=7)) == 0
    assert list(payout_findings(db.session(), MONDAY)) == []
    letter = db.session.scalars(select(Letter).where(Letter.kind == "payout_sent")).one()
    assert letter.facts["cents"] == 16_220


def test_what_is_owed_to_the_platform_is_carried_over_and_never_paid_below_nothing(anna, bank):
    FeeAgreementFactory(cents=500)
    visit = book_visit(anna, PersonFactory(), DAY, START).booked.appointment.public_id
    complete(visit, PROVIDER, DAY + timedelta(hours=1))
    assert order_due(MONDAY) == 0
    had(anna, bank, DAY + timedelta(hours=3))
    assert order_due(MONDAY) == 1
    send_all(bank)
    assert bank.double.sent() == 16_720 - 2 * 500


def test_nothing_leaves_for_somebody_whose_account_is_missing_or_not_ready(bank):
    provider = bookable_provider(slug="cora")
    had(provider, bank)
    assert order_due(MONDAY) == 0
    begin_account(ConnectPort(bank.port), provider.id, "https://hands.test/back", "account:cora", START)
    assert order_due(MONDAY) == 0


@pytest.mark.parametrize(("status", "cents"), [("needs_response", 0), ("under_review", 0), ("won", 16_720)])
def test_money_that_a_bank_asks_back_waits_until_that_is_over(anna, bank, status, cents):
    visit = had(anna, bank)
    payment = payment_of(visit)
    DisputeFactory(payment_id=payment, status=status)
    order_due(MONDAY)
    send_all(bank)
    assert bank.double.sent() == cents


def payment_of(visit):
    found = db.session.scalars(select(Payment.id).where(Payment.appointment_id == visit)).one()
    db.session.rollback()
    return found


@pytest.mark.parametrize("kind", ["lost", "dropped", "busy", "broken"])
@pytest.mark.parametrize("at", ["transfers"])
def test_no_answer_is_followed_by_another_try_and_the_money_leaves_once(anna, bank, kind, at):
    had(anna, bank)
    order_due(MONDAY)
    bank.double.faults += [Fault(kind, at)]
    with pytest.raises(Unknown):
        send_all(bank)
    assert send_all(bank) == ["sent"]
    assert bank.double.sent() == 16_720


@pytest.mark.parametrize("end_at", range(1, 5))
def test_a_process_that_ends_before_or_after_any_call_sends_nothing_twice(anna, bank, clock, end_at):
    had(anna, bank)
    order_due(MONDAY)
    moments = []

    def around(moment):
        moments.append(moment)
        if len(moments) == end_at:
            raise Ended

    name = open_payouts(db.session())[0]
    db.session.rollback()
    with pytest.raises(Ended):
        send_payout(ConnectPort(port_to(bank.double, around)), name, MONDAY)
    db.session.rollback()
    clock.set(MONDAY + timedelta(days=2))  # Stripe has forgotten the key
    assert send_all(bank, MONDAY + timedelta(days=2)) == ["sent"]
    assert bank.double.sent() == 16_720
    assert list(payout_findings(db.session(), MONDAY + timedelta(days=2))) == []


def test_an_account_that_was_closed_keeps_the_money_here_until_it_is_mended(anna, bank):
    had(anna, bank)
    order_due(MONDAY)
    account = db.session.scalars(select(PayoutAccount.account)).one()
    db.session.rollback()
    bank.double.close(account)
    assert send_all(bank) == ["failed"]
    found = sums()
    assert found.get("paid_out", 0) == 0
    assert order_due(MONDAY) == 0  # not before the account was looked at
    bank.double.onboard(account)
    assert read_account(ConnectPort(bank.port), anna.id, MONDAY)
    assert order_due(MONDAY) == 1
    assert send_all(bank) == ["sent"]
    assert bank.double.sent() == 16_720
    assert list(payout_findings(db.session(), MONDAY)) == []


def test_ten_who_order_at_once_order_once(app, anna, bank):
    had(anna, bank)
    anna_id, week = anna.id, monday_of(local_day(to_minute(MONDAY)))
    db.session.remove()
    race(app, [lambda: order_for(anna_id, week, MONDAY) for _ in range(10)])
    assert db.session.scalar(select(func.count()).select_from(Payout)) == 1
    send_all(bank)
    assert bank.double.sent() == 16_720
