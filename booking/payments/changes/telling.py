"""A payment that goes on, and those who follow it: other topics are told in the transaction that notes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.payments.models import Payment
from booking.payments.queries import get_payment
from providers.registry.changes import lock_provider

Follower = Callable[[Session, Payment, datetime], None]
_followers: dict[str, Follower] = {}


def on_payment(name: str, follower: Follower) -> None:
    """Have `follower` run whenever money of a payment has moved or will not move; a topic registers once under its own `name`."""
    _followers[name] = follower


def tell_payment(session: Session, payment: Payment, now: datetime) -> None:
    """Tell those who follow. `payment` must be locked by `lock_payment`."""
    session.flush()
    for follower in _followers.values():
        follower(session, payment, now)


def lock_payment(session: Session, public_id: str) -> Payment:
    """A payment as it is now, locked after its provider: in the order in which verbs about visits lock them. Raises NotFound."""
    while True:
        provider_id = session.scalar(select(Payment.provider_id).where(Payment.public_id == public_id))
        if provider_id is not None:
            lock_provider(session, provider_id)
        payment = get_payment(session, public_id, lock=True)
        if payment.provider_id == provider_id:
            return payment
