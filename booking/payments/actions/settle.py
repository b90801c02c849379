"""Doing what was ordered: ask Stripe, note the answer, until nothing is left to be asked.

A process may end anywhere in between; whoever settles the same row later reads first how it stands at Stripe and goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.payments.changes.keeping import note_page
from booking.payments.changes.noting import Mismatch, move_refund, note_dropped, note_intent, note_refund, note_refused
from booking.payments.changes.ordering import order_release
from booking.payments.changes.telling import lock_payment
from booking.payments.models import Payment, Refund
from booking.payments.queries import find_instance, get_payment, get_refund
from booking.payments.rules.keeping import ON_PAGE, PAGE_LIVES
from booking.payments.rules.states import (
    ACTION,
    ACTION_PATIENCE,
    ASKED,
    CONFIRM,
    CREATE,
    DROP,
    NOTHING,
    REFUND_OPEN,
    REFUSED,
    RELEASING,
    TAKE,
    next_step,
    wait_after,
)
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import (
    Declined,
    IntentOrder,
    Invalid,
    Missing,
    PageOrder,
    RefundOrder,
    SeenIntent,
    SeenPage,
    SeenRefund,
    Unknown,
)
from marketplace.db import db, transaction

# From order to money there are four steps at most; what needs more is left to the next try.
MOST_STEPS = 8
JOB = "job:settle payments"


@dataclass(frozen=True)
class Settled:
    """How a payment stands after it was settled.

    `client_secret` and `action_url` (a page at Stripe or at the bank) are for the client's own browser alone, where they must act.
    """

    state: str
    failure_code: str | None
    client_secret: str | None
    action_url: str | None = None


def settle_payment(port: StripePort, public_id: str, now: datetime) -> Settled:
    """Bring a payment as far as it goes now. Raises Unknown where Stripe gives no answer: then a job goes on."""
    try:
        return _go_on(port, public_id, now)
    except Unknown as error:
        _postpone(Payment, public_id, str(error), now)
        raise
    except (Missing, Mismatch, Invalid) as error:
        _postpone(Payment, public_id, str(error), now)
        raise Unknown(str(error)) from error


def _go_on(port: StripePort, public_id: str, now: datetime) -> Settled:
    page, seen = _look_at_page(port, public_id, now)
    refused: tuple[str, str] | None = None
    for _ in range(MOST_STEPS):
        payment, instance = _load(public_id, now)
        if seen is None and payment.intent is not None:
            seen = port.read_intent(payment.intent)
            payment = _note(public_id, seen, now)
        step = next_step(payment.state, seen.status if seen else None)
        if step == NOTHING:
            break
        if step == DROP or (refused is not None and refused[0] == step):
            _end(public_id, refused[1] if refused else None, now)
            break
        try:
            seen = _ask(port, step, payment, instance)
        except (Declined, Invalid) as error:
            seen, refused = None, (step, error.code)
        else:
            _note(public_id, seen, now)
    payment, _ = _load(public_id, now)
    if payment.state != ACTION:
        return Settled(payment.state, payment.failure_code, None)
    url = page.url if page is not None and page.open else seen.action_url if seen is not None else None
    return Settled(payment.state, payment.failure_code, seen.client_secret if seen else None, url)


def _look_at_page(port: StripePort, public_id: str, now: datetime) -> tuple[SeenPage | None, SeenIntent | None]:
    """Stripe's page where the client gives the card there, and the intent that came of it. It is made here, and taken away again."""
    payment, instance = _load(public_id, now)
    if payment.payment_method != ON_PAGE or payment.state not in {ASKED, ACTION, RELEASING}:
        return None, None
    if payment.page is None:
        if payment.state != ASKED:
            return None, None
        return _note_page(public_id, port.create_page(_page_order(port, payment, instance)), now), None
    page = port.read_page(payment.page)
    if payment.state == RELEASING and page.open:
        port.close_page(page.id)
    if page.intent is None:
        return page, None
    seen = port.read_intent(page.intent)
    _note(public_id, seen, now)
    return page, seen


def _page_order(port: StripePort, payment: Payment, instance: str) -> PageOrder:
    return PageOrder(
        key=payment.public_id,
        instance=instance,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        customer=payment.customer,
        description=payment.label,
        back=port.back(payment.public_id),
        expires_at=payment.created_at + PAGE_LIVES,
    )


def _note_page(public_id: str, page: SeenPage, now: datetime) -> SeenPage:
    with transaction() as session:
        payment = lock_payment(session, public_id)
        note_page(payment, page, now)
        return page


