"""Looking at a calendar again. The network and the reading come first, one transaction for what was found comes after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.kernel.errors import Refused
from providers.calendars.changes import note_bad_look, note_good_look, take_reading
from providers.calendars.feed_port import Feeds, Seen, Unavailable
from providers.calendars.models import OutsideCalendar
from providers.calendars.queries import get_calendar, own_uids
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.reading import Reading, Unreadable, Window
from providers.calendars.rules.syncing import LINK, window_of
from providers.registry.changes import lock_provider
from providers.schedule.changes import lay_ahead

Reader = Callable[[bytes, Window], Reading]


@dataclass(frozen=True)
class Looking:
    """How calendars are looked at: the way to them and the reader of what they say."""

    feeds: Feeds
    reader: Reader


@dataclass(frozen=True)
class Found:
    """What a look brought: a reading with its marks, nothing new (`reading` None), or the sentence why nothing is known."""

    reading: Reading | None = None
    seen: Seen | None = None
    fault: str | None = None


def sync_calendar(provider_id: int | None, public_id: str, looking: Looking, actor: str, now: datetime, *, agreed: bool = False) -> bool:
    """Look at a linked calendar now; says whether it could be read. What it said last stays where it could not.

    `agreed`: the provider says that a sudden loss is right. Raises NotFound, Refused `not_a_link`.
    """
    calendar = get_calendar(db.session(), provider_id, public_id)
    if calendar.kind != LINK or calendar.address is None:
        raise Refused("not_a_link", "This calendar came as a file. Upload the new file and remove this one.")
    whose, address = calendar.provider_id, calendar.address
    window = replace(window_of(calendar.kind, now), own=own_uids(db.session(), whose))
    seen = Seen() if agreed or _must_be_read_anew(calendar, window) else Seen(calendar.etag, calendar.last_modified)
    db.session.rollback()
    found = _look(address, seen, window, looking)
    with transaction() as session:
        lock_provider(session, whose)
        _store(session, get_calendar(session, whose, public_id), found, window, (actor, now), agreed=agreed)
    return found.fault is None


def _must_be_read_anew(calendar: OutsideCalendar, window: Window) -> bool:
    """What goes on for ever is read again when there is a new month to know of; so is what a flag keeps in doubt."""
    beyond = calendar.known_until_minute is not None and calendar.known_until_minute < window.until_minute
    return beyond or calendar.flag is not None or calendar.last_good_at is None or calendar.stale_since is not None


def _look(address: str, seen: Seen, window: Window, looking: Looking) -> Found:
    try:
        fetched = looking.feeds.fetch(address, seen)
        if fetched.content is None:
            return Found(seen=seen)
        return Found(looking.reader(fetched.content, window), Seen(fetched.etag, fetched.last_modified))
    except (AddressRefused, Unavailable, Unreadable) as reason:
        return Found(fault=reason.sentence)


def _store(session: Session, calendar: OutsideCalendar, found: Found, window: Window, by: tuple[str, datetime], *, agreed: bool) -> None:
    actor, now = by
    if found.fault is not None:
        note_bad_look(session, calendar, found.fault, actor, now)
    elif found.reading is None:
        note_good_look(calendar, now)
    else:
        take_reading(session, calendar, found.reading, window, actor, now, agreed=agreed)
        if found.seen is not None:
            calendar.etag, calendar.last_modified = found.seen.etag, found.seen.last_modified


def lay_again(provider_id: int, now: datetime) -> None:
    """Lay the time of a day that has come within reach since."""
    with transaction() as session:
        lock_provider(session, provider_id)
        lay_ahead(session, provider_id, now)
