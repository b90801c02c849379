"""Noting what was read from Stripe: a payment, a refund go on, with their entries and letters, once each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.ledger.changes import counter_post, post
from booking.ledger.queries import entries_of
from booking.ledger.rules.entries import deposit_taken, paid_by_card, refund_sent
from booking.payments.changes.closing import give_back
from booking.payments.changes.ordering import FEE, Back, enter, order_refund, refund_key, whose
from booking.payments.changes.telling import lock_payment, tell_payment
from booking.payments.models import Payment, Refund
from booking.payments.queries import find_instance, find_refund
from booking.payments.rules.matching import Sum, differences
from booking.payments.rules.states import (
    ACTION,
    ACTION_PATIENCE,
    ASKED,
    AUTHORISATION_LIVES,
    AUTHORISED,
    CANCELLED,
    CAPTURED,
    GRACE,
    OPEN,
    REFUND,
    REFUND_FAILED,
    REFUND_OPEN,
    REFUSED,
    UNWANTED,
    next_state,
)
from booking.payments.stripe_port.values import SeenIntent, SeenRefund
from marketplace.accounts.models import Person
from marketplace.audit import Deed, record
from marketplace.outbox.changes import enqueue_letter

STRIPE = "stripe"
SURPLUS = "surplus"
SURPLUS_REASON = "The payment came after the time had been let go, so all of it goes back."
BY_HAND = "Given back on Stripe's own pages."


class Mismatch(Exception):
    """What Stripe keeps is not what we asked for: nothing is acted on, a person looks. `str()` says what does not agree."""


def note_intent(session: Session, payment: Payment, seen: SeenIntent, now: datetime) -> None:
    """Go on as an intent read from Stripe says. `payment` must be locked. Raises Mismatch."""
    wanted = Sum(payment.amount_cents, payment.currency, find_instance(session), payment.public_id)
    faults = differences(wanted, Sum(seen.amount_cents, seen.currency, seen.mark.instance, seen.mark.ours))
    if payment.intent not in (None, seen.id):
        faults.append("another intent")
    if faults:
        raise Mismatch(f"intent {seen.id}: {', '.join(faults)}")
    payment.intent = seen.id
    payment.failure_code = seen.failure_code or payment.failure_code
    before, after = payment.state, next_state(payment.state, seen.status)
    if after is None:
        raise Mismatch(f"intent {seen.id}: status {seen.status} is new to us")
    if after == CAPTURED and before != CAPTURED:
        payment.captured_cents = seen.captured_cents
    if after == AUTHORISED and before != AUTHORISED:
        payment.capture_by_at = seen.created_at + AUTHORISATION_LIVES
    enter(payment, after, now)
    payment.tries, payment.next_try_at = 0, _next_look(payment, now)
    session.flush()
    if after != before:
        record(
            session, Deed(now, STRIPE, f"payment_{after}", "payment", payment.public_id, {"from": before, "cents": payment.captured_cents})
        )
    if after == CAPTURED and before != CAPTURED:
        _take_in(session, payment, surplus=before in UNWANTED, now=now)
    if after != before:
        tell_payment(session, payment, now)


def _take_in(session: Session, payment: Payment, *, surplus: bool, now: datetime) -> None:
    """Money has arrived: into the ledger; what nobody wants any more goes back, once."""
    entries = paid_by_card if payment.purpose == FEE and not surplus else deposit_taken
    post(session, entries(f"payment:{payment.public_id}", payment.captured_cents), whose(payment), STRIPE, now)
    if surplus:
        given = order_refund(session, payment, Back(payment.captured_cents, SURPLUS, SURPLUS_REASON, STRIPE, held=True), now)
        given.next_try_at = now
    else:
        _write(session, f"payment_received:{payment.public_id}", payment, {"cents": payment.captured_cents}, now)


def note_refused(session: Session, payment: Payment, code: str, now: datetime) -> None:
    """Stripe refuses for good what the next step asks: an order to pay has failed, other orders stay and are told to people."""
    payment.failure_code = code
    after = next_state(payment.state, REFUSED)
    if after is not None and after != payment.state:
        record(session, Deed(now, STRIPE, f"payment_{after}", "payment", payment.public_id, {"from": payment.state, "code": code}))
        enter(payment, after, now)
        payment.next_try_at = None
        tell_payment(session, payment, now)


def note_dropped(session: Session, payment: Payment, now: datetime) -> None:
    """Nothing of it is known at Stripe, and nothing will be asked."""
    enter(payment, CANCELLED, now)
    payment.next_try_at = None
    record(session, Deed(now, STRIPE, "payment_cancelled", "payment", payment.public_id, {"from": "releasing"}))


def note_refund(session: Session, given: Refund, payment: Payment, seen: SeenRefund, now: datetime) -> None:
    """Go on as a refund read from Stripe says. `payment` must be locked. Raises Mismatch."""
    faults = (
        [] if (seen.amount_cents, seen.currency) == (given.amount_cents, payment.currency) else [f"{seen.amount_cents} {seen.currency}"]
    )
    if seen.intent != payment.intent or given.stripe_refund not in (None, seen.id):
        faults.append("another payment")
    if faults:
        raise Mismatch(f"refund {seen.id}: {', '.join(faults)}")
    given.stripe_refund = seen.id
    given.failure_code = seen.failure_code or given.failure_code
    move_refund(session, given, payment, seen.status, now)


def move_refund(session: Session, given: Refund, payment: Payment, event: str, now: datetime) -> None:
    """A refund goes on: once it has left it is in the ledger and the client hears of it; one that failed is taken out again."""
    before, after = given.state, REFUND.get((given.state, event))
    if after is None:
        raise Mismatch(f"refund {given.public_id}: status {event} is new to us")
    given.state, given.changed_at, given.tries = after, now, 0
    given.next_try_at = _later(now) if after in REFUND_OPEN else None
    session.flush()
    if after == before:
        return
    record(session, Deed(now, STRIPE, f"refund_{after}", "payment", payment.public_id, {"refund": given.public_id, "from": before}))
    if after == REFUND_FAILED:
        _take_back(session, given, now)
    elif before == ASKED:
        post(session, refund_sent(f"{refund_key(given)}:sent", given.amount_cents), whose(payment), STRIPE, now)
        _write(session, f"refund_sent:{given.public_id}", payment, {"cents": given.amount_cents, "reason": given.reason}, now)
    tell_payment(session, payment, now)


def _take_back(session: Session, given: Refund, now: datetime) -> None:
    for key in (f"{refund_key(given)}:sent", refund_key(given)):
        if entries_of(session, key):
            counter_post(session, key, "The refund failed.", STRIPE, now)


def adopt_refund(session: Session, payment: Payment, seen: SeenRefund, now: datetime) -> Refund | None:
    """A refund that somebody made on Stripe's own pages becomes one of ours. `payment` must be locked.

    None for the rest of a sum of which a part was captured: Stripe shows its release as a refund, but nothing of it was ever taken.
    """
    if seen.mark.ours is None and seen.amount_cents == payment.amount_cents - payment.captured_cents:
        return None
    given = give_back(session, payment, Back(seen.amount_cents, f"stripe:{seen.id}", BY_HAND, STRIPE, held=False), now)
    note_refund(session, given, payment, seen, now)
    return given


def note_seen_refund(session: Session, public_id: str, seen: SeenRefund, now: datetime) -> None:
    """A refund read from Stripe, of a payment of ours: one that we know goes on, one made by hand becomes ours. Raises Mismatch."""
    payment = lock_payment(session, public_id)
    given = find_refund(session, seen.id, seen.mark.ours)
    if given is not None:
        note_refund(session, given, payment, seen, now)
    elif seen.status not in ("failed", "canceled"):
        adopt_refund(session, payment, seen, now)


def write_let_go(session: Session, payment: Payment, now: datetime) -> None:
    """Tell the client that what their bank kept for us is theirs again, and that nothing was taken."""
    _write(session, f"payment_let_go:{payment.public_id}", payment, {"cents": payment.amount_cents}, now)


def _next_look(payment: Payment, now: datetime) -> datetime | None:
    """When the job looks at a payment that has just been looked at."""
    if payment.state == ACTION:
        return min(_later(now), max(payment.created_at + ACTION_PATIENCE, now))
    if payment.state == AUTHORISED:
        return payment.capture_by_at
    return _later(now) if payment.state in OPEN else None


def _later(now: datetime) -> datetime:
    return now + 2 * GRACE


def _write(session: Session, key: str, payment: Payment, facts: dict[str, object], now: datetime) -> None:
    """A letter to the client, once for each thing it tells of; its kind is the key's first word."""
    person = session.get_one(Person, payment.person_id)
    if person.email:
        kind, facts = key.partition(":")[0], {"label": payment.label, **facts}
        enqueue_letter(session, key=key, kind=kind, recipient=person.email, facts=facts, now=now, about=payment.public_id)
