"""Visits and gift cards: what a card is to pay for a held time, what it pays for the visit, what goes back to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment, Hold
from booking.giftcards.changes import VisitNames, return_to_cards, take_for_visit, use_for_visit
from booking.giftcards.models import GiftCard
from booking.giftcards.queries import pledged_elsewhere, pledged_holds


def names_of(visit: Appointment) -> VisitNames:
    """A visit as the books of cards name it."""
    return VisitNames(visit.id, visit.public_id, visit.reference, visit.provider_id, visit.person_id)


def free_cents(session: Session, card: GiftCard, hold: Hold, now: datetime) -> int:
    """What a card may pay for a held time: what is left, less what it is to pay for other times that are being held."""
    live = select(Hold.id).where(Hold.id.in_(pledged_holds(session, card.id)), Hold.state == "live", Hold.expires_at > now)
    return max(0, card.left_cents - pledged_elsewhere(session, card.id, hold.id, session.scalars(live).all()))


def take_cards(session: Session, hold: Hold, visit: Appointment, doer: Doer, now: datetime) -> int:
    """A held time becomes a visit: what cards are to pay of it is set aside, in the booking's own transaction.

    Gives the cents. Raises Conflict `gift_card_short`.
    """
    session.flush()
    return take_for_visit(session, hold.id, names_of(visit), visit.total_cents, doer.name, now)


def use_cards(session: Session, visit: Appointment, owed_cents: int, doer: Doer, now: datetime) -> int:
    """What is set aside pays what is owed now; gives the cents."""
    return use_for_visit(session, names_of(visit), owed_cents, doer.name, now)


def return_cards(session: Session, visit: Appointment, cents: int, doer: Doer, now: datetime) -> int:
    """So much of what cards paid goes back to them; gives the cents that did."""
    return return_to_cards(session, names_of(visit), cents, doer.name, now) if cents > 0 else 0
