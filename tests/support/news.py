"""Payments whose ends Stripe alone has seen: what its events tell, and everything that counts once they were heard."""

from collections import Counter

from sqlalchemy import func, select

from booking.payments.models import Dispute, Payment, Refund
from marketplace.db import db
from tests.support.cards import Till, balances, letters


def many_endings(till: Till, name: str = "") -> None:
    """Payments that end in every way, none of whose ends we noted ourselves. `name` tells one telling of it from another."""
    acting = {"payment_method": "pm_card_threeDSecure2Required"}
    for number in range(4):
        till.double.act(till.look(till.pay(cause=f"{name}act:{number}", **acting)).intent)
    refunded = till.pay(cause=f"{name}refunded")
    till.double.by_hand(till.look(refunded).intent, 5_000)
    till.double.by_hand(till.look(refunded).intent, 2_000)
    late = till.pay(cause=f"{name}late", **acting)
    till.release(late)
    till.double.act(till.look(late).intent)
    till.double.dispute(till.look(till.pay(cause=f"{name}disputed")).intent)


def picture(name: str = "") -> tuple[object, ...]:
    """Everything that counts, without instants and names: payments and refunds of one telling, and all accounts, letters and disputes."""
    db.session.rollback()
    rows = db.session.scalars(select(Payment).where(Payment.cause.startswith(name))).all()
    payments = sorted((row.cause.removeprefix(name), row.state, row.captured_cents, row.refunded_cents) for row in rows)
    back = db.session.scalars(select(Refund).where(Refund.payment_id.in_([row.id for row in rows])))
    refunds = sorted((row.amount_cents, row.state) for row in back)
    disputes = db.session.scalar(select(func.count()).select_from(Dispute)) or 0
    return payments, refunds, sorted(balances().items()), letters("payment_received"), letters("refund_sent"), disputes


def came_to(before: tuple[object, ...], now: tuple[object, ...]) -> tuple[object, ...]:
    """One telling alone: its payments and refunds, and by how much accounts, letters and disputes have grown since `before`."""
    (_, _, accounts, *figures), (payments, refunds, fresh, *grown) = before, now
    moved = Counter(dict(fresh))
    moved.subtract(dict(accounts))
    sums = sorted((account, cents) for account, cents in moved.items() if cents)
    return payments, refunds, sums, *(more - less for more, less in zip(grown, figures, strict=True))
