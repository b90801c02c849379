"""Stripe's objects as our plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from booking.payments.stripe_port.values import Mark, SeenDispute, SeenEvent, SeenIntent, SeenMove, SeenPage, SeenRefund, SeenSetup


def read_event(body: bytes) -> SeenEvent | None:
    """What a webhook, whose signature was found genuine, is about. None for what is no event."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return event_of(said) if isinstance(said, dict) else None


def event_of(said: Mapping[str, Any]) -> SeenEvent | None:
    """An event, or None for what is none."""
    data = said.get("data")
    about = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(about, Mapping) or not all(isinstance(said.get(name), str) for name in ("id", "type")):
        return None
    object_id, intent = about.get("id"), about.get("payment_intent")
    if not isinstance(object_id, str) or max(len(said["id"]), len(said["type"]), len(object_id)) > 64:
        return None
    return SeenEvent(said["id"], said["type"], object_id, intent if isinstance(intent, str) else None)


def mark_words(instance: str, ours: str) -> dict[str, str]:
    """What marks an object at Stripe as ours."""
    return {"instance": instance, "ours": ours}


def _marked(thing: Any) -> Mark:
    found = thing.metadata.to_dict() if getattr(thing, "metadata", None) is not None else {}
    return Mark(found.get("instance"), found.get("ours"))


marked = _marked


def linked_id(thing: Any, name: str) -> str | None:
    """A link to another object, whether it came as an id or whole."""
    found = getattr(thing, name, None)
    return found if found is None or isinstance(found, str) else str(found.id)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _failure(fault: Any) -> str | None:
    if fault is None:
        return None
    return str(getattr(fault, "decline_code", None) or getattr(fault, "code", None) or "declined")[:64]


def intent_of(found: Any) -> SeenIntent:
    """An intent."""
    return SeenIntent(
        id=str(found.id),
        status=str(found.status),
        amount_cents=int(found.amount),
        captured_cents=int(found.amount_received or 0) if found.status == "succeeded" else 0,
        currency=str(found.currency),
        mark=_marked(found),
        client_secret=str(found.client_secret),
        failure_code=_failure(getattr(found, "last_payment_error", None)),
        action_url=_action_url(found),
        created_at=_instant(found.created),
    )


def refund_of(found: Any) -> SeenRefund:
    """A refund."""
    return SeenRefund(
        id=str(found.id),
        status=str(found.status),
        amount_cents=int(found.amount),
        currency=str(found.currency),
        intent=linked_id(found, "payment_intent"),
        mark=_marked(found),
        failure_code=getattr(found, "failure_reason", None),
        created_at=_instant(found.created),
    )


def setup_of(found: Any) -> SeenSetup:
    """An order to keep a card."""
    return SeenSetup(
        id=str(found.id),
        status=str(found.status),
        mark=_marked(found),
        client_secret=str(found.client_secret),
        customer=linked_id(found, "customer"),
        payment_method=linked_id(found, "payment_method"),
        failure_code=_failure(getattr(found, "last_setup_error", None)),
        action_url=_action_url(found),
    )


def dispute_of(found: Any) -> SeenDispute:
    """A dispute."""
    return SeenDispute(
        id=str(found.id),
        status=str(found.status),
        reason=str(found.reason)[:40],
        amount_cents=int(found.amount),
        currency=str(found.currency),
        intent=linked_id(found, "payment_intent"),
        created_at=_instant(found.created),
        moves=tuple(SeenMove(str(one.id), -int(one.amount), int(one.fee)) for one in getattr(found, "balance_transactions", None) or ()),
    )


def _action_url(found: Any) -> str | None:
    """Where the client confirms at their bank, for browsers that cannot or would not run Stripe's script."""
    wanted = getattr(found, "next_action", None)
    redirect = getattr(wanted, "redirect_to_url", None) if wanted is not None else None
    return str(redirect.url) if redirect is not None else None


def page_of(found: Any) -> SeenPage:
    """A page on which the client gives a card."""
    return SeenPage(
        id=str(found.id),
        url=str(found.url) if getattr(found, "url", None) else None,
        open=found.status == "open",
        intent=linked_id(found, "payment_intent"),
        setup=linked_id(found, "setup_intent"),
    )
