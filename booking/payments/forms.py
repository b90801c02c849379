"""What the running application knows of cards: the door to Stripe where there are keys, and what a webhook may look like."""

from __future__ import annotations

from flask import Flask, current_app

from booking.payments.stripe_port.client import StripePort
from marketplace.settings import Settings

KEY = "stripe_port"
SIGNATURE = "Stripe-Signature"
# Stripe's largest events are far below this.
LARGEST_EVENT = 256 * 1024


def install_cards(app: Flask, settings: Settings) -> None:
    """Open the door to Stripe where there is a secret key; without one cards are off."""
    if settings.stripe_secret_key:
        app.extensions[KEY] = StripePort(settings.stripe_secret_key, api_base=settings.stripe_api_base)


def find_port() -> StripePort | None:
    """The door to Stripe, or None: cards are off."""
    found: StripePort | None = current_app.extensions.get(KEY)
    return found
