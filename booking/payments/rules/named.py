"""A card as its company's own form named it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A card of whoever pays, with its owner's name at Stripe where it was kept."""

    payment_method: str
    customer: str | None = None
