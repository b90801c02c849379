"""Asking Stripe."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stripe

from booking.payments.stripe_port.values import (
    Declined,
    IntentOrder,
    Invalid,
    Mark,
    Missing,
    RefundOrder,
    SeenCard,
    SeenDispute,
    SeenEvent,
    SeenIntent,
    SeenRefund,
    SeenSetup,
    Unknown,
)

# Connecting and answering, seconds; Stripe's own advice for calls that move money is to wait long rather than to guess.
TIMEOUTS = (5.0, 25.0)
PAGE = 100
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


def _code(error: stripe.StripeError, otherwise: str) -> str:
    said = error.error
    decline = getattr(said, "decline_code", None) if said is not None else None
    return str(decline or error.code or otherwise)[:64]


def _refusal(error: stripe.StripeError) -> Exception:
    """Refused for good, or about something that Stripe does not have. A key that is in use comes as 409, which is no such error."""
    return Missing(_code(error, "missing")) if error.http_status == 404 else Invalid(_code(error, "invalid_request"))


class StripePort:
    """Stripe under one secret key. `http` is for tests and trials; `api_base` is another host that speaks as Stripe does."""

    def __init__(self, secret_key: str, *, api_base: str | None = None, http: stripe.HTTPClient | None = None) -> None:
        self._v1 = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            http_client=http or stripe.RequestsClient(timeout=TIMEOUTS),
            max_network_retries=0,
        ).v1

    # --- a card to be kept ---

    @_plainly
    def create_customer(self, key: str, instance: str) -> str:
        """A name at Stripe for one of our people, without anything about them. Gives its id."""
        made = self._v1.customers.create({"metadata": _mark(instance, key)}, {"idempotency_key": f"{key}:customer"})
        return str(made.id)

    @_plainly
    def create_setup(self, key: str, instance: str, customer: str, payment_method: str | None = None) -> SeenSetup:
        """An order to keep a card for charges while the client is away. The client's browser confirms it unless the card is given."""
        words: dict[str, Any] = {
            "customer": customer,
            "usage": "off_session",
            "payment_method_types": ["card"],
            "metadata": _mark(instance, key),
        }
        if payment_method:
            words |= {"payment_method": payment_method, "confirm": True}
        return _setup(self._v1.setup_intents.create(words, {"idempotency_key": f"{key}:setup"}))  # type: ignore[arg-type]

    @_plainly
    def read_setup(self, setup_intent: str) -> SeenSetup:
        """An order to keep a card as it stands. Raises Missing."""
        return _setup(self._v1.setup_intents.retrieve(setup_intent))

    @_plainly
    def read_card(self, payment_method: str) -> SeenCard:
        """What may be shown of a card. Raises Missing."""
        found = self._v1.payment_methods.retrieve(payment_method)
        card: Any = found.card
        return SeenCard(str(found.id), str(card.brand), str(card.last4), _id(found, "customer"))

    @_plainly
    def forget_card(self, payment_method: str) -> None:
        """Let go of a card that was kept."""
        self._v1.payment_methods.detach(payment_method)

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
            "metadata": _mark(order.instance, order.key),
        }
        if order.customer:
            words["customer"] = order.customer
        return _intent(self._v1.payment_intents.create(words, {"idempotency_key": f"{order.key}:create"}))  # type: ignore[arg-type]

    @_plainly
    def confirm_intent(self, intent: str, key: str, *, off_session: bool) -> SeenIntent:
        """Ask the bank: authorises, or charges at once. Raises Declined."""
        words: Any = {"off_session": True} if off_session else {}
        return _intent(self._v1.payment_intents.confirm(intent, words, {"idempotency_key": f"{key}:confirm"}))

    @_plainly
    def capture_intent(self, intent: str, key: str, amount_cents: int) -> SeenIntent:
        """Take an authorised sum or a part of it; the rest is let go."""
        return _intent(self._v1.payment_intents.capture(intent, {"amount_to_capture": amount_cents}, {"idempotency_key": f"{key}:capture"}))

    @_plainly
    def cancel_intent(self, intent: str, key: str) -> SeenIntent:
        """Let go of an intent that has taken nothing."""
        return _intent(self._v1.payment_intents.cancel(intent, {}, {"idempotency_key": f"{key}:cancel"}))

    @_plainly
    def read_intent(self, intent: str) -> SeenIntent:
        """An intent as it stands. Raises Missing."""
        return _intent(self._v1.payment_intents.retrieve(intent))

    @_plainly
    def create_refund(self, order: RefundOrder) -> SeenRefund:
        """Give money back. Stripe forgets keys after a day: ask `refunds_of` first."""
        made = self._v1.refunds.create(
            {"payment_intent": order.intent, "amount": order.amount_cents, "metadata": _mark(order.instance, order.key)},
            {"idempotency_key": f"{order.key}:refund"},
        )
        return _refund(made)

    @_plainly
    def read_refund(self, refund: str) -> SeenRefund:
        """A refund as it stands. Raises Missing."""
        return _refund(self._v1.refunds.retrieve(refund))

    @_plainly
    def read_dispute(self, dispute: str) -> SeenDispute:
        """A dispute as it stands. Raises Missing."""
        return _dispute(self._v1.disputes.retrieve(dispute))

    # --- lists, the newest first, for comparing ---

    @_plainly
    def refunds_of(self, intent: str) -> list[SeenRefund]:
        """All refunds of one intent."""
        return [_refund(one) for one in self._v1.refunds.list({"payment_intent": intent, "limit": PAGE}).auto_paging_iter()]

    @_plainly
    def intents_since(self, since: datetime) -> list[SeenIntent]:
        """All intents made since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [_intent(one) for one in self._v1.payment_intents.list(wanted).auto_paging_iter()]

    @_plainly
    def refunds_since(self, since: datetime) -> list[SeenRefund]:
        """All refunds made since an instant, whosoever they are."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        return [_refund(one) for one in self._v1.refunds.list(wanted).auto_paging_iter()]

    @_plainly
    def events_since(self, since: datetime) -> list[SeenEvent]:
        """All events since an instant (Stripe keeps 30 days)."""
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        found = self._v1.events.list(wanted).auto_paging_iter()
        return [event for event in (_event(one.to_dict()) for one in found) if event is not None]


