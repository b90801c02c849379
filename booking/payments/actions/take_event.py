"""A webhook: what it is about is read from Stripe and noted; what it says is not believed.

Its name is written in the transaction that acts on it, so the same event twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.payments.changes.disputes import note_dispute
from booking.payments.changes.keeping import note_setup
from booking.payments.changes.noting import Mismatch, note_intent, note_seen_refund
from booking.payments.changes.telling import lock_payment
from booking.payments.models import StripeEvent
from booking.payments.queries import find_by_intent, find_instance, find_payment, get_card, is_known
from booking.payments.rules.states import SUCCEEDED
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Missing, SeenDispute, SeenEvent, SeenIntent, SeenRefund
from marketplace.db import db, transaction
from marketplace.kernel.errors import Refusal

INTENTS = frozenset(
    f"payment_intent.{word}"
    for word in ("created", "processing", "requires_action", "amount_capturable_updated", "payment_failed", "succeeded", "canceled")
)
SETUPS = frozenset(f"setup_intent.{word}" for word in ("created", "requires_action", "setup_failed", "succeeded", "canceled"))
REFUNDS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
CHARGES = frozenset({"charge.refunded"})
DISPUTES = frozenset(f"charge.dispute.{word}" for word in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated"))

DONE, REPEATED, IGNORED, FAULTY = "done", "repeated", "ignored", "faulty"
Act = Callable[[Session], bool]


def take_event(port: StripePort, event: SeenEvent, now: datetime) -> str:
    """Act on an event whose signature was found genuine; gives what came of it. Raises Unknown: Stripe sends it again later."""
    known, instance = is_known(db.session(), event.id), find_instance(db.session())
    db.session.rollback()
    if known:
        return REPEATED
    if instance is None:
        return IGNORED
    try:
        acts = _read(port, event, instance, now)
    except Missing:
        return IGNORED
    return _act(event, acts, now) if acts else IGNORED


def _read(port: StripePort, event: SeenEvent, instance: str, now: datetime) -> list[Act]:
    """What is to be done, from what Stripe says now; nothing for types unknown to us and for what is not ours."""
    if event.type in INTENTS:
        intent = port.read_intent(event.object_id)
        return [_noting_intent(intent, now)] if intent.mark.instance == instance else []
    if event.type in SETUPS:
        return _read_setup(port, event.object_id, instance, now)
    if event.type in REFUNDS:
        refund = port.read_refund(event.object_id)
        return _read_refunds(port, refund.intent, [refund], instance, now)
    if event.type in CHARGES and event.intent is not None:
        return _read_refunds(port, event.intent, port.refunds_of(event.intent), instance, now)
    if event.type in DISPUTES:
        return [_noting_dispute(port.read_dispute(event.object_id), now)]
    return []


def _read_setup(port: StripePort, setup: str, instance: str, now: datetime) -> list[Act]:
    seen = port.read_setup(setup)
    if seen.mark.instance != instance or seen.mark.ours is None:
        return []
    good = seen.status == SUCCEEDED and seen.payment_method is not None
    shown, ours = port.read_card(str(seen.payment_method)) if good else None, seen.mark.ours

    def act(session: Session) -> bool:
        note_setup(session, get_card(session, ours, lock=True), seen, shown, now)
        return True

    return [act]


def _read_refunds(port: StripePort, intent: str | None, refunds: list[SeenRefund], instance: str, now: datetime) -> list[Act]:
    """Refunds may be told of before the payment is: the payment comes first."""
    paid = port.read_intent(intent) if intent else None
    if paid is None or paid.mark.instance != instance:
        return []
    return [_noting_intent(paid, now), *(_noting_refund(one, now) for one in refunds)]


def _noting_intent(seen: SeenIntent, now: datetime) -> Act:
    def act(session: Session) -> bool:
        known = find_payment(session, seen.mark.ours or "")
        if known is None:
            raise Mismatch(f"intent {seen.id} carries our mark, but no payment of ours asked for it")
        note_intent(session, lock_payment(session, known.public_id), seen, now)
        return True

    return act


def _noting_refund(seen: SeenRefund, now: datetime) -> Act:
    def act(session: Session) -> bool:
        known = find_by_intent(session, seen.intent or "")
        if known is None:
            return False
        note_seen_refund(session, known.public_id, seen, now)
        return True

    return act


def _noting_dispute(seen: SeenDispute, now: datetime) -> Act:
    def act(session: Session) -> bool:
        payment = find_by_intent(session, seen.intent or "")
        if payment is None:
            return False
        note_dispute(session, lock_payment(session, payment.public_id), seen, now)
        return True

    return act


def _act(event: SeenEvent, acts: list[Act], now: datetime) -> str:
    try:
        with transaction() as session:
            if not _claim(session, event, None, now):
                return REPEATED
            return DONE if sum(act(session) for act in acts) else IGNORED
    except (Mismatch, Refusal) as fault:
        with transaction() as session:
            _claim(session, event, str(fault)[:200], now)
        return FAULTY


def _claim(session: Session, event: SeenEvent, fault: str | None, now: datetime) -> bool:
    """Whether we are the first to act on this event."""
    try:
        with session.begin_nested():
            session.execute(insert(StripeEvent).values(id=event.id, type=event.type, object_id=event.object_id, taken_at=now, fault=fault))
    except IntegrityError:
        return False
    return True
