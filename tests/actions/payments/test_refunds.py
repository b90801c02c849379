"""Money goes back once, and never more than was taken."""

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from booking.payments.queries import card_findings
from booking.payments.stripe_port.double import Fault
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db, transaction
from marketplace.kernel.errors import Refused
from tests.factories import DisputeFactory, PaymentFactory, RefundFactory
from tests.support.cards import balances, letters
from tests.support.racing import race


def test_a_part_goes_back(till):
    public_id = till.pay()
    refund = till.refund(public_id, 5_000)
    assert till.look(public_id).refunded_cents == 5_000
    assert balances() == {"card_clearing": 19_000, "deposits_held": -14_000, "refunds_owed": -5_000}
    assert till.give_back(refund) == "succeeded"
    assert (till.double.refunded(), letters("refund_sent")) == (5_000, 1)
    assert balances() == {"card_clearing": 14_000, "deposits_held": -14_000}


def test_the_same_cause_is_one_refund(till):
    public_id = till.pay()
    assert till.refund(public_id, 5_000) == till.refund(public_id, 5_000)
    assert till.look(public_id).refunded_cents == 5_000


def test_more_than_is_left_is_refused(till):
    public_id = till.pay()
    till.refund(public_id, 15_000)
    with pytest.raises(Refused, match="refund_too_large") as refusal:
        till.refund(public_id, 4_001, "more")
    assert refusal.value.details == {"left_cents": 4_000}


def test_nothing_goes_back_of_what_was_not_taken(till):
    with pytest.raises(Refused, match="refund_too_large"):
        till.refund(till.pay(capture_later=True), 1)


@pytest.mark.parametrize("kind", ["lost", "dropped", "busy", "broken"])
@pytest.mark.parametrize("days", [0, 2])
def test_whatever_goes_wrong_on_the_way_it_goes_back_once(till, clock, kind, days):
    """After two days Stripe has forgotten the key."""
    refund = till.refund(till.pay(), 19_000)
    till.double.faults += [Fault("lost", "/refunds"), Fault(kind, "/refunds")]
    with pytest.raises(Unknown):
        till.give_back(refund)
    till.double.faults[:] = [Fault(kind, "/refunds")] if kind != "dropped" else []
    if kind == "dropped":
        _drop_the_second_call(till)
    with pytest.raises(Unknown):
        till.give_back(refund)
    clock.advance(days=days, minutes=2)
    assert till.give_back(refund) == "succeeded"
    assert (till.double.refunded(), letters("refund_sent"), balances()) == (19_000, 1, {})
    assert sum(thing["object"] == "refund" for thing in till.double.things.values()) == 1


def _drop_the_second_call(till) -> None:
    """The list of refunds is answered, the answer to the refund itself is lost."""
    ask = till.port.refunds_of

    def listed(intent):
        found = ask(intent)
        till.double.faults.append(Fault("dropped", "/refunds"))
        till.port.refunds_of = ask
        return found

    till.port.refunds_of = listed


def test_a_bank_takes_its_time(till):
    refund = till.refund(till.pay(payment_method="pm_card_pendingRefund"), 19_000)
    assert till.give_back(refund) == "pending"
    till.double.settle_refund(till.look_back(refund).stripe_refund, "succeeded")
    assert till.give_back(refund) == "succeeded"
    assert letters("refund_sent") == 1


@pytest.mark.parametrize("card", ["pm_card_pendingRefund", "pm_card_visa"])
def test_a_refund_that_comes_back_is_owed_again_and_told(till, clock, card):
    public_id = till.pay(payment_method=card)
    refund = till.refund(public_id, 19_000)
    till.give_back(refund)
    till.double.settle_refund(till.look_back(refund).stripe_refund, "failed")
    if card == "pm_card_visa":
        assert till.give_back(refund) == "succeeded"  # done for us: a webhook or the daily comparison brings the news
        return
    assert till.give_back(refund) == "failed"
    assert till.look(public_id).refunded_cents == 0
    assert balances() == {"card_clearing": 19_000, "deposits_held": -19_000}
    assert list(card_findings(db.session(), clock.now)) == [f"refund {refund} of payment {public_id} failed (lost_or_stolen_card)"]


def test_a_refund_that_stripe_refuses_has_failed(till):
    public_id = till.pay()
    till.double.by_hand(till.look(public_id).intent, 19_000)
    refund = till.refund(public_id, 5_000)
    assert till.give_back(refund) == "failed"
    assert till.look_back(refund).failure_code == "charge_already_refunded"


# --- what the database holds by itself ---------------------------------------------------------------------------------------


def test_the_database_refuses_a_refund_above_the_capture(ctx):
    payment = PaymentFactory(captured_cents=19_000)
    RefundFactory(payment=payment, amount_cents=19_000)
    with pytest.raises(IntegrityError):
        RefundFactory(payment=payment, amount_cents=1)
    db.session.rollback()


def test_a_failed_refund_makes_room_and_stays_failed(ctx):
    payment = PaymentFactory()
    refund = RefundFactory(payment=payment, amount_cents=19_000)
    refund.state = "failed"
    db.session.commit()
    RefundFactory(payment=payment, amount_cents=19_000)
    refund.state = "asked"
    with pytest.raises(DBAPIError):
        db.session.commit()
    db.session.rollback()


@pytest.mark.parametrize("change", ["amount_cents = 2", "payment_id = :other"])
def test_a_refund_keeps_its_sum_and_its_payment(ctx, change):
    refund, other = RefundFactory(), PaymentFactory()
    words = {"other": other.id} if ":other" in change else {}
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text(f"UPDATE payment_refund SET {change} WHERE id = :id"), {"id": refund.id, **words})


@pytest.mark.parametrize("make", [RefundFactory, DisputeFactory, PaymentFactory])
def test_no_row_goes_away(ctx, make):
    row = make()
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(delete(type(row)))


def test_captured_is_never_lowered_below_what_went_back(ctx):
    payment = PaymentFactory()
    RefundFactory(payment=payment, amount_cents=10_000)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE payment SET captured_cents = 9999 WHERE id = :id"), {"id": payment.id})


def test_fifty_refunds_at_once_never_exceed_the_capture(app, till):
    public_id = till.pay(amount_cents=10_000)
    ended = race(app, [lambda number=number: till.refund(public_id, 700, f"back:{number}") for number in range(50)])
    assert ended == {"done": 14, "refund_too_large": 36}
    assert till.look(public_id).refunded_cents == 9_800
    for refund in till.refunds(public_id):
        assert till.give_back(refund.public_id) == "succeeded"
    assert till.double.refunded() == 9_800


def test_fifty_rows_at_once_never_exceed_the_capture(app, ctx):
    """The same without asking first: the constraint alone."""
    payment_id = PaymentFactory(amount_cents=10_000, captured_cents=10_000).id
    write = text(
        "INSERT INTO payment_refund (public_id, payment_id, cause, amount_cents, reason, state, ordered_by, created_at, changed_at, tries) "
        "SELECT :name, id, :name, 700, 'r', 'asked', 't', created_at, created_at, 0 FROM payment WHERE id = :payment"
    )

    def give(number: int) -> None:
        try:
            with transaction() as session:
                session.execute(write, {"name": f"r{number}", "payment": payment_id})
        except IntegrityError:
            raise Refused("constraint", "No more is left.") from None

    assert race(app, [lambda number=number: give(number) for number in range(50)]) == {"done": 14, "constraint": 36}
