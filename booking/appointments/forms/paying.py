"""Bringing a checkout that is paid by card as far as it goes: order, ask Stripe, book. For pages, programs, webhooks and the job alike."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.appointments.actions.book import book
from booking.appointments.actions.pay import Asking, CardBooking, Outcome, ask_rest, begin_paying, finish_paying
from booking.appointments.changes.booking import Booking, Made
from booking.appointments.changes.pairing import held_for_checkout
from booking.appointments.changes.paying import held_times, open_checkouts, plan_of, things_of_checkout
from booking.appointments.models import Hold
from booking.appointments.queries import get_hold
from booking.appointments.rules.paying import ACTION, CARD, FAILED, WAITING, Plan, failure_words, needs_card
from booking.payments.actions.keep import settle_card
from booking.payments.actions.settle import settle_payment
from booking.payments.forms import find_port
from booking.payments.rules.keeping import CONSENT
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, PaymentNeeded, Refused

MUST_ACT = "Your bank wants you to confirm this payment. Your time stays held while you do."
NO_ANSWER = "Our card company gives no answer at present. Your time stays held, we go on by ourselves and write to you. Do not pay again."
TOO_LATE = "The time was no longer free when the payment came. It is not booked, and nothing is charged."
CARD_REQUIRED = "This therapist asks for a card when a visit is booked. Choose to pay by card."
CARDS_OFF = "Cards are not taken here. This visit is paid at the visit."


@dataclass(frozen=True)
class Paid:
    """How a checkout stands, and where its client must act: for their own browser alone."""

    outcome: Outcome
    client_secret: str | None = None
    action_url: str | None = None


def cards_on() -> bool:
    """Whether cards are taken here."""
    return find_port() is not None


def check_method(holds: tuple[Hold, ...], method: str) -> None:
    """Whether these times may be booked in this way. Raises Refused `card_required` or `cards_off`; without keys all pay at the visit."""
    if method == CARD and not cards_on():
        raise Refused("cards_off", CARDS_OFF)
    if method != CARD and cards_on() and needs_card(held_times(db.session(), holds)):
        raise Refused("card_required", CARD_REQUIRED)


def card_plan(holds: tuple[Hold, ...], method: str, now: datetime) -> Plan:
    """What is asked of a card for these times; nothing while cards are off."""
    return plan_of(db.session(), holds, method, now) if cards_on() else Plan(())


def book_or_pay(wanted: Booking, person_id: int, who: Asking, now: datetime) -> Made:
    """Book what is held, at once where it is paid at the visit, else once the card is good.

    Raises what `book_held` does, Refused `card_required`, and what `made_of` does.
    """
    hold = get_hold(db.session(), wanted.hold, person_id)
    check_method(held_for_checkout(db.session(), hold), wanted.payment_method)
    db.session.rollback()
    if wanted.payment_method != CARD or wanted.card is None:
        return book(wanted, person_id, who.doer, who.base_url, now)
    return made_of(pay(CardBooking(wanted, wanted.card), person_id, who, now))


def pay(wanted: CardBooking, person_id: int, who: Asking, now: datetime) -> Paid:
    """Order, ask, book. Raises what `begin_paying` does, and Refused `cards_off`."""
    port = find_port()
    if port is None:
        raise Refused("cards_off", CARDS_OFF)
    return bring_on(port, begin_paying(wanted, person_id, who, now), who.base_url, now)


def bring_on(port: StripePort, public_id: str, base_url: str, now: datetime, *, look: bool = True) -> Paid:
    """Go on with a checkout. With `look` Stripe is asked how everything stands; else only what was never asked is."""
    secret = url = None
    try:
        card, sums = things_of_checkout(db.session(), public_id, fresh=not look)
        db.session.rollback()
        if card is not None:
            kept = settle_card(port, card, now)
            secret, url = kept.client_secret, kept.action_url
        if ask_rest(public_id, now):
            _, sums = things_of_checkout(db.session(), public_id, fresh=not look)
        for one in sums:
            settled = settle_payment(port, one, now)
            secret, url = settled.client_secret or secret, settled.action_url or url
    except Unknown:
        db.session.rollback()
    outcome = finish_paying(public_id, base_url, now)
    _settle_rest(port, public_id, now)
    return Paid(outcome, secret, url) if outcome.state == ACTION else Paid(outcome)


def _settle_rest(port: StripePort, public_id: str, now: datetime) -> None:
    """What the outcome has ordered: captures, and what is let go of. Where Stripe does not answer, the job goes on."""
    _, sums = things_of_checkout(db.session(), public_id, fresh=True)
    db.session.rollback()
    try:
        for one in sums:
            settle_payment(port, one, now)
    except Unknown:
        db.session.rollback()


def made_of(paid: Paid) -> Made:
    """The appointment. Raises PaymentNeeded `action_required` (with what the client's browser needs) or `payment_failed`, Conflict."""
    outcome = paid.outcome
    if outcome.made is not None:
        return outcome.made
    if outcome.state == ACTION:
        details: dict[str, Any] = {"client_secret": paid.client_secret, "action_url": paid.action_url}
        raise PaymentNeeded("action_required", MUST_ACT, details=details)
    if outcome.state == FAILED:
        raise PaymentNeeded("payment_failed", failure_words(outcome.failure_code), details={"decline_code": outcome.failure_code})
    if outcome.state == WAITING:
        raise PaymentNeeded("payment_failed", NO_ANSWER, details={"decline_code": "no_answer"})
    raise Conflict("hold_expired", TOO_LATE)


def finish_open(now: datetime, base_url: str) -> int:
    """Go on with every checkout that waits: after a webhook, and by the job; counts them."""
    port = find_port()
    waiting = open_checkouts(db.session())
    db.session.rollback()
    if port is None:
        return 0
    return one_by_one("card checkouts", waiting, lambda public_id: bring_on(port, public_id, base_url, now, look=False))


def consent_answer() -> dict[str, str]:
    """The text to which whoever gives a card to be kept agrees."""
    return {"version": CONSENT.version, "text": CONSENT.text}


def forget_removed(public_id: str, now: datetime) -> None:
    """Ask Stripe to forget a removed card. Where no answer comes the job goes on."""
    port = find_port()
    if port is not None:
        with suppress(Unknown):
            settle_card(port, public_id, now)
