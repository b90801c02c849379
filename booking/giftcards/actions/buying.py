"""Buying a gift card: ordered by anybody, paid by card or to the therapist, or let go of. It is worth nothing before the money is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.giftcards.changes import activate, lock_card
from booking.giftcards.models import GiftCard
from booking.giftcards.queries import Kept, find_policy, get_kept, lapsed_orders, sells_cards
from booking.giftcards.rules import ORDERED, WITHDRAWN, Gift, check_gift
from booking.payments.changes.ordering import DEPOSIT, Wish, ask_again, order_release
from booking.payments.models import Payment
from booking.payments.queries import get_payment
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.named import Card
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from marketplace import audit
from marketplace.accounts.changes import add_guest
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.profiles.queries import get_facts
from providers.registry.rules import LISTED

JOB = "job:gift cards"


@dataclass(frozen=True)
class Buyer:
    """Who buys: a client by row id, or somebody without an account by the name and address that they gave."""

    person_id: int | None
    name: str = ""
    email: str = ""


def order_gift(provider_id: int, gift: Gift, buyer: Buyer, actor: str, now: datetime) -> Kept:
    """Order a card of a provider's. Raises NotFound, Refused `gift_cards_off`, `not_bookable`, or `invalid` with the fields at fault."""
    with transaction() as session:
        policy = find_policy(session)
        check_gift(gift, policy, local_day(to_minute(now)))
        if not sells_cards(session, provider_id):
            raise Refused("gift_cards_off", "This therapist sells no gift cards.")
        if get_facts(session, provider_id).state != LISTED:
            raise Refused("not_bookable", "This provider cannot be booked at present.")
        card = GiftCard(**vars(gift), provider_id=provider_id, person_id=_buyer(session, buyer, now), ordered_at=now)
        session.add(card)
        session.flush()
        details = {"cents": gift.amount_cents}
        audit.record(session, audit.Deed(now, actor, "gift_card.ordered", "gift_card", card.public_id, details))
        return get_kept(session, card.public_id)


def _buyer(session: Session, buyer: Buyer, now: datetime) -> int:
    if buyer.person_id is not None:
        return buyer.person_id
    person = add_guest(session, now)
    person.name, person.email = buyer.name, buyer.email
    session.flush()
    return person.id


def withdraw_gift(public_id: str, person_id: int | None, actor: str, now: datetime) -> None:
    """Let go of an order that is not paid. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        card = lock_card(session, public_id, person_id=person_id).card
        if card.state != ORDERED:
            raise Conflict("wrong_state", "Only an order that is not paid can be withdrawn.")
        card.state, card.closed_at = WITHDRAWN, now
        if card.payment_id is not None:
            payment = get_payment(session, session.get_one(Payment, card.payment_id).public_id, lock=True)
            if payment.state not in (CAPTURED, CANCELLED, FAILED):
                order_release(session, payment, actor, now)
        audit.record(session, audit.Deed(now, actor, "gift_card.order_withdrawn", "gift_card", public_id))


def record_gift_sale(public_id: str, provider_id: int | None, how: str, actor: str, now: datetime) -> tuple[Kept, str]:
    """The buyer paid the therapist; gives the code too, which is shown this once. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_card(session, public_id, provider_id=provider_id)
        asked = None if kept.card.payment_id is None else session.get_one(Payment, kept.card.payment_id)
        if kept.card.state != ORDERED or (asked is not None and asked.state not in (FAILED, CANCELLED)):
            raise Conflict("wrong_state", "This gift card is paid already, or a card is being asked for it.")
        return kept, activate(session, kept, how, actor, now)


def order_bank_card(public_id: str, card: Card, actor: str, now: datetime, *, person_id: int | None = None) -> str:
    """Write down that a bank card is to be asked for an order; gives the payment's id, to be settled. After one that failed comes another.

    Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        kept = lock_card(session, public_id, person_id=person_id)
        if kept.card.state != ORDERED:
            raise Conflict("wrong_state", "This gift card is paid already.")
        payment = ask_again(session, kept.card.payment_id, _wish(kept, card, actor), now)
        kept.card.payment_id = payment.id
        return payment.public_id


def _wish(kept: Kept, card: Card, actor: str) -> Wish:
    return Wish(
        cause=f"gift_card:{kept.card.public_id}", purpose=DEPOSIT, label=f"Gift card with {kept.provider.name}"[:120],
        person_id=kept.card.person_id, provider_id=kept.card.provider_id, amount_cents=kept.card.amount_cents,
        payment_method=card.payment_method, customer=card.customer, capture_later=card.payment_method == ON_PAGE, off_session=False,
        by=actor,
    )  # fmt: skip


def lapse_gifts(now: datetime) -> int:
    """Let go of orders that nobody paid for in time; counts them."""
    return one_by_one("lapse gift cards", lapsed_orders(db.session(), now), lambda public_id: _lapse(public_id, now))


def _lapse(public_id: str, now: datetime) -> bool:
    with transaction() as session:
        card = lock_card(session, public_id).card
        if card.state != ORDERED or card.payment_id is not None:
            return False
        card.state, card.closed_at = WITHDRAWN, now
        audit.record(session, audit.Deed(now, JOB, "gift_card.order_lapsed", "gift_card", public_id))
        return True
