"""What the running application knows of cards: the door to Stripe where there are keys, and what a webhook may look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from booking.ledger.rules.entries import HOW
from booking.payments.actions.settle import settle_payment, settle_refund
from booking.payments.queries import asked_of_visit
from booking.payments.rules.named import Card
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.settings import Settings
from marketplace.webkit.reading import Fields

NewsFollower = Callable[[datetime, str], int]
Comparer = Callable[[StripePort, datetime, datetime], Iterator[str]]
_followers: dict[str, NewsFollower] = {}
_comparers: dict[str, Comparer] = {}
# Instead of a host: cards are tried out with a stand-in for Stripe. Production refuses it.
STAND_IN = "double"
KEY, HASTY = "stripe_port", "hasty_stripe_port"
# Nobody waits longer than this, in seconds, for what a job would do a moment later: to connect, and for an answer.
IMPATIENCE = (1.0, 4.0)
SIGNATURE = "Stripe-Signature"
# Stripe's largest events are far below this.
LARGEST_EVENT = 256 * 1024


def read_way(body: Mapping[str, Any]) -> str:
    """A body that says how something was paid at the desk."""
    fields = Fields(body)
    how = fields.choice("how", HOW)
    fields.finish()
    return str(how)


def read_card(body: Mapping[str, Any]) -> Card:
    """A body that names a card, as the card company's own form named it."""
    fields = Fields(body)
    card = Card(fields.text("payment_method", longest=64))
    fields.finish()
    return card


def install_cards(app: Flask, settings: Settings) -> None:
    """Open the door to Stripe where there is a secret key; without one cards are off."""
    if settings.stripe_secret_key:
        key, base, home = settings.stripe_secret_key, settings.stripe_api_base, settings.base_url
        app.extensions[KEY] = StripePort(key, api_base=base, home=home)
        app.extensions[HASTY] = StripePort(key, api_base=base, timeouts=IMPATIENCE, home=home)


def on_news(name: str, follow: NewsFollower) -> None:
    """Have `follow` run after news of Stripe's was taken in, with the instant and our own address; a topic registers once."""
    _followers[name] = follow


def on_comparing(name: str, comparer: Comparer) -> None:
    """Have `comparer` hold its own against Stripe (the door, since when, now) when payments are reconciled; a topic registers once.

    It gives one sentence for each thing that is left to a person.
    """
    _comparers[name] = comparer


def compare_others(port: StripePort, since: datetime, now: datetime) -> Iterator[str]:
    """What other topics find that Stripe has otherwise. Raises Unknown."""
    for comparer in _comparers.values():
        yield from comparer(port, since, now)


def follow_news(now: datetime) -> None:
    """Tell those who wait for a card, outside of any transaction."""
    settings: Settings = current_app.extensions["settings"]
    for follow in _followers.values():
        follow(now, settings.base_url)


def find_port() -> StripePort | None:
    """The door to Stripe, or None: cards are off."""
    found: StripePort | None = current_app.extensions.get(KEY)
    return found


def pursue_visit(appointment_id: int, now: datetime) -> None:
    """Ask Stripe for what a verb has just ordered for a visit. Where no answer comes at once the rest is left to the job."""
    port: StripePort | None = current_app.extensions.get(HASTY) or find_port()
    if port is None:
        return
    payments, refunds = asked_of_visit(db.session(), appointment_id)
    db.session.rollback()
    try:
        for public_id in payments:
            settle_payment(port, public_id, now)
        for public_id in refunds:
            settle_refund(port, public_id, now)
    except Unknown:
        return
