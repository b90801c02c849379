"""Waiting for a time: joining the list and leaving it."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.history import Doer
from booking.appointments.changes.joining import (
    WaitWish,
    add_entry,
    address_turn,
    check_days,
    is_for_the_same,
    is_open,
    provider_waited_for,
)
from booking.appointments.changes.waiting import CONFIRM, OFFER, write_joined
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import Waiting, get_waiting, list_waiting, same_address
from booking.appointments.rules.waiting import OPEN_ENTRIES
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Limited, Refused
from marketplace.outbox.changes import withdraw_letters
from providers.registry.changes import lock_provider
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim

__all__ = ["WaitWish", "join_waitlist", "leave_waitlist"]


def join_waitlist(wanted: WaitWish, person_id: int, doer: Doer, base_url: str, now: datetime) -> Waiting:
    """Put a wish on the list. What can never be booked is not waited for; what they wait for already keeps its place and is answered again.

    Raises NotFound, Limited `too_many_waiting`, Refused: invalid, email_unconfirmed, zip_needed, or as `offered_service` does.
    """
    with transaction() as session:
        person = session.get_one(Person, person_id)
        wait_turn(session, address_turn(person))  # before the person's lock: offers take it so
        session.refresh(person, with_for_update=True)
        if person.email is None or person.email_confirmed_at is None:
            raise Refused("email_unconfirmed", "Confirm your e-mail address first: that is where offers go.")
        wait = wanted.wait
        check_days(wait, now)
        provider = provider_waited_for(session, wanted, person_id)
        waiting = [one for one in list_waiting(session, WaitlistEntry.person_id.in_(same_address(session, person))) if is_open(one, now)]
        for one in waiting:
            if one.entry.person_id == person_id and is_for_the_same(one.entry, wanted, provider):
                return one
        if len(waiting) >= OPEN_ENTRIES:
            raise Limited("too_many_waiting", f"You wait for {OPEN_ENTRIES} things already. Take one off the list first.")
        entry = add_entry(session, wanted, provider, person_id, now)
        write_joined(session, entry, provider, person, base_url, now)
        days = {"from": wait.from_on.isoformat(), "to": wait.until_on.isoformat()}
        audit.record(session, audit.Deed(now, doer.name, "waitlist.joined", "waitlist", entry.public_id, days))
        return Waiting(entry, provider, ())


def leave_waitlist(public_id: str, person_id: int | None, doer: Doer, now: datetime) -> None:
    """Take a wish off the list and give back what is offered for it. Without a person whoever has the link may. Raises NotFound.

    A wish that is off the list already stays so.
    """
    with transaction() as session:
        own = get_waiting(session, public_id, person_id)
        session.refresh(own.entry, with_for_update=True)
        if own.entry.left_at is not None:
            return
        own.entry.left_at = now
        for hold in own.offers:
            lock_provider(session, hold.provider_id)
            session.refresh(hold, with_for_update=True)
            if hold.state == "live":
                hold.state = "released"
                release_claim(session, session.get_one(Claim, hold.claim_id))
        withdraw_letters(session, about=public_id, kinds=(CONFIRM, OFFER), now=now)
        audit.record(session, audit.Deed(now, doer.name, "waitlist.left", "waitlist", public_id))
