"""What memberships do by themselves: what is over ends, cards are asked again, months are charged, members are reminded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from booking.memberships.actions.charging import charge_month, end_unpaid, remind_member, retry_month
from booking.memberships.changes.charging import today_of
from booking.memberships.queries import due_members, reminded_members, retried_members, unpaid_members
from booking.payments.actions.settle import settle_payment
from booking.payments.forms import find_port
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.jobs import Job, one_by_one


def charge_members(now: datetime) -> int:
    """Charge what is due: first what is over ends, then open months are asked again, then new ones. Nothing while cards are off."""
    port, today = find_port(), today_of(now)
    if port is None:
        return 0
    session = db.session()
    done = one_by_one("end memberships", unpaid_members(session, today), lambda public_id: end_unpaid(public_id, now))
    done += one_by_one("ask members again", retried_members(session, today), _paying(port, retry_month, now))
    return done + one_by_one("charge members", due_members(session, today), _paying(port, charge_month, now))


def _paying(port: StripePort, order: Callable[[str, datetime], str | None], now: datetime) -> Callable[[str], bool]:
    """Order, commit, then ask Stripe; where no answer comes the job that settles payments goes on."""

    def act(public_id: str) -> bool:
        payment = order(public_id, now)
        if payment is not None:
            with suppress(Unknown):
                settle_payment(port, payment, now)
        return payment is not None

    return act


def remind_members(now: datetime) -> int:
    """Tell members of their next charge; counts those looked at."""
    found = reminded_members(db.session(), today_of(now))
    return one_by_one("remind members", found, lambda public_id: remind_member(public_id, now))


JOBS = (
    Job("charge memberships", charge_members, every=timedelta(minutes=30)),
    Job("remind members", remind_members, every=timedelta(hours=1)),
)
