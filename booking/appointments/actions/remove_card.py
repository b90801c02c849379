"""A client takes a kept card away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.appointments.rules.states import LIVE
from booking.memberships.queries import uses_card
from booking.payments.changes.keeping import let_go_of_card
from booking.payments.models import CardTerms
from booking.payments.queries import find_kept_card
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused


def remove_card(public_id: str, person_id: int, by: str, now: datetime) -> None:
    """The card is not charged any more; Stripe is asked to forget it after the commit.

    Raises NotFound, Refused `card_in_use` while a visit is ahead for which it was agreed, or a membership is charged to it.
    """
    with transaction() as session:
        card = find_kept_card(session, person_id, public_id)
        if card is None or card.public_id != public_id:
            raise NotFound("not_found", "There is no such card.")
        session.refresh(card, with_for_update=True)
        ahead = select(Appointment.starts_at).join(CardTerms, CardTerms.appointment_id == Appointment.id)
        if session.scalar(ahead.where(CardTerms.card_id == card.id, Appointment.status.in_(LIVE)).limit(1)) is not None:
            raise Refused("card_in_use", "A visit with this card is ahead. You can remove it afterwards, or when that visit is canceled.")
        if uses_card(session, card.id):
            raise Refused("card_in_use", "A membership is charged to this card. Choose another card for it, or end it, first.")
        let_go_of_card(session, card, by, now)
