"""Asking Stripe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stripe

from booking.payments.stripe_port.reading import (
    dispute_of,
    event_of,
    intent_of,
    linked_id,
    mark_words,
    page_of,
    refund_of,
    setup_of,
)
from booking.payments.stripe_port.values import (
    Declined,
    IntentOrder,
    Invalid,
    Missing,
    PageOrder,
    RefundOrder,
    SeenCard,
    SeenDispute,
    SeenEvent,
    SeenIntent,
    SeenPage,
    SeenRefund,
    SeenSetup,
    Unknown,
)

# Connecting and answering, seconds; Stripe's own advice for calls that move money is to wait long rather than to guess.
TIMEOUTS = (5.0, 25.0)
PAGE = 100
HOME, BACK = "http://127.0.0.1:8000", "/cards/back/"
P = ParamSpec("P")
T = TypeVar("T")


def _plainly(ask: Callable[P, T]) -> Callable[P, T]:
    """Stripe's many errors as our four."""

    @wraps(ask)
    def answer(*words: P.args, **named: P.kwargs) -> T:
        try:
            return ask(*words, **named)
        except stripe.CardError as error:
            raise Declined(_code(error, "card_declined")) from error
        except (stripe.RateLimitError, stripe.APIConnectionError) as error:
            raise Unknown(type(error).__name__) from error
        except stripe.IdempotencyError as error:  # a fault of ours: the key was used for other words
            raise Invalid("idempotency_error") from error
        except stripe.InvalidRequestError as error:
            raise _refusal(error) from error
        except stripe.StripeError as error:
            # 401 and 403 (a wrong key) too: what was asked is still to be done once the keys are right
            raise Unknown(type(error).__name__) from error

    return answer


plainly = _plainly


def _code(error: stripe.StripeError, otherwise: str) -> str:
    said = error.error
    decline = getattr(said, "decline_code", None) if said is not None else None
    return str(decline or error.code or otherwise)[:64]


def _refusal(error: stripe.StripeError) -> Exception:
    """Refused for good, or about something that Stripe does not have. A key that is in use comes as 409, which is no such error."""
    return Missing(_code(error, "missing")) if error.http_status == 404 else Invalid(_code(error, "invalid_request"))


