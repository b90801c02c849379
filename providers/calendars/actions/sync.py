"""Looking at a calendar again. The network and the reading come first, one transaction for what was found comes after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import from_minute
from providers.calendars.account_port import SignIn, open_account
from providers.calendars.changes import (
    keep_grant,
    note_bad_look,
    note_good_look,
    note_login_good,
    note_login_lost,
    sign_in_of,
    take_reading,
)
from providers.calendars.dav_port import LoginRefused
from providers.calendars.feed_port import Feeds, Seen, Unavailable
from providers.calendars.models import OutsideCalendar
from providers.calendars.oauth_port import House
from providers.calendars.queries import find_account_of, get_calendar, own_uids
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.oauth import Grant
from providers.calendars.rules.reading import Reading, Unreadable, Window
from providers.calendars.rules.syncing import LAST_AGAIN, LINK, window_of
from providers.registry.changes import lock_provider
from providers.schedule.changes import lay_ahead

# Events at the edges are asked for as well: servers see times without a zone in a zone of theirs.
ASKED_MORE = timedelta(days=2)
Reader = Callable[[bytes, Window], Reading]


@dataclass(frozen=True)
class Looking:
    """How calendars are looked at: the way to them, the reader of what they say, the page that a letter about them leads to, and the
    houses that let programs in by OAuth, by their kind.
    """

    feeds: Feeds
    reader: Reader
    desk: str = ""
    houses: Mapping[str, House] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a look brought: a reading with its marks, nothing new (`reading` None), or the sentence why nothing is known.

    `lost`: the server takes the password no more. `wait_seconds`: it asks not to be asked again so soon. `fresh`: tokens made anew.
    """

    reading: Reading | None = None
    seen: Seen | None = None
    fault: str | None = None
    lost: bool = False
    wait_seconds: int = 0
    fresh: Grant | None = None


def sync_calendar(provider_id: int | None, public_id: str, looking: Looking, actor: str, now: datetime, *, agreed: bool = False) -> bool:
    """Look at a linked calendar now; says whether it could be read. What it said last stays where it could not.

    `agreed`: the provider says that a sudden loss is right. Raises NotFound, Refused `not_a_link`.
    """
    calendar = get_calendar(db.session(), provider_id, public_id)
    if calendar.kind != LINK or calendar.address is None:
        raise Refused("not_a_link", "This calendar came as a file. Upload the new file and remove this one.")
    whose, address = calendar.provider_id, calendar.address
    window = replace(window_of(calendar.kind, now), own=own_uids(db.session(), whose))
    account = find_account_of(db.session(), calendar.id)
    login = sign_in_of(account) if account is not None else None
    seen = Seen() if agreed or _must_be_read_anew(calendar, window) else Seen(calendar.etag, calendar.last_modified)
    db.session.rollback()
    found = _look(address, seen, window, looking) if login is None else _look_through(login, address, seen, window, looking, now)
    with transaction() as session:
        lock_provider(session, whose)
        calendar = get_calendar(session, whose, public_id)
        _store(session, calendar, found, window, (actor, now), agreed=agreed)
        if login is not None:
            _note_login(session, calendar, login, found, looking.desk, (actor, now))
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


def _look_through(login: SignIn, address: str, seen: Seen, window: Window, looking: Looking, now: datetime) -> Found:
    """The same through an account. Its mark stands where a link's ETag does; what comes after the window is never asked, so never known."""
    try:
        opened = open_account(looking.feeds, looking.houses, login, now)
    except Unavailable as reason:
        return Found(fault=reason.sentence)
    try:
        since_at, until_at = from_minute(window.from_minute) - ASKED_MORE, from_minute(window.until_minute) + ASKED_MORE
        look = opened.door.look(address, seen.etag, since_at, until_at)
        if look.objects is None:
            return Found(seen=Seen(look.mark), fresh=opened.fresh)
        reading = looking.reader(b"".join(look.objects), replace(window, objects=tuple(map(len, look.objects))))
        return Found(replace(reading, endless=True), Seen(look.mark), fresh=opened.fresh)
    except LoginRefused as reason:
        return Found(fault=reason.sentence, lost=True, fresh=opened.fresh)
    except Unavailable as reason:
        return Found(fault=reason.sentence, wait_seconds=reason.wait_seconds, fresh=opened.fresh)
    except (AddressRefused, Unreadable) as reason:
        return Found(fault=reason.sentence, fresh=opened.fresh)


def _note_login(session: Session, calendar: OutsideCalendar, login: SignIn, found: Found, desk: str, by: tuple[str, datetime]) -> None:
    account = find_account_of(session, calendar.id)
    if account is None or account.logins != login.logins:
        return
    keep_grant(account, found.fresh)
    if found.lost:
        note_login_lost(session, account, found.fault or "", desk, *by)
        calendar.next_sync_at = by[1] + LAST_AGAIN
    elif found.fault is None:
        note_login_good(account)


def _store(session: Session, calendar: OutsideCalendar, found: Found, window: Window, by: tuple[str, datetime], *, agreed: bool) -> None:
    actor, now = by
    if found.fault is not None:
        note_bad_look(session, calendar, found.fault, actor, now, found.wait_seconds)
        return
    if found.reading is None:
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
