"""Adding a calendar: a link, which is looked at from now on, or a file, which is read at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.vault import vault
from providers.calendars.changes import note, take_reading
from providers.calendars.feed_port import Feeds, Unavailable
from providers.calendars.models import OutsideCalendar
from providers.calendars.queries import list_calendars, own_uids
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.reading import Reading, Unreadable, Window
from providers.calendars.rules.syncing import FILE, LINK, MOST_CALENDARS, window_of
from providers.registry.changes import own_provider
from providers.registry.queries import find_own_id
from providers.registry.rules import Owner

Reader = Callable[[bytes, Window], Reading]


@dataclass(frozen=True)
class Draft:
    """A calendar as asked for. `places` lets the places of its events count for travel."""

    name: str
    places: bool = False


def add_link(owner: Owner, draft: Draft, address: str, feeds: Feeds, now: datetime) -> str:
    """Add a calendar by its address; gives its public id. It is first looked at by `sync_calendar`.

    Raises Refused `bad_address` for one that is never asked and `too_many_calendars`, Conflict `calendar_known`.
    """
    try:
        feeds.check(address)
    except AddressRefused as refusal:
        raise Refused("bad_address", refusal.sentence, faults=[FieldFault("url", refusal.sentence)]) from None
    except Unavailable:
        pass  # a name that nobody knows now may be known soon
    fingerprint = vault().fingerprint(address, "calendar")
    with transaction() as session:
        provider = own_provider(session, owner, now)
        known = list_calendars(session, provider.id)
        if any(one.address_hash == fingerprint for one in known):
            raise Conflict("calendar_known", "You have added this calendar already.")
        calendar = _new(session, provider.id, draft, LINK, len(known), now)
        calendar.address, calendar.address_hash, calendar.next_sync_at = address, fingerprint, now
        session.flush()
        note(session, calendar, "calendar_added", owner.actor, now, kind=LINK)
        return calendar.public_id


def add_file(owner: Owner, draft: Draft, content: bytes, reader: Reader, now: datetime) -> str:
    """Add a calendar by an uploaded file; gives its public id. Of the file nothing is kept but its busy times.

    Raises Refused `unreadable_calendar` with the reason, `too_many_calendars`.
    """
    window = replace(window_of(FILE, now), own=own_uids(db.session(), find_own_id(db.session(), owner.account_id)))
    db.session.rollback()
    try:
        reading = reader(content, window)
    except Unreadable as reason:
        raise Refused("unreadable_calendar", reason.sentence, faults=[FieldFault("file", reason.sentence)]) from None
    with transaction() as session:
        provider = own_provider(session, owner, now)
        calendar = _new(session, provider.id, draft, FILE, len(list_calendars(session, provider.id)), now)
        session.flush()
        note(session, calendar, "calendar_added", owner.actor, now, kind=FILE)
        take_reading(session, calendar, reading, window, owner.actor, now, agreed=True)
        return calendar.public_id


def _new(session: Session, provider_id: int, draft: Draft, kind: str, known: int, now: datetime) -> OutsideCalendar:
    if known >= MOST_CALENDARS:
        raise Refused("too_many_calendars", f"You have {MOST_CALENDARS} calendars already. Remove one first.")
    calendar = OutsideCalendar(provider_id=provider_id, name=draft.name, kind=kind, places=draft.places, added_at=now)
    calendar.warnings, calendar.events, calendar.unplaced, calendar.failures = [], 0, 0, 0
    session.add(calendar)
    return calendar
