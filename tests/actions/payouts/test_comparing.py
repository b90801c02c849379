"""Payouts held against Stripe's transfers: what a crash left is finished, what left is written down, nothing is sent twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from booking.ledger.models import LedgerEntry
from booking.payments.commands import reconcile_all
from booking.payments.queries import find_instance
from booking.payments.stripe_port.connect import ConnectPort, TransferOrder
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from booking.payouts.actions.compare import compare_transfers
from booking.payouts.actions.paying import order_due
from booking.payouts.jobs import reconcile_payouts
from booking.payouts.models import Payout, PayoutAccount
from booking.payouts.queries import payout_findings
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.support.cards import balances, letters, port_to
from tests.support.payouts import MONDAY, Ended, had, send_all

WEEK = timedelta(days=7)


def compare(bank, now=MONDAY):
    return list(compare_transfers(ConnectPort(bank.port), now - timedelta(days=31), now))


def payout():
    db.session.rollback()
    return db.session.scalars(select(Payout).order_by(Payout.id)).first()


def verbs():
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.object_kind == "payout").order_by(AuditEntry.id)))


def send_by_hand(bank):
    """The transfer of our first payout leaves without our noting it."""
    row, instance = payout(), str(find_instance(db.session()))
    order = TransferOrder(row.public_id, instance, row.amount_cents, row.account, "unnoticed")
    db.session.rollback()
    ConnectPort(bank.port).create_transfer(order)


def transfer_of(bank):
    return bank.double.things[payout().transfer]


@pytest.fixture
def sent(anna, bank, clock):
    """A visit of 167.20 was paid out on Monday."""
    clock.set(MONDAY)
    had(anna, bank)
    order_due(MONDAY)
    send_all(bank)
    return payout()


def test_what_agrees_is_left_alone(bank, sent):
    before = balances()
    assert compare(bank) == []
    assert (balances(), verbs()) == (before, ["payout.ordered", "payout.sent"])


@pytest.mark.parametrize("end_at", range(1, 7))
def test_a_process_that_ends_at_any_call_while_comparing_sends_once(anna, bank, clock, end_at):
    clock.set(MONDAY)
    had(anna, bank)
    order_due(MONDAY)
    moments = []

    def around(moment):
        moments.append(moment)
        if len(moments) == end_at:
            raise Ended

    with pytest.raises(Ended):
        list(reconcile_payouts(port_to(bank.double, around), MONDAY - WEEK, MONDAY))
    db.session.rollback()
    later = clock.set(MONDAY + timedelta(days=2))  # Stripe has forgotten the key
    assert list(reconcile_payouts(bank.port, MONDAY - WEEK, later)) == []
    assert (payout().state, bank.double.sent(), letters("payout_sent")) == ("sent", 16_720, 1)
    assert list(payout_findings(db.session(), later)) == []
    assert balances()["paid_out"] == 16_720


def test_a_transfer_that_left_unnoticed_is_noted_and_not_sent_again(anna, bank, clock):
    clock.set(MONDAY)
    had(anna, bank)
    order_due(MONDAY)
    send_by_hand(bank)
    assert compare(bank) == []
    assert (payout().state, bank.double.sent(), letters("payout_sent")) == ("sent", 16_720, 1)


def test_a_payout_that_failed_by_our_books_and_left_all_the_same_is_taken_off_the_next(anna, bank, clock):
    clock.set(MONDAY)
    had(anna, bank)
    order_due(MONDAY)
    account = db.session.scalars(select(PayoutAccount.account)).one()
    db.session.rollback()
    bank.double.close(account)
    assert send_all(bank) == ["failed"]
    bank.double.onboard(account)
    clock.advance(days=2)  # Stripe has forgotten the key
    send_by_hand(bank)
    [line] = compare(bank)
    assert "left all the same: the next payout is less by 16720 cents" in line
    assert compare(bank) == []
    assert balances()["paid_out"] == 16_720
    assert list(payout_findings(db.session(), MONDAY)) == []
    db.session.execute(update(PayoutAccount).values(ready=True))
    db.session.commit()
    assert order_due(MONDAY) == 0
    assert bank.double.sent() == 16_720


def test_money_that_was_called_back_is_written_down_once_and_paid_with_the_next(bank, sent):
    bank.double.call_back(sent.transfer, 6_000)
    [line] = compare(bank)
    assert line.startswith(f"payout {sent.public_id}: 6000 cents")
    assert compare(bank) == []
    bank.double.call_back(sent.transfer, 1_000)
    [line] = compare(bank)
    assert line.startswith(f"payout {sent.public_id}: 1000 cents")
    assert balances()["paid_out"] == 16_720 - 7_000
    assert list(payout_findings(db.session(), MONDAY)) == []
    assert order_due(MONDAY + WEEK) == 1
    send_all(bank, MONDAY + WEEK)
    assert bank.double.sent() == 16_720 + 7_000
    assert balances()["paid_out"] == 16_720


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("amount", 16_000, "transfer {transfer} is of 16000 usd"),
        ("currency", "eur", "transfer {transfer} is of 16720 eur"),
        ("destination", "acct_of_nobody", "to acct_of_nobody"),
        ("metadata", {"ours": "nobody"}, "no payout of ours asked for it"),
    ],
)
def test_what_does_not_agree_is_told_and_changes_nothing(bank, sent, name, value, words):
    thing, before = transfer_of(bank), balances()
    thing[name] = {**thing["metadata"], **value} if name == "metadata" else value
    found = compare(bank)
    assert words.format(transfer=sent.transfer) in found[0]
    assert len(found) == 1
    assert balances() == before


def test_what_stripe_does_not_have_is_told(bank, sent):
    del bank.double.things[sent.transfer]
    assert compare(bank) == [f"payout {sent.public_id}: Stripe has no transfer {sent.transfer} of ours"]


def test_a_second_transfer_for_one_payout_is_told(bank, sent):
    bank.double.things["tr_twice"] = {**transfer_of(bank), "id": "tr_twice"}
    assert compare(bank) == [f"payout {sent.public_id}: transfer tr_twice of 16720 cents was sent beside its own, {sent.transfer}"]


def test_others_transfers_are_left_alone(bank, sent):
    transfer_of(bank)["metadata"] = {"instance": "another", "ours": sent.public_id}
    bank.double.things["tr_own"] = {**transfer_of(bank), "id": "tr_own", "metadata": {}}
    assert compare(bank) == [f"payout {sent.public_id}: Stripe has no transfer {sent.transfer} of ours"]


def test_while_stripe_is_down_nothing_changes(bank, sent):
    before, bank.double.faults = balances(), [Fault("lost", "transfers")]
    with pytest.raises(Unknown):
        compare(bank)
    assert balances() == before


def test_payments_reconcile_looks_at_payouts_too(app, bank, sent):
    del bank.double.things[sent.transfer]
    assert any("Stripe has no transfer" in line for line in reconcile_all(bank.port, MONDAY, MONDAY - WEEK))
    app.extensions["stripe_port"] = bank.port
    told = app.test_cli_runner().invoke(args=["payments", "reconcile"])
    assert (told.exit_code, "Stripe has no transfer" in told.stdout) == (1, True)
    assert db.session.scalar(select(func.count()).select_from(LedgerEntry).where(LedgerEntry.memo.like("payout_%"))) == 0