class StripePort:
    """Stripe under one secret key. `http` is for tests and trials; `api_base` is another host that speaks as Stripe does.

    `home` is our own address, to which clients come back.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        api_base: str | None = None,
        http: stripe.HTTPClient | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
        home: str = HOME,
    ) -> None:
        self._home = home
        self._v1 = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            http_client=http or stripe.RequestsClient(timeout=timeouts),
            max_network_retries=0,
        ).v1

    def back(self, public_id: str) -> str:
        """Where a client comes back to us from Stripe's page or their bank, by our name of what they were asked for."""
        return f"{self._home}{BACK}{public_id}"

    # --- a card to be kept ---

    @property
    def v1(self) -> Any:
        """Stripe's first interface, for the other parts of this door."""
        return self._v1

    @_plainly
    def create_customer(self, key: str, instance: str) -> str:
        """A name at Stripe for one of our people, without anything about them. Gives its id."""
        made = self._v1.customers.create({"metadata": mark_words(instance, key)}, {"idempotency_key": f"{key}:customer"})
        return str(made.id)

    @_plainly
    def create_setup(self, key: str, instance: str, customer: str, payment_method: str | None = None, back: str | None = None) -> SeenSetup:
        """An order to keep a card for charges while the client is away. The client's browser confirms it unless the card is given."""
        words: dict[str, Any] = {
            "customer": customer,
            "usage": "off_session",
            "payment_method_types": ["card"],
            "metadata": mark_words(instance, key),
        }
        if payment_method:
            words |= {"payment_method": payment_method, "confirm": True, **({"return_url": back} if back else {})}
        return setup_of(self._v1.setup_intents.create(words, {"idempotency_key": f"{key}:setup"}))  # type: ignore[arg-type]

    @_plainly
    def read_setup(self, setup_intent: str) -> SeenSetup:
        """An order to keep a card as it stands. Raises Missing."""
        return setup_of(self._v1.setup_intents.retrieve(setup_intent))

    @_plainly
    def read_card(self, payment_method: str) -> SeenCard:
        """What may be shown of a card. Raises Missing."""
        found = self._v1.payment_methods.retrieve(payment_method)
        card: Any = found.card
        expires = int(card.exp_month), int(card.exp_year)
        return SeenCard(str(found.id), str(card.brand), str(card.last4), linked_id(found, "customer"), *expires)

    @_plainly
    def forget_card(self, payment_method: str) -> None:
        """Let go of a card that was kept."""
        self._v1.payment_methods.detach(payment_method)

    # --- Stripe's own page for a card ---

    @_plainly
    def create_page(self, order: PageOrder) -> SeenPage:
        """A page at Stripe on which the client gives a card: for an authorised sum, or to be kept. It works without our script."""
        mark = mark_words(order.instance, order.key)
        words: dict[str, Any] = {
            "payment_method_types": ["card"],
            "success_url": order.back,
            "cancel_url": order.back,
            "expires_at": int(order.expires_at.timestamp()),
            "metadata": mark,
        }
        if order.customer:
            words["customer"] = order.customer
        if order.amount_cents:
            price = {"currency": order.currency, "unit_amount": order.amount_cents, "product_data": {"name": order.description}}
            words |= {
                "mode": "payment",
                "line_items": [{"quantity": 1, "price_data": price}],
                "payment_intent_data": {"capture_method": "manual", "description": order.description, "metadata": mark},
            }
        else:
            words |= {"mode": "setup", "setup_intent_data": {"metadata": mark}}
        return page_of(self._v1.checkout.sessions.create(words, {"idempotency_key": f"{order.key}:page"}))  # type: ignore[arg-type]

    @_plainly
    def read_page(self, page: str) -> SeenPage:
        """A page as it stands. Raises Missing."""
        return page_of(self._v1.checkout.sessions.retrieve(page))

    @_plainly
    def close_page(self, page: str) -> None:
        """Take a page away that nobody needs any more."""
        self._v1.checkout.sessions.expire(page)

    # --- money ---

    @_plainly
    def create_intent(self, order: IntentOrder) -> SeenIntent:
        """An intent that takes nothing yet: it waits for `confirm_intent`."""
        words: dict[str, Any] = {
            "amount": order.amount_cents,
            "currency": order.currency,
            "payment_method": order.payment_method,
            "payment_method_types": ["card"],
            "capture_method": "manual" if order.capture_later else "automatic",
            "description": order.description,
            "metadata": mark_words(order.instance, order.key),
        }
        if order.customer:
            words["customer"] = order.customer
        return intent_of(self._v1.payment_intents.create(words, {"idempotency_key": f"{order.key}:create"}))  # type: ignore[arg-type]

    @_plainly
    def confirm_intent(self, intent: str, key: str, *, off_session: bool, back: str | None = None) -> SeenIntent:
        """Ask the bank: authorises, or charges at once. A client who must act there comes `back` to an address of ours. Raises Declined."""
        words: Any = {"off_session": True} if off_session else {"return_url": back} if back else {}
        return intent_of(self._v1.payment_intents.confirm(intent, words, {"idempotency_key": f"{key}:confirm"}))

    @_plainly
    def capture_intent(self, intent: str, key: str, amount_cents: int) -> SeenIntent:
        """Take an authorised sum or a part of it; the rest is let go."""
        return intent_of(
            self._v1.payment_intents.capture(intent, {"amount_to_capture": amount_cents}, {"idempotency_key": f"{key}:capture"})
        )

    @_plainly
    def cancel_intent(self, intent: str, key: str) -> SeenIntent:
        """Let go of an intent that has taken nothing."""
        return intent_of(self._v1.payment_intents.cancel(intent, {}, {"idempotency_key": f"{key}:cancel"}))

    @_plainly
    def read_intent(self, intent: str) -> SeenIntent:
        """An intent as it stands. Raises Missing."""
        return intent_of(self._v1.payment_intents.retrieve(intent))

    @_plainly
    def create_refund(self, order: RefundOrder) -> SeenRefund:
        """Give money back. Stripe forgets keys after a day: ask `refunds_of` first."""
        made = self._v1.refunds.create(
            {"payment_intent": order.intent, "amount": order.amount_cents, "metadata": mark_words(order.instance, order.key)},
            {"idempotency_key": f"{order.key}:refund"},
        )
        return refund_of(made)

    @_plainly
    def read_refund(self, refund: str) -> SeenRefund:
        """A refund as it stands. Raises Missing."""
        return refund_of(self._v1.refunds.retrieve(refund))

    @_plainly
    def read_dispute(self, dispute: str) -> SeenDispute:
        """A dispute as it stands. Raises Missing."""
        return dispute_of(self._v1.disputes.retrieve(dispute))

    # --- lists, the newest first, for comparing ---

    @_plainly
    def refunds_of(self, intent: str) -> list[SeenRefund]:
        """All refunds of one intent."""
        return [refund_of(one) for one in self._v1.refunds.list({"payment_intent": intent, "limit": PAGE}).auto_paging_iter()]

    @_plainly
    def intents_since(self, since: datetime) -> list[SeenIntent]:
        """All intents made since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [intent_of(one) for one in self._v1.payment_intents.list(wanted).auto_paging_iter()]

    @_plainly
    def refunds_since(self, since: datetime) -> list[SeenRefund]:
        """All refunds made since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [refund_of(one) for one in self._v1.refunds.list(wanted).auto_paging_iter()]

    @_plainly
    def disputes_since(self, since: datetime) -> list[SeenDispute]:
        """All disputes opened since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [dispute_of(one) for one in self._v1.disputes.list(wanted).auto_paging_iter()]

    @_plainly
    def events_since(self, since: datetime) -> list[SeenEvent]:
        """All events since an instant (Stripe keeps 30 days)."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        found = self._v1.events.list(wanted).auto_paging_iter()
        return [event for event in (event_of(one.to_dict()) for one in found) if event is not None]
