"""Putting a wish on the waitlist inside the caller's transaction: for somebody with an account, or for a guest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import Waiting, has_visit_with, wish_of
from booking.appointments.rules.waiting import OFFERED, WAITING, Wait, state_of, window_fault
from booking.openings.rules.asking import Wish, offered_service
from marketplace.accounts.models import Person
from marketplace.kernel.errors import FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault
from providers.profiles.queries import find_provider_id, get_facts
from providers.profiles.rules import MOBILE
from providers.registry.models import Provider


@dataclass(frozen=True)
class WaitWish:
    """What is waited for: with whom (slug; None: anybody), which visit, and when. With anybody the wish's service is empty."""

    provider: str | None
    wish: Wish
    wait: Wait


def check_days(wait: Wait, now: datetime) -> None:
    """Raises Refused `invalid` for days that nobody can wait for."""
    fault = window_fault(wait.from_on, wait.until_on, local_day(to_minute(now)))
    if fault is not None:
        raise Refused("invalid", fault, faults=[FieldFault("to", fault)])


def provider_waited_for(session: Session, wanted: WaitWish, person_id: int | None) -> Provider | None:
    """Whom they wait for, if that is one provider who could be booked for the wish. Raises NotFound, Refused as `offered_service` does."""
    if wanted.provider is None:
        if wanted.wish.setting in MOBILE and wanted.wish.zip is None:
            raise Refused("zip_needed", "A visit at your place needs its ZIP code, because travel counts.")
        return None
    provider_id = find_provider_id(session, wanted.provider)
    if provider_id is None:
        raise NotFound("not_found", "There is no such provider.")
    service = offered_service(get_facts(session, provider_id), wish_of(session, wanted.wish, provider_id, person_id))
    if service.first_visit_only and person_id is not None and has_visit_with(session, provider_id, person_id):
        raise Refused("not_bookable", "This service is for a first visit, and you have one with this provider already.")
    return session.get_one(Provider, provider_id)


def address_turn(person: Person) -> str:
    """The turn in which everything happens that is counted by somebody's address, whichever of their persons it is about."""
    return f"waiting of {vault().fingerprint(person.email or str(person.id), 'waiting')}"


def is_open(one: Waiting, now: datetime) -> bool:
    """Whether a wish is in line, or a time is offered for it."""
    left = one.entry.left_at is not None
    return state_of(left=left, until_on=one.entry.until_on, today=local_day(to_minute(now)), offers=one.states(now)) in (WAITING, OFFERED)


def is_for_the_same(entry: WaitlistEntry, wanted: WaitWish, provider: Provider | None) -> bool:
    """Whether a wish on the list is this wish: the same visit with the same provider, on the same days."""
    wish, wait = wanted.wish, wanted.wait
    with_whom = (None, None) if provider is None else (provider.id, wish.service)
    return (
        (entry.provider_id, entry.service_code) == with_whom
        and (entry.minutes, entry.setting, entry.zip) == (wish.minutes, wish.setting, wish.zip)
        and (entry.from_on, entry.until_on, frozenset(entry.parts)) == (wait.from_on, wait.until_on, wait.parts)
    )


def add_entry(session: Session, wanted: WaitWish, provider: Provider | None, person_id: int, now: datetime) -> WaitlistEntry:
    """The wish as a row; its place in line is that of `now`."""
    entry = WaitlistEntry(
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
    session.add(entry)
    session.flush()
    return entry
