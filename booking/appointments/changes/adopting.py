"""A guest's wish becomes an account's: its row, its offers, and no longer what was known of the guest."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from booking.appointments.models import WaitlistGuest
from booking.appointments.queries import Waiting
from marketplace.accounts.models import Person


def move_to(session: Session, waiting: Waiting, person: Person) -> None:
    """Give a wish to a person, inside the caller's transaction, with the place in line that it has. What a guest typed at a checkout
    stays behind: it was about somebody whom the account has not been asked about.
    """
    waiting.entry.person_id = person.id
    for hold in waiting.offers:
        if hold.state != "booked":
            hold.person_id, hold.draft = person.id, None
    session.execute(delete(WaitlistGuest).where(WaitlistGuest.entry_id == waiting.entry.id))
    session.flush()
