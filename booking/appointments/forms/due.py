"""Paying what is due: the order and, where Stripe answers, the way to its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.actions.pay_due import order_due
from booking.appointments.changes.history import Doer
from booking.payments.actions.settle import settle_payment
from booking.payments.forms import find_port
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.kernel.errors import Refused


@dataclass(frozen=True)
class Begun:
    """How a payment stands that a client has begun; `action_url` is where they go on, for their own browser alone."""

    state: str
    action_url: str | None


def begin_due(public_id: str, doer: Doer, now: datetime) -> Begun:
    """Order, and ask Stripe for its page. Raises what `order_due` does, Refused `cards_off`."""
    port = find_port()
    if port is None:
        raise Refused("cards_off", "Cards are not taken here. Pay your therapist directly.")
    payment = order_due(public_id, doer, now)
    try:
        settled = settle_payment(port, payment, now)
    except Unknown:
        db.session.rollback()
        return Begun("waiting", None)
    return Begun(settled.state, settled.action_url)
