"""Holding what we keep against what Stripe keeps, and mending what differs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from booking.payments.changes.disputes import note_dispute
from booking.payments.changes.noting import Mismatch, note_intent, note_seen_refund
from booking.payments.changes.telling import lock_payment
from booking.payments.queries import (
    find_by_intent,
    find_instance,
    find_payment,
    open_disputes,
    payments_since,
)
from booking.payments.rules.states import CANCEL, next_step
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Declined, Invalid, Missing, SeenDispute, SeenIntent, SeenRefund
from marketplace.db import db, transaction
from marketplace.kernel.errors import Refusal

# A clock's and a list's own lateness.
MARGIN = timedelta(hours=1)


def compare(port: StripePort, since: datetime, now: datetime) -> Iterator[str]:
    """Look at all that Stripe has of ours since an instant; gives a sentence for what is left to a person. Raises Unknown."""
    instance, rows = find_instance(db.session()), [(row.public_id, str(row.intent)) for row in payments_since(db.session(), since + MARGIN)]
    db.session.rollback()
    if instance is None:
        return
    listed = [seen for seen in port.intents_since(since) if seen.mark.instance == instance]
    for seen in listed:
        yield from _hold_intent(port, seen, now)
    names = {seen.id for seen in listed}
    for public_id, intent in rows:
        if intent not in names:
            yield f"payment {public_id}: Stripe has no intent {intent} of ours"
    for refund in port.refunds_since(since):
        yield from _hold_refund(refund, now)
    yield from _hold_disputes(port, since, now)


def _hold_disputes(port: StripePort, since: datetime, now: datetime) -> Iterator[str]:
    """Disputes that Stripe has, and older ones of ours that are not settled."""
    listed = {seen.id: seen for seen in port.disputes_since(since)}
    waiting = open_disputes(db.session())
    db.session.rollback()
    for name in waiting:
        if name not in listed:
            try:
                listed[name] = port.read_dispute(name)
            except Missing:
                yield f"dispute {name}: Stripe has none of this name"
    for seen in listed.values():
        yield from _hold_dispute(seen, now)


def _hold_dispute(seen: SeenDispute, now: datetime) -> Iterator[str]:
    known = find_by_intent(db.session(), seen.intent or "")
    db.session.rollback()
    if known is None:
        return
    try:
        with transaction() as session:
            note_dispute(session, lock_payment(session, known.public_id), seen, now)
    except Refusal as fault:
        yield f"dispute {seen.id} of payment {known.public_id}: {fault}"


def _hold_intent(port: StripePort, seen: SeenIntent, now: datetime) -> Iterator[str]:
    known = find_payment(db.session(), seen.mark.ours or "")
    db.session.rollback()
    if known is None:
        yield f"intent {seen.id} of {seen.amount_cents} cents ({seen.status}) carries our mark, but no payment of ours asked for it"
        return
    if known.intent not in (None, seen.id):
        yield from _hold_double(port, seen, known.public_id)
        return
    try:
        with transaction() as session:
            payment = lock_payment(session, known.public_id)
            note_intent(session, payment, seen, now)
            ours, step = payment.captured_cents, next_step(payment.state, seen.status)
    except Mismatch as fault:
        yield f"payment {known.public_id}: {fault}"
        return
    if ours != seen.captured_cents:
        yield f"payment {known.public_id}: {ours} cents were taken by our books, {seen.captured_cents} by Stripe's"
    if step == CANCEL:
        yield from _close(port, seen, known.public_id)


def _hold_double(port: StripePort, seen: SeenIntent, public_id: str) -> Iterator[str]:
    """A second intent for one payment: it can only be one that was made and never confirmed."""
    if seen.captured_cents:
        yield f"payment {public_id}: intent {seen.id} took {seen.captured_cents} cents beside its own"
    elif next_step("cancelled", seen.status) == CANCEL:
        yield from _close(port, seen, seen.id)


def _close(port: StripePort, seen: SeenIntent, key: str) -> Iterator[str]:
    try:
        port.cancel_intent(seen.id, key)
    except (Invalid, Declined, Missing) as error:
        yield f"intent {seen.id} could not be closed: {error}"


def _hold_refund(seen: SeenRefund, now: datetime) -> Iterator[str]:
    known = find_by_intent(db.session(), seen.intent or "")
    db.session.rollback()
    if known is None:
        return
    try:
        with transaction() as session:
            note_seen_refund(session, known.public_id, seen, now)
    except (Mismatch, Refusal) as fault:
        yield f"refund {seen.id} of payment {known.public_id}: {fault}"