def read_event(body: bytes) -> SeenEvent | None:
    """What a webhook, whose signature was found genuine, is about. None for what is no event."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return _event(said) if isinstance(said, dict) else None


def _event(said: Mapping[str, Any]) -> SeenEvent | None:
    data = said.get("data")
    about = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(about, Mapping) or not all(isinstance(said.get(name), str) for name in ("id", "type")):
        return None
    object_id, intent = about.get("id"), about.get("payment_intent")
    if not isinstance(object_id, str) or max(len(said["id"]), len(said["type"]), len(object_id)) > 64:
        return None
    return SeenEvent(said["id"], said["type"], object_id, intent if isinstance(intent, str) else None)


def _mark(instance: str, ours: str) -> dict[str, str]:
    return {"instance": instance, "ours": ours}


def _marked(thing: Any) -> Mark:
    found = thing.metadata.to_dict() if getattr(thing, "metadata", None) is not None else {}
    return Mark(found.get("instance"), found.get("ours"))


def _id(thing: Any, name: str) -> str | None:
    """A link to another object, whether it came as an id or whole."""
    found = getattr(thing, name, None)
    return found if found is None or isinstance(found, str) else str(found.id)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _failure(fault: Any) -> str | None:
    if fault is None:
        return None
    return str(getattr(fault, "decline_code", None) or getattr(fault, "code", None) or "declined")[:64]


def _intent(found: Any) -> SeenIntent:
    return SeenIntent(
        id=str(found.id),
        status=str(found.status),
        amount_cents=int(found.amount),
        captured_cents=int(found.amount_received or 0) if found.status == "succeeded" else 0,
        currency=str(found.currency),
        mark=_marked(found),
        client_secret=str(found.client_secret),
        failure_code=_failure(getattr(found, "last_payment_error", None)),
        created_at=_instant(found.created),
    )


def _refund(found: Any) -> SeenRefund:
    return SeenRefund(
        id=str(found.id),
        status=str(found.status),
        amount_cents=int(found.amount),
        currency=str(found.currency),
        intent=_id(found, "payment_intent"),
        mark=_marked(found),
        failure_code=getattr(found, "failure_reason", None),
        created_at=_instant(found.created),
    )


def _setup(found: Any) -> SeenSetup:
    return SeenSetup(
        id=str(found.id),
        status=str(found.status),
        mark=_marked(found),
        client_secret=str(found.client_secret),
        customer=_id(found, "customer"),
        payment_method=_id(found, "payment_method"),
        failure_code=_failure(getattr(found, "last_setup_error", None)),
    )


def _dispute(found: Any) -> SeenDispute:
    return SeenDispute(
        id=str(found.id),
        status=str(found.status),
        reason=str(found.reason)[:40],
        amount_cents=int(found.amount),
        currency=str(found.currency),
        intent=_id(found, "payment_intent"),
        created_at=_instant(found.created),
    )
