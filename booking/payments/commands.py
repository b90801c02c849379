"""`flask payments …`, and what payments do by themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from booking.payments.actions.compare import compare
from booking.payments.actions.keep import settle_card
from booking.payments.actions.settle import settle_payment, settle_refund
from booking.payments.forms import HASTY, KEY, STAND_IN, compare_others, find_port
from booking.payments.queries import card_findings, open_cards, open_payments, open_refunds
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp
from booking.payments.stripe_port.kept import KeptDouble
from booking.payments.stripe_port.values import Unknown
from marketplace import clock
from marketplace.db import db
from marketplace.jobs import Job, one_by_one
from marketplace.settings import Settings

DAYS = 31


@click.group("payments")
def payments() -> None:
    """Card payments."""


@payments.command("reconcile")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 366), help="How far back to compare.")
@with_appcontext
def reconcile(days: int) -> None:
    """Finish what a crash left, compare with Stripe and mend: one line for what is left to a person, exit code 1 when there is any."""
    port, now = find_port(), clock.now()
    if port is None:
        click.echo("Cards are off (no STRIPE_SECRET_KEY): nothing to compare.", err=True)
        return
    try:
        found = list(reconcile_all(port, now, now - timedelta(days=days)))
    except Unknown as error:
        click.echo(f"Stripe could not be asked ({error}). Nothing is lost: run it again later.", err=True)
        sys.exit(2)
    for sentence in found:
        click.echo(sentence)
    click.echo(f"{len(found)} findings" if found else "Nothing found.", err=True)
    sys.exit(1 if found else 0)


def reconcile_all(port: StripePort, now: datetime, since: datetime) -> Iterator[str]:
    """Settle all that is open, compare, settle what the comparison began; gives what is left to a person."""
    _settle(port, now, None)
    left = [*compare(port, since, now), *compare_others(port, since, now)]
    _settle(port, now, None)
    yield from chain(left, card_findings(db.session(), now))


def _settle(port: StripePort, now: datetime, due_by: datetime | None) -> int:
    """Settle cards that are kept, payments, then refunds (a payment that comes too late orders one); counts them."""
    paid = _each("settle cards", open_cards(db.session(), due_by), lambda public_id: settle_card(port, public_id, now))
    paid += _each("settle payments", open_payments(db.session(), due_by), lambda public_id: settle_payment(port, public_id, now))
    return paid + _each("settle refunds", open_refunds(db.session(), due_by), lambda public_id: settle_refund(port, public_id, now))


def _each(name: str, ids: Sequence[str], act: Callable[[str], object]) -> int:
    db.session.rollback()
    return one_by_one(name, ids, act)


def settle_due(now: datetime) -> int:
    """What was ordered and not finished, and what waits for a client or a bank; nothing while cards are off."""
    port = find_port()
    return 0 if port is None else _settle(port, now, now)


def reconcile_daily(now: datetime) -> int:
    """Compare the last days with Stripe by itself; findings stay for `flask payments reconcile` to tell."""
    port = find_port()
    since = now - timedelta(days=2)
    return 0 if port is None else len([*compare(port, since, now), *compare_others(port, since, now)])


def install_stand_in(app: Flask, settings: Settings) -> None:
    """With `STRIPE_API_BASE=double` cards are tried out with a stand-in, which keeps what it is asked beside our own files."""
    if settings.stripe_secret_key and settings.stripe_api_base == STAND_IN:
        double = KeptDouble(Path(app.instance_path) / "test-cards.json", clock.now)
        app.extensions[STAND_IN] = double
        app.extensions[KEY] = app.extensions[HASTY] = StripePort(
            settings.stripe_secret_key, http=DoubleHttp(double), home=settings.base_url
        )


JOBS = (
    Job("settle payments", settle_due, every=timedelta(seconds=10)),
    Job("reconcile payments", reconcile_daily, every=timedelta(hours=6)),
)
