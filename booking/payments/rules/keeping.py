"""Keeping a card: the words to which its owner agrees, and how an order to keep one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from booking.payments.rules.states import (
    ACTION,
    ASKED,
    CANCELED,
    FAILED,
    NEEDS_ACTION,
    NEEDS_CONFIRMATION,
    NEEDS_METHOD,
    PROCESSING,
    SUCCEEDED,
)

KEPT, REMOVED = "kept", "removed"
CARD_STATES = (ASKED, ACTION, KEPT, FAILED, REMOVED)
OPEN_CARDS = (ASKED, ACTION)
# Instead of a card's name at Stripe: it is given on Stripe's own page.
ON_PAGE = "on_page"
# Stripe keeps such a page for half an hour at least.
PAGE_LIVES = timedelta(minutes=45)
# What may be read from Stripe of an order to keep a card (docs.stripe.com/payments/setupintents/lifecycle).
SETUP_STATUSES = (NEEDS_METHOD, NEEDS_CONFIRMATION, NEEDS_ACTION, PROCESSING, SUCCEEDED, CANCELED)


@dataclass(frozen=True)
class Consent:
    """A text about charges while the client is away. A text never changes under its version; every version is kept here for good."""

    version: str
    text: str


_TEXTS = (
    Consent(
        "2026-11",
        "I let Licensed Hands keep this card with Stripe and charge it while I am away, for the visits I book with it: what the terms of a "
        "visit say is taken before it, and the fee that those terms set if I cancel late or do not come. Nothing else is charged. I see "
        "each amount before I book and get a letter for each charge. I can remove the card in my account when no visit with it is ahead.",
    ),
)
CONSENTS: Mapping[str, Consent] = {one.version: one for one in _TEXTS}
CONSENT = _TEXTS[-1]

_CARD: Mapping[str, Mapping[str, str]] = {
    ASKED: {
        NEEDS_METHOD: FAILED, NEEDS_CONFIRMATION: ASKED, NEEDS_ACTION: ACTION, PROCESSING: ASKED, SUCCEEDED: KEPT, CANCELED: FAILED,
    },
    # On Stripe's page or at the bank a client may try again until we let go of it.
    ACTION: {
        NEEDS_METHOD: ACTION, NEEDS_CONFIRMATION: ACTION, NEEDS_ACTION: ACTION, PROCESSING: ACTION, SUCCEEDED: KEPT, CANCELED: FAILED,
    },
    KEPT: dict.fromkeys(SETUP_STATUSES, KEPT),
    FAILED: {**dict.fromkeys(SETUP_STATUSES, FAILED), SUCCEEDED: KEPT},
    REMOVED: dict.fromkeys(SETUP_STATUSES, REMOVED),
}  # fmt: skip


def next_card_state(state: str, status: str) -> str | None:
    """How an order to keep a card stands after `status` was read; None for a word that is new to us. News in any order ends alike."""
    return _CARD.get(state, {}).get(status)
