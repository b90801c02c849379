"""Bringing on an order to keep a card: ask Stripe, note the answer. Whoever comes later first reads how it stands."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from booking.payments.changes.keeping import move_card, note_card_page, note_customer, note_setup
from booking.payments.changes.noting import Mismatch
from booking.payments.models import SavedCard
from booking.payments.queries import find_customer, find_instance, get_card
from booking.payments.rules.keeping import KEPT, ON_PAGE, OPEN_CARDS, PAGE_LIVES, REMOVED, next_card_state
from booking.payments.rules.states import ACTION, ACTION_PATIENCE, FAILED, wait_after
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.values import Declined, Invalid, Missing, PageOrder, SeenCard, SeenPage, SeenSetup, Unknown
from marketplace.accounts.models import Person
from marketplace.db import db, transaction


@dataclass(frozen=True)
class Keeping:
    """How an order to keep a card stands; `client_secret` and `action_url` are for its owner's browser alone, where they must act."""

    state: str
    failure_code: str | None
    client_secret: str | None = None
    action_url: str | None = None


def settle_card(port: StripePort, public_id: str, now: datetime) -> Keeping:
    """Bring an order to keep a card as far as it goes now. Raises Unknown where Stripe gives no answer: then a job goes on."""
    card, instance = _load(public_id, now)
    try:
        if card.state == REMOVED and card.next_try_at is not None:
            return _forget(port, card)
        if card.state not in OPEN_CARDS:
            return Keeping(card.state, card.failure_code)
        return _bring_on(port, card, instance, now)
    except (Missing, Mismatch, Invalid, Unknown) as error:
        _postpone(public_id, str(error), now)
        raise Unknown(str(error)) from error


def _bring_on(port: StripePort, card: SavedCard, instance: str, now: datetime) -> Keeping:
    page: SeenPage | None = None
    try:
        if card.payment_method == ON_PAGE:
            page, seen = _at_page(port, card, instance, now)
        else:
            seen = _ask(port, card, instance, now)
    except (Declined, Invalid) as error:
        return _end(card.public_id, error.code, now)
    if seen is not None:
        good = next_card_state(card.state, seen.status) == KEPT and seen.payment_method is not None
        shown = port.read_card(str(seen.payment_method)) if good else None
        card = _note(card.public_id, seen, shown, now)
    if card.state != ACTION:
        return Keeping(card.state, card.failure_code)
    url = page.url if page is not None and page.open else seen.action_url if seen is not None else None
    return Keeping(ACTION, card.failure_code, seen.client_secret if seen else None, url)


def _ask(port: StripePort, card: SavedCard, instance: str, now: datetime) -> SeenSetup:
    if card.setup is not None:
        return port.read_setup(card.setup)
    customer = _customer(port, card, instance, now)
    return port.create_setup(card.public_id, instance, customer, card.payment_method, port.back(card.public_id))


def _at_page(port: StripePort, card: SavedCard, instance: str, now: datetime) -> tuple[SeenPage | None, SeenSetup | None]:
    """Stripe's page for this card, made at the first look, and the order that came of it."""
    if card.page is None:
        order = PageOrder(
            key=card.public_id,
            instance=instance,
            amount_cents=0,
            currency="usd",
            customer=_customer(port, card, instance, now),
            description="",
            back=port.back(card.public_id),
            expires_at=card.created_at + PAGE_LIVES,
        )
        page = port.create_page(order)
        with transaction() as session:
            found = get_card(session, card.public_id, lock=True)
            note_card_page(found, page, now)
        card.state = ACTION
        return page, None
    page = port.read_page(card.page)
    return page, port.read_setup(page.setup) if page.setup is not None else None


def _customer(port: StripePort, card: SavedCard, instance: str, now: datetime) -> str:
    """Stripe's name for the card's owner, made at their first card."""
    known, person = find_customer(db.session(), card.person_id), db.session.get_one(Person, card.person_id)
    key = f"{instance}:{person.public_id}"
    db.session.rollback()
    if known is not None:
        return known
    made = port.create_customer(key, instance)
    with transaction() as session:
        return note_customer(session, card.person_id, made, now)


def _load(public_id: str, now: datetime) -> tuple[SavedCard, str]:
    """The card as it is now; a client who did not come back from Stripe's page or their bank is waited for no longer."""
    card, instance = get_card(db.session(), public_id), find_instance(db.session())
    db.session.rollback()
    if card.state == ACTION and card.created_at + ACTION_PATIENCE <= now:
        _end(public_id, "abandoned", now)
        card = get_card(db.session(), public_id)
        db.session.rollback()
    return card, str(instance)


def _note(public_id: str, seen: SeenSetup, shown: SeenCard | None, now: datetime) -> SavedCard:
    with transaction() as session:
        card = get_card(session, public_id, lock=True)
        note_setup(session, card, seen, shown, now)
        return card


def _end(public_id: str, code: str, now: datetime) -> Keeping:
    with transaction() as session:
        card = get_card(session, public_id, lock=True)
        if card.state in OPEN_CARDS:
            move_card(session, card, FAILED, now, code)
        return Keeping(card.state, card.failure_code)


def _forget(port: StripePort, card: SavedCard) -> Keeping:
    """Stripe lets go of a removed card; one that it does not know any more is gone already."""
    with suppress(Missing, Invalid):
        port.forget_card(str(card.payment_method))
    with transaction() as session:
        get_card(session, card.public_id, lock=True).next_try_at = None
    return Keeping(REMOVED, None)


def _postpone(public_id: str, why: str, now: datetime) -> None:
    db.session.rollback()
    with transaction() as session:
        card = get_card(session, public_id, lock=True)
        if card.next_try_at is not None:
            card.tries += 1
            card.failure_code, card.next_try_at = why[:64], now + wait_after(card.tries)
