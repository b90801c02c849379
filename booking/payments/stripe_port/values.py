"""What is said to Stripe and what it says, as plain values. Sums are cents, currencies lower case, instants aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Unknown(Exception):
    """No answer that says anything: a timeout, a lost connection, too many requests, a fault at Stripe. The deed may or may not be done."""


class Missing(Exception):
    """Stripe knows no such object."""


class Invalid(Exception):
    """Stripe understood and refuses for good; `code` is its word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Declined(Exception):
    """The card was declined; `code` says why (`authentication_required`: the client must act)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Mark:
    """What an object at Stripe carries of ours: which installation, and the id of the row that asked for it."""

    instance: str | None
    ours: str | None


@dataclass(frozen=True)
class IntentOrder:
    """A sum to be asked of a card. `key` is the row's public id: the same order always makes the same intent."""

    key: str
    instance: str
    amount_cents: int
    currency: str
    payment_method: str
    customer: str | None
    capture_later: bool
    description: str


@dataclass(frozen=True)
class PageOrder:
    """A page at Stripe on which a client gives a card: for a sum that their bank then keeps, or, with no sum, for a card that is kept.

    The client comes `back` to an address of ours whatever they did there.
    """

    key: str
    instance: str
    amount_cents: int
    currency: str
    customer: str | None
    description: str
    back: str
    expires_at: datetime


@dataclass(frozen=True)
class RefundOrder:
    """Money to be given back of an intent."""

    key: str
    instance: str
    intent: str
    amount_cents: int


@dataclass(frozen=True)
class SeenIntent:
    """An intent as Stripe has it now. `captured_cents` is 0 until it succeeded."""

    id: str
    status: str
    amount_cents: int
    captured_cents: int
    currency: str
    mark: Mark
    client_secret: str
    failure_code: str | None
    created_at: datetime
    action_url: str | None = None


@dataclass(frozen=True)
class SeenRefund:
    """A refund as Stripe has it now."""

    id: str
    status: str
    amount_cents: int
    currency: str
    intent: str | None
    mark: Mark
    failure_code: str | None
    created_at: datetime


@dataclass(frozen=True)
class SeenSetup:
    """An order to keep a card, as Stripe has it now."""

    id: str
    status: str
    mark: Mark
    client_secret: str
    customer: str | None
    payment_method: str | None
    failure_code: str | None
    action_url: str | None = None


@dataclass(frozen=True)
class SeenPage:
    """A page at Stripe as it stands: where it is while it is `open`, and what came of it."""

    id: str
    url: str | None
    open: bool
    intent: str | None
    setup: str | None


@dataclass(frozen=True)
class SeenCard:
    """What may be shown of a card."""

    id: str
    brand: str
    last_four: str
    customer: str | None
    expires_month: int
    expires_year: int


@dataclass(frozen=True)
class SeenMove:
    """Money that a dispute moved, under Stripe's name of it: taken out of ours (below zero: given back), and what Stripe took for that."""

    id: str
    taken_cents: int
    fee_cents: int


@dataclass(frozen=True)
class SeenDispute:
    """A dispute as Stripe has it now."""

    id: str
    status: str
    reason: str
    amount_cents: int
    currency: str
    intent: str | None
    created_at: datetime
    moves: tuple[SeenMove, ...] = ()


@dataclass(frozen=True)
class SeenEvent:
    """An event of Stripe's list, or the part of a webhook that is used: what it is about, never what it says."""

    id: str
    type: str
    object_id: str
    intent: str | None
