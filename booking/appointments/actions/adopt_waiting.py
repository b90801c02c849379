"""Whoever has an account by now finds there what they wait for since they had none."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.adopting import move_to
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import guests_with_accounts, list_waiting
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one

ACTOR = "job:adopt waiting"


def adopt_waiting(now: datetime) -> int:
    """Move guests' wishes to the accounts with the same confirmed address, each with its place in line; counts them.

    What is just being offered or was booked stays where it is: its checkout is a guest's.
    """
    found = dict(guests_with_accounts(db.session()))
    return one_by_one("adopt waiting", list(found), lambda entry_id: _adopt(entry_id, found[entry_id], now))


def _adopt(entry_id: int, person_id: int, now: datetime) -> bool:
    with transaction() as session:
        session.get_one(WaitlistEntry, entry_id, with_for_update=True)
        [waiting] = list_waiting(session, WaitlistEntry.id == entry_id)
        still = (entry_id, person_id) in guests_with_accounts(session)
        if not still or "booked" in waiting.states(now) or waiting.live_offer(now) is not None:
            return False
        move_to(session, waiting, session.get_one(Person, person_id))
        audit.record(session, audit.Deed(now, ACTOR, "waitlist.adopted", "waitlist", waiting.entry.public_id))
        return True
