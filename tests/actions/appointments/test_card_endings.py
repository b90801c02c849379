"""Leaving, missing and doing a visit whose client pays by card: what is held pays, what is too much goes back, the card on file pays the rest."""

from datetime import timedelta

import pytest

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.progress import complete, mark_no_show
from booking.appointments.actions.settle import Payment as AtVisit
from booking.appointments.actions.settle import record_payment
from booking.appointments.changes.card_checks import ending_findings
from booking.appointments.changes.history import Doer
from booking.payments.actions.compare import compare
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from booking.upkeep.queries import findings
from marketplace.db import db, transaction
from tests.factories import LedgerEntryFactory
from tests.support.cards import Till, balances, letters
from tests.support.endings import figures_agree, finish, keep_card, kept_of, look, payments_of, take_deposit
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT

HOUR = timedelta(hours=1)
PROVIDER, ADMIN = Doer("provider", "account:provider"), Doer("admin", "account:admin")


@pytest.fixture
def till(ctx, clock):
    return Till(clock)


def leave(visit, at, doer=CLIENT, reason=None):
    return cancel(visit.public_id, Cancelling(None, reason), doer, BASE_URL, at)[1]


def says(visit):
    now = look(visit)
    return (now.paid_cents, now.due_cents, now.fee_cents)


# The price is 160.00 and 7.20 of tax; leaving costs nothing a day ahead, 80.00 until twelve hours ahead, then 160.00.
ENDINGS = [
    # what is held, hours ahead, what is kept in the end, what stays due
    (16_720, 25, 0, 0),
    (16_720, 20, 8_000, 0),
    (16_720, 2, 16_000, 0),
    (5_000, 25, 0, 0),
    (5_000, 20, 5_000, 3_000),
    (8_000, 20, 8_000, 0),
]


@pytest.mark.parametrize("later", [False, True], ids=["taken", "kept by the bank"])
@pytest.mark.parametrize("held, hours, kept, due", ENDINGS)
def test_a_fee_comes_out_of_what_is_held_and_the_rest_goes_back(till, visit, start, held, hours, kept, due, later):
    take_deposit(till, visit, held, capture_later=later)
    fee = leave(visit, start - hours * HOUR).fee_cents
    finish(till)
    assert kept_of(till) == kept
    assert says(visit) == (kept, due, fee)
    assert figures_agree(visit)
    assert balances().get("deposits_held", 0) == balances().get("refunds_owed", 0) == 0
    if later:
        assert till.double.refunded() == 0  # only the fee is ever taken


@pytest.mark.parametrize("held", [0, 5_000])
def test_what_is_held_does_not_cover_is_charged_to_the_card_on_file(till, visit, start, held):
    keep_card(till, visit)
    if held:
        take_deposit(till, visit, held)
    leave(visit, start - 20 * HOUR)
    assert says(visit) == (held, 8_000 - held, 8_000)  # ordered, and not yet taken
    finish(till)
    assert kept_of(till) == 8_000
    assert says(visit) == (8_000, 0, 8_000)
    [call] = [call for call in till.double.calls if call.words.get("off_session")]
    assert call.path.endswith("/confirm")
    assert payments_of(visit)[-1].label == f"Late cancellation fee {visit.reference}"


def test_leaving_for_free_asks_no_card(till, visit, start):
    keep_card(till, visit)
    leave(visit, start - 25 * HOUR)
    assert payments_of(visit) == []


def test_without_a_card_the_fee_is_due(till, visit, start):
    leave(visit, start - 2 * HOUR)
    assert (payments_of(visit), says(visit)) == ([], (0, 16_000, 16_000))


def test_a_card_that_its_owner_removed_is_not_asked(till, visit, start):
    kept = keep_card(till, visit)
    with transaction() as session:
        session.merge(kept).state = "removed"
    leave(visit, start - 2 * HOUR)
    assert payments_of(visit) == []


def test_who_does_not_come_is_charged_once(till, visit, start):
    keep_card(till, visit)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    finish(till)
    assert (kept_of(till), says(visit), letters("payment_received")) == (16_000, (16_000, 0, 16_000), 1)


@pytest.mark.parametrize("card, sign", [("pm_card_authenticationRequired", "client_must_act"), ("pm_card_chargeDeclined", "card_declined")])
def test_a_charge_that_did_not_come_is_never_paid_and_is_told(till, visit, start, card, sign):
    keep_card(till, visit, card)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    assert (kept_of(till), says(visit), look(visit).attention) == (0, (0, 16_000, 16_000), [sign])
    finish(till)
    assert len(payments_of(visit)) == 1  # not tried again by itself
    record_payment(visit.public_id, AtVisit("cash", 16_000), PROVIDER, BASE_URL, start + 2 * HOUR)
    assert look(visit).attention == []


