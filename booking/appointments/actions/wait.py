"""Waiting for a time: joining the list and leaving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer
from booking.appointments.changes.waiting import write_joined
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import Waiting, get_waiting, has_visit_with, list_waiting, wish_of
from booking.appointments.rules.waiting import OFFERED, OPEN_ENTRIES, WAITING, Wait, state_of, window_fault
from booking.openings.rules.asking import Wish, offered_service
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Limited, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import withdraw_letters
from providers.profiles.queries import find_provider_id, get_facts
from providers.profiles.rules import MOBILE
from providers.registry.changes import lock_provider
from providers.registry.models import Provider
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


@dataclass(frozen=True)
class WaitWish:
    """What is waited for: with whom (slug; None: anybody), which visit, and when. With anybody the wish's service is empty."""

    provider: str | None
    wish: Wish
    wait: Wait


def join_waitlist(wanted: WaitWish, person_id: int, doer: Doer, base_url: str, now: datetime) -> Waiting:
    """Put a wish on the list. What can never be booked is not waited for.

    Raises NotFound, Limited `too_many_waiting`, Refused: invalid, email_unconfirmed, zip_needed, or as `offered_service` does.
    """
    with transaction() as session:
        person = session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()
        if person.email is None or person.email_confirmed_at is None:
            raise Refused("email_unconfirmed", "Confirm your e-mail address first: that is where offers go.")
        today, wait = local_day(to_minute(now)), wanted.wait
        fault = window_fault(wait.from_on, wait.until_on, today)
        if fault is not None:
            raise Refused("invalid", fault, faults=[FieldFault("to", fault)])
        provider = _provider(session, wanted, person_id)
        waiting = list_waiting(session, WaitlistEntry.person_id == person_id)
        if sum(_open(one, now) for one in waiting) >= OPEN_ENTRIES:
            raise Limited("too_many_waiting", f"You wait for {OPEN_ENTRIES} things already. Take one off the list first.")
        entry = _entry(wanted, provider, person_id, now)
        session.add(entry)
        session.flush()
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
        withdraw_letters(session, about=public_id, kinds=("waitlist_offer",), now=now)
        audit.record(session, audit.Deed(now, doer.name, "waitlist.left", "waitlist", public_id))


def _provider(session: Session, wanted: WaitWish, person_id: int) -> Provider | None:
    """Whom they wait for, if that is one provider who could be booked for the wish."""
    if wanted.provider is None:
        if wanted.wish.setting in MOBILE and wanted.wish.zip is None:
            raise Refused("zip_needed", "A visit at your place needs its ZIP code, because travel counts.")
        return None
    provider_id = find_provider_id(session, wanted.provider)
    if provider_id is None:
        raise NotFound("not_found", "There is no such provider.")
    service = offered_service(get_facts(session, provider_id), wish_of(session, wanted.wish, provider_id, person_id))
    if service.first_visit_only and has_visit_with(session, provider_id, person_id):
        raise Refused("not_bookable", "This service is for a first visit, and you have one with this provider already.")
    return session.get_one(Provider, provider_id)


def _open(one: Waiting, now: datetime) -> bool:
    today = local_day(to_minute(now))
    left = one.entry.left_at is not None
    return state_of(left=left, until_on=one.entry.until_on, today=today, offers=one.states(now)) in (WAITING, OFFERED)


def _entry(wanted: WaitWish, provider: Provider | None, person_id: int, now: datetime) -> WaitlistEntry:
    return WaitlistEntry(
        person_id=person_id,
        provider_id=provider.id if provider else None,
        service_code=wanted.wish.service if provider else None,
        minutes=wanted.wish.minutes,
        setting=wanted.wish.setting,
        zip=wanted.wish.zip,
        from_on=wanted.wait.from_on,
        until_on=wanted.wait.until_on,
        parts=sorted(wanted.wait.parts),
        created_at=now,
    )
