"""What checkouts and cards of visits do by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from booking.appointments.actions.charge_due import charge_due, take_confirmed, tell_failed
from booking.appointments.actions.pay_due import tell_unpaid
from booking.appointments.forms.paying import finish_open
from booking.payments.forms import find_port
from marketplace.jobs import Job


def go_on_paying(now: datetime) -> int:
    """Book what is paid for and nobody has come back to; nothing while cards are off."""
    return finish_open(now, current_app.extensions["settings"].base_url)


def charge_cards(now: datetime) -> int:
    """Charge what is due, take what was confirmed, tell what failed; nothing while cards are off."""
    if find_port() is None:
        return 0
    return charge_due(now) + take_confirmed(now) + tell_failed(now, current_app.extensions["settings"].base_url)


def tell_debts(now: datetime) -> int:
    """Tell clients whose card did not pay what is due after a visit."""
    return tell_unpaid(now, current_app.extensions["settings"].base_url)


JOBS = (
    Job("card checkouts", go_on_paying, every=timedelta(seconds=10)),
    Job("charge cards", charge_cards, every=timedelta(seconds=20)),
    Job("tell debts", tell_debts, every=timedelta(seconds=20)),
)
