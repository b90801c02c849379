"""What payouts do by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.connect import ConnectPort
from booking.payouts.actions.accounts import read_account
from booking.payouts.actions.compare import compare_transfers
from booking.payouts.actions.paying import order_due, send_payout
from booking.payouts.forms import find_connect
from booking.payouts.queries import open_payouts, unready_accounts
from marketplace.db import db
from marketplace.jobs import Job, one_by_one

LOOK_AGAIN = timedelta(hours=6)


def order_weekly(now: datetime) -> int:
    """Order what is due this week; nothing while cards are off."""
    return 0 if find_connect() is None else order_due(now)


def send_due(now: datetime) -> int:
    """Send what was ordered."""
    port, waiting = find_connect(), open_payouts(db.session(), now)
    db.session.rollback()
    return 0 if port is None else one_by_one("send payouts", waiting, lambda one: send_payout(port, one, now))


def reconcile_payouts(port: StripePort, since: datetime, now: datetime) -> Iterator[str]:
    """Finish what a crash left, then hold payouts against Stripe's transfers: a sentence for what is left to a person. Raises Unknown."""
    connect, waiting = ConnectPort(port), open_payouts(db.session())
    db.session.rollback()
    one_by_one("send payouts", waiting, lambda one: send_payout(connect, one, now))
    yield from compare_transfers(connect, since, now)


def look_at_accounts(now: datetime) -> int:
    """Whether money can be sent to those who are still stating what Stripe asks."""
    port, waiting = find_connect(), unready_accounts(db.session(), now - LOOK_AGAIN)
    db.session.rollback()
    return 0 if port is None else one_by_one("read payout accounts", waiting, lambda one: read_account(port, one, now))


JOBS = (
    Job("order payouts", order_weekly, every=timedelta(hours=1)),
    Job("send payouts", send_due, every=timedelta(seconds=30)),
    Job("read payout accounts", look_at_accounts, every=timedelta(hours=1)),
)