def _ask(port: StripePort, step: str, payment: Payment, instance: str) -> SeenIntent:
    if step == CREATE:
        return port.create_intent(
            IntentOrder(
                key=payment.public_id,
                instance=instance,
                amount_cents=payment.amount_cents,
                currency=payment.currency,
                payment_method=payment.payment_method,
                customer=payment.customer,
                capture_later=payment.capture_later,
                description=payment.label,
            )
        )
    intent = str(payment.intent)
    if step == CONFIRM:
        return port.confirm_intent(intent, payment.public_id, off_session=payment.off_session, back=port.back(payment.public_id))
    if step == TAKE:
        return port.capture_intent(intent, payment.public_id, payment.wanted_cents or payment.amount_cents)
    return port.cancel_intent(intent, payment.public_id)


def _load(public_id: str, now: datetime) -> tuple[Payment, str]:
    """The payment as it is now; a client who was sent to the bank and has not come back is waited for no longer."""
    payment, instance = get_payment(db.session(), public_id), find_instance(db.session())
    db.session.rollback()
    if payment.state == ACTION and payment.created_at + ACTION_PATIENCE <= now:
        payment = _let_go(public_id, now)
    return payment, str(instance)


def _let_go(public_id: str, now: datetime) -> Payment:
    with transaction() as session:
        payment = lock_payment(session, public_id)
        if payment.state == ACTION:
            order_release(session, payment, JOB, now)
        return payment


def _note(public_id: str, seen: SeenIntent, now: datetime) -> Payment:
    with transaction() as session:
        payment = lock_payment(session, public_id)
        note_intent(session, payment, seen, now)
        return payment


def _end(public_id: str, refusal: str | None, now: datetime) -> None:
    """Nothing more can be asked: it was never known at Stripe, or Stripe refuses."""
    with transaction() as session:
        payment = lock_payment(session, public_id)
        if refusal is not None:
            note_refused(session, payment, refusal, now)
        elif payment.intent is None:
            note_dropped(session, payment, now)
    if refusal is not None:
        _postpone(Payment, public_id, refusal, now)


def _postpone(kind: type[Payment | Refund], public_id: str, why: str, now: datetime) -> None:
    """Later and later, as long as there is something to do."""
    db.session.rollback()
    with transaction() as session:
        row = get_payment(session, public_id, lock=True) if kind is Payment else get_refund(session, public_id)
        if row.next_try_at is not None:
            row.tries += 1
            row.failure_code, row.next_try_at = why[:64], now + wait_after(row.tries)


# --- refunds -----------------------------------------------------------------------------------------------------------------


def settle_refund(port: StripePort, public_id: str, now: datetime) -> str:
    """Bring a refund as far as it goes now; gives its state. Raises Unknown where Stripe gives no answer: then a job goes on."""
    given = get_refund(db.session(), public_id)
    payment = db.session.get_one(Payment, given.payment_id)
    instance = find_instance(db.session())
    db.session.rollback()
    if given.state not in REFUND_OPEN:
        return given.state
    try:
        seen = _find_or_give(port, given, payment, str(instance))
    except Invalid as error:
        return _note_refund(public_id, payment.public_id, None, error.code, now)
    except (Unknown, Missing, Declined) as error:
        _postpone(Refund, public_id, str(error), now)
        raise Unknown(str(error)) from error
    try:
        return _note_refund(public_id, payment.public_id, seen, None, now)
    except Mismatch as error:
        _postpone(Refund, public_id, str(error), now)
        raise Unknown(str(error)) from error


def _find_or_give(port: StripePort, given: Refund, payment: Payment, instance: str) -> SeenRefund:
    """The refund at Stripe; it is looked for by our name before it is asked for, as Stripe forgets keys after a day."""
    if given.stripe_refund is not None:
        return port.read_refund(given.stripe_refund)
    intent = str(payment.intent)
    ours = (one for one in port.refunds_of(intent) if (one.mark.instance, one.mark.ours) == (instance, given.public_id))
    found = next(ours, None)
    return found or port.create_refund(RefundOrder(given.public_id, instance, intent, given.amount_cents))


def _note_refund(public_id: str, payment_id: str, seen: SeenRefund | None, refusal: str | None, now: datetime) -> str:
    with transaction() as session:
        payment = lock_payment(session, payment_id)
        given = get_refund(session, public_id)
        if seen is not None:
            note_refund(session, given, payment, seen, now)
        else:
            given.failure_code = refusal
            move_refund(session, given, payment, REFUSED, now)
        return given.state