@pytest.mark.parametrize("doer", [PROVIDER, ADMIN], ids=["therapist", "platform"])
@pytest.mark.parametrize("later", [False, True], ids=["taken", "kept by the bank"])
def test_who_else_cancels_gives_everything_back_once(till, visit, start, doer, later):
    keep_card(till, visit)
    take_deposit(till, visit, 16_720, capture_later=later)
    verdict = leave(visit, start - 2 * HOUR, doer)
    finish(till)
    finish(till)
    assert (kept_of(till), says(visit), verdict.refund_cents) == (0, (0, 0, 0), 0 if later else 16_720)
    assert sum(one.refunded_cents for one in payments_of(visit)) == (0 if later else 16_720)
    assert letters("refund_sent") == (0 if later else 1)


def test_a_waived_fee_keeps_nothing(till, visit, start):
    take_deposit(till, visit, 16_720)
    leave(visit, start - 2 * HOUR, reason="illness")
    finish(till)
    assert (kept_of(till), says(visit)) == (0, (0, 0, 0))


@pytest.mark.parametrize("held, due", [(5_000, 11_720), (16_720, 0)])
@pytest.mark.parametrize("later", [False, True], ids=["taken", "kept by the bank"])
def test_a_deposit_counts_toward_a_visit_that_is_done_and_the_rest_is_due_there(till, visit, start, held, due, later):
    keep_card(till, visit)
    take_deposit(till, visit, held, capture_later=later)
    complete(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    assert (kept_of(till), says(visit)) == (held, (held, due, 0))
    assert figures_agree(visit)


def test_a_deposit_on_its_way_is_let_go_of_and_comes_back_should_it_still_come(till, visit, start):
    till.double.faults.append(Fault("dropped", "/confirm"))
    with pytest.raises(Unknown):
        take_deposit(till, visit, 16_720)
    leave(visit, start - 20 * HOUR)
    finish(till)
    finish(till)
    assert (till.double.captured(), kept_of(till)) == (16_720, 0)
    assert says(visit) == (0, 8_000, 8_000)
    assert figures_agree(visit)


def test_paid_in_cash_while_the_card_was_asked_comes_back(till, visit, start):
    keep_card(till, visit)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    record_payment(visit.public_id, AtVisit("cash", 16_000), PROVIDER, BASE_URL, start + HOUR)
    finish(till)
    finish(till)
    assert (till.double.captured(), kept_of(till), says(visit)) == (16_000, 0, (16_000, 0, 16_000))


def test_a_refund_by_hand_is_not_charged_again(till, visit, start):
    keep_card(till, visit)
    mark_no_show(visit.public_id, PROVIDER, start + HOUR)
    finish(till)
    [payment] = payments_of(visit)
    till.double.by_hand(payment.intent, 16_000)
    assert list(compare(till.port, till.clock.now - HOUR, till.clock.now)) == []
    finish(till)
    assert (kept_of(till), says(visit), len(payments_of(visit))) == (0, (0, 16_000, 16_000), 1)


def test_ten_cancel_at_once_and_one_refund_goes_out(app, till, visit, start):
    take_deposit(till, visit, 16_720)
    ended = race(app, [lambda: leave(visit, start - 20 * HOUR)] * 10)
    assert ended["done"] == 1
    finish(till)
    assert (kept_of(till), till.double.refunded(), says(visit)) == (8_000, 8_720, (8_000, 0, 8_000))


def test_nothing_is_found_afterwards(till, visit, start):
    keep_card(till, visit)
    take_deposit(till, visit, 5_000)
    leave(visit, start - 2 * HOUR)
    finish(till)
    assert list(findings(db.session(), start)) == []


def test_a_deposit_that_was_forgotten_and_money_without_a_payment_are_found(till, visit, start):
    take_deposit(till, visit, 5_000)
    assert list(ending_findings(db.session())) == []
    LedgerEntryFactory(
        appointment_id=visit.id, provider_id=visit.provider_id, memo="deposit", debit="card_clearing", credit="deposits_held",
        amount_cents=700,
    )  # fmt: skip
    with transaction() as session:
        session.merge(visit).status = "expired"
    assert list(ending_findings(db.session())) == [
        f"appointment {visit.public_id} is over and 5700 cents of its deposit are neither used nor given back",
        f"appointment {visit.public_id} has 5700 cents of card money by the ledger, 5000 by its payments",
    ]
