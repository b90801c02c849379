"""The verbs of feeds: a new address, no address, and that one was used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from booking.calendars.changes import Whose, give_secret, lock_feeds, take_secret
from booking.calendars.models import CalendarFeed
from booking.calendars.rules import DETAILS_OF
from marketplace.audit import Deed, record
from marketplace.db import transaction


def rotate_feeds(whose: Whose, detail: str | None, actor: str, now: datetime) -> None:
    """A new address for one level of detail; without one, for every level that has an address, or for all where none has."""
    with transaction() as session:
        feeds = lock_feeds(session, whose)
        live = [feed.detail for feed in feeds.values() if feed.token_hash is not None]
        wanted = [detail] if detail else live or list(DETAILS_OF[whose.audience])
        for one in wanted:
            give_secret(session, whose, feeds.get(one), one, now)
        record(session, Deed(now, actor, "calendar.rotated", whose.audience, whose.name, {"details": wanted}))


def revoke_feeds(whose: Whose, detail: str | None, actor: str, now: datetime) -> None:
    """No address any more, for one level of detail or for all; what was revoked already stays so."""
    with transaction() as session:
        gone = [feed for feed in lock_feeds(session, whose).values() if feed.token_hash is not None and detail in (None, feed.detail)]
        for feed in gone:
            take_secret(session, feed)
        if gone:
            record(session, Deed(now, actor, "calendar.revoked", whose.audience, whose.name, {"details": [feed.detail for feed in gone]}))


def note_use(feed_id: int, now: datetime) -> None:
    """A calendar has asked for the feed."""
    with transaction() as session:
        session.execute(update(CalendarFeed).where(CalendarFeed.id == feed_id).values(last_used_at=now))
