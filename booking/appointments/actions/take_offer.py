"""A guest goes on with what was offered to them, by the link of the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.adopting import move_to
from booking.appointments.changes.history import Doer
from booking.appointments.changes.joining import address_turn
from booking.appointments.changes.waiting import offered_by
from booking.appointments.queries import get_waiting, same_address
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, Forbidden

GONE = "This time is no longer kept for you. You are still in line for others."
OTHER = "You are signed in with another address than the one that waits. Sign out first, or sign in with that address."


@dataclass(frozen=True)
class Taken:
    """The hold that is offered, and whose it is: both by their public ids."""

    hold: str
    person: str


def take_offer(public_id: str, key: str, person_id: int | None, doer: Doer, now: datetime) -> Taken:
    """The hold behind an offer's link, for the checkout of whoever opens it. Whoever is signed in with the same confirmed address takes it
    over into their account. Raises NotFound, Conflict `hold_expired`, Forbidden `forbidden` for another account.
    """
    with transaction() as session:
        waiting = get_waiting(session, public_id)
        session.refresh(waiting.entry, with_for_update=True)
        hold, owner = offered_by(waiting, key), session.get_one(Person, waiting.entry.person_id)
        wait_turn(session, address_turn(owner))
        session.refresh(hold, with_for_update=True)
        if hold.state != "live" or hold.expires_at <= now:
            raise Conflict("hold_expired", GONE)
        if person_id is not None and person_id != owner.id:
            if person_id not in same_address(session, owner):
                raise Forbidden("forbidden", OTHER)
            owner = session.get_one(Person, person_id)
            move_to(session, waiting, owner)
        elif person_id is None and owner.account_id is not None:
            raise Forbidden("forbidden", "This time is in your account by now. Sign in to go on.")
        audit.record(session, audit.Deed(now, doer.name, "waitlist.taken", "waitlist", public_id, {"hold": hold.public_id}))
        return Taken(hold.public_id, owner.public_id)
