"""Asking Stripe about those who are paid out: their accounts there, and transfers to them (docs.stripe.com/connect)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from booking.payments.stripe_port.client import PAGE, StripePort, plainly
from booking.payments.stripe_port.reading import mark_words, marked
from booking.payments.stripe_port.values import Mark


@dataclass(frozen=True)
class SeenAccount:
    """A provider's account at Stripe. `ready` says that money can be sent there; `stated` that they have told Stripe all it asked."""

    id: str
    ready: bool
    stated: bool


@dataclass(frozen=True)
class TransferOrder:
    """Money for an account. `key` is the payout's public id: the same order always makes the same transfer."""

    key: str
    instance: str
    amount_cents: int
    account: str
    description: str


@dataclass(frozen=True)
class SeenTransfer:
    """A transfer as Stripe has it now; `reversed_cents` went back."""

    id: str
    amount_cents: int
    reversed_cents: int
    currency: str
    account: str
    mark: Mark
    created_at: datetime


class ConnectPort:
    """The same Stripe under the same key, as far as it pays out."""

    def __init__(self, port: StripePort) -> None:
        self._v1 = port.v1

    @plainly
    def create_account(self, key: str, instance: str) -> SeenAccount:
        """An account for one of our providers, who states everything about themselves to Stripe alone."""
        words: Any = {
            "type": "express",
            "country": "US",
            "capabilities": {"transfers": {"requested": True}},
            "metadata": mark_words(instance, key),
        }
        return _account(self._v1.accounts.create(words, {"idempotency_key": f"{key}:account"}))

    @plainly
    def read_account(self, account: str) -> SeenAccount:
        """An account as it stands. Raises Missing."""
        return _account(self._v1.accounts.retrieve(account))

    @plainly
    def onboarding_url(self, account: str, back: str) -> str:
        """The page at Stripe where a provider states what Stripe must know; it works once and leads back to `back`."""
        words: Any = {"account": account, "refresh_url": back, "return_url": back, "type": "account_onboarding"}
        return str(self._v1.account_links.create(words).url)

    @plainly
    def account_url(self, account: str) -> str:
        """The page at Stripe where a provider whose account is whole changes where money goes; it works once. Raises Invalid."""
        return str(self._v1.accounts.login_links.create(account).url)

    @plainly
    def create_transfer(self, order: TransferOrder) -> SeenTransfer:
        """Send money. Stripe forgets keys after a day: ask `transfers_of` first."""
        words: Any = {
            "amount": order.amount_cents, "currency": "usd", "destination": order.account, "transfer_group": order.key,
            "description": order.description, "metadata": mark_words(order.instance, order.key),
        }  # fmt: skip
        return _transfer(self._v1.transfers.create(words, {"idempotency_key": f"{order.key}:transfer"}))

    @plainly
    def transfers_of(self, key: str) -> list[SeenTransfer]:
        """What was sent for one payout: one transfer, or none yet."""
        wanted: Any = {"transfer_group": key, "limit": PAGE}
        return [_transfer(one) for one in self._v1.transfers.list(wanted).auto_paging_iter()]

    @plainly
    def transfers_since(self, since: datetime) -> list[SeenTransfer]:
        """All transfers made since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [_transfer(one) for one in self._v1.transfers.list(wanted).auto_paging_iter()]


def _account(found: Any) -> SeenAccount:
    able = getattr(getattr(found, "capabilities", None), "transfers", None) == "active"
    return SeenAccount(str(found.id), able and bool(found.payouts_enabled), bool(found.details_submitted))


def _transfer(found: Any) -> SeenTransfer:
    return SeenTransfer(
        id=str(found.id), amount_cents=int(found.amount), reversed_cents=int(found.amount_reversed), currency=str(found.currency),
        account=str(found.destination), mark=marked(found), created_at=datetime.fromtimestamp(found.created, UTC),
    )  # fmt: skip
