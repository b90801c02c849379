"""Waiting for a time without an account: asking to be put in line, and being put there by the link of a letter.

Whatever address is typed, the answer is the same, the same rows are written, and only a letter tells more. Until its link is used nothing
is offered and nothing counts but for the network address it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.joining import WaitWish, add_entry, address_turn, check_days, is_open, provider_waited_for
from booking.appointments.changes.waiting import write_confirm, write_joined
from booking.appointments.models import WaitlistEntry, WaitlistGuest
from booking.appointments.queries import count_from, get_waiting, list_waiting, same_address
from booking.appointments.rules.waiting import MOST_ASKED, OPEN_ENTRIES, OPEN_ENTRIES_AN_ORIGIN, may_confirm
from marketplace import audit
from marketplace.accounts.changes import add_guest, count_failure
from marketplace.accounts.contacts import read_email
from marketplace.accounts.models import Person
from marketplace.db import transaction, wait_turn
from marketplace.kernel.errors import Conflict, Limited, NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault

__all__ = ["GuestWish", "WaitWish", "ask_to_wait", "confirm_waiting"]


@dataclass(frozen=True)
class GuestWish:
    """What somebody without an account waits for, where letters reach them, and a keyed hash of the network address it came from."""

    wanted: WaitWish
    email: str
    origin: str


def ask_to_wait(asked: GuestWish, doer: Doer, base_url: str, now: datetime) -> None:
    """Keep a wish for a day and send the link that puts it in line; to an address that was typed too often, or waits for all it may, none.

    Raises NotFound, Limited `too_many_waiting` for a network address with too many wishes, Refused: invalid, zip_needed, or as
    `offered_service` does. None of it depends on the address.
    """
    email, wanted = read_email(asked.email), asked.wanted
    with transaction() as session:
        check_days(wanted.wait, now)
        provider = provider_waited_for(session, wanted, None)
        wait_turn(session, f"waiting from {asked.origin}")
        if count_from(session, asked.origin, now, local_day(to_minute(now))) >= OPEN_ENTRIES_AN_ORIGIN:
            raise Limited("too_many_waiting", "Too many wait from this address. Sign in, or try again tomorrow.")
        person = add_guest(session, now)
        person.email = email
        entry = add_entry(session, wanted, provider, person.id, now)
        session.add(WaitlistGuest(entry_id=entry.id, origin=asked.origin, asked_at=now))
        session.flush()
        often = count_failure(session, vault().fingerprint(email, "asked to wait"), now) > MOST_ASKED
        if not often and _open_of(session, email, now) < OPEN_ENTRIES:
            write_confirm(session, entry, provider, person, base_url, now)
        audit.record(session, audit.Deed(now, doer.name, "waitlist.asked", "waitlist", entry.public_id))


def confirm_waiting(public_id: str, doer: Doer, base_url: str, now: datetime) -> None:
    """Put a guest's wish in line, behind everybody who is there already; the caller has looked at the key. A second time changes nothing.

    Raises NotFound, Conflict `wrong_state` for a wish that was taken back or waited too long, Limited `too_many_waiting`.
    """
    with transaction() as session:
        waiting = get_waiting(session, public_id)
        entry = waiting.entry
        session.refresh(entry, with_for_update=True)
        guest = session.get(WaitlistGuest, entry.id, populate_existing=True)
        if guest is None:
            raise NotFound("not_found", "There is no such wish on the waitlist.")
        if guest.confirmed_at is not None:
            return
        if entry.left_at is not None or not may_confirm(guest.asked_at, now) or entry.until_on < local_day(to_minute(now)):
            raise Conflict("wrong_state", "This link is no longer good. Ask once more to be put on the waitlist.")
        person = session.get_one(Person, entry.person_id)
        wait_turn(session, address_turn(person))
        if _open_of(session, person.email or "", now) >= OPEN_ENTRIES:
            raise Limited("too_many_waiting", f"You wait for {OPEN_ENTRIES} things already. Take one off the list first.")
        person.email_confirmed_at = guest.confirmed_at = entry.created_at = now
        write_joined(session, entry, waiting.provider, person, base_url, now)
        days = {"from": entry.from_on.isoformat(), "to": entry.until_on.isoformat()}
        audit.record(session, audit.Deed(now, doer.name, "waitlist.joined", "waitlist", entry.public_id, days))


def _open_of(session: Session, email: str, now: datetime) -> int:
    """How many wishes of a confirmed address are open, of its account and of guests."""
    known = session.scalars(
        select(Person).where(Person.email == email, Person.email_confirmed_at.is_not(None)).order_by(Person.id).limit(1)
    ).first()
    if known is None:
        return 0
    return sum(is_open(one, now) for one in list_waiting(session, WaitlistEntry.person_id.in_(same_address(session, known))))
