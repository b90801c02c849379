"""Secrets of feeds, inside the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.calendars.ics import own_visit
from booking.calendars.models import CalendarFeed
from booking.calendars.queries import visits_to_copy
from booking.calendars.rules import AUDIENCE_OF_ROLE, CLINIC, DETAILS_OF, ENDED, PROVIDER, copies_at, feed_event
from marketplace.accounts.models import Account
from marketplace.vault import secret_hash
from providers.calendars.queries import Telling
from providers.calendars.rules.copies import OwnVisit

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Whose:
    """Whose feeds: an account's, for the audience it is, or those of a clinic. `name` is the public id or name, for the audit."""

    account_id: int
    audience: str
    name: str
    clinic_id: int | None = None


def lock_feeds(session: Session, whose: Whose) -> dict[str, CalendarFeed]:
    """The feeds by their detail, live or revoked, locked with their account so that two hands come one after the other."""
    session.execute(select(Account.id).where(Account.id == whose.account_id).with_for_update())
    mine = select(CalendarFeed).where(
        CalendarFeed.account_id == whose.account_id, CalendarFeed.audience == whose.audience, CalendarFeed.clinic_id == whose.clinic_id
    )
    return {feed.detail: feed for feed in session.scalars(mine.order_by(CalendarFeed.id).execution_options(populate_existing=True))}


def give_secret(session: Session, whose: Whose, feed: CalendarFeed | None, detail: str, now: datetime) -> CalendarFeed:
    """A feed with a new secret; the old one leads nowhere from now on."""
    if feed is None:
        feed = CalendarFeed(account_id=whose.account_id, audience=whose.audience, clinic_id=whose.clinic_id, detail=detail)
        session.add(feed)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed.token, feed.token_hash = token, secret_hash(token)
    feed.made_at, feed.last_used_at = now, None
    session.flush()
    return feed


def take_secret(session: Session, feed: CalendarFeed) -> None:
    """The address leads nowhere any more; when it was used last is still known."""
    feed.token = feed.token_hash = None
    session.flush()


def begin_feeds(session: Session, account: Account, now: datetime) -> None:
    """A new account has its own feeds from the first day: nobody knows their addresses before its owner looks at them."""
    audience = AUDIENCE_OF_ROLE[account.role]
    if audience == CLINIC:
        return
    whose = Whose(account.id, audience, account.public_id)
    for detail in DETAILS_OF[audience]:
        give_secret(session, whose, None, detail, now)


def tell_visits(session: Session, provider_id: int, telling: Telling) -> list[OwnVisit]:
    """A provider's visits as their own calendar is to hold them; those that came to nothing are not to stand there."""
    lines = visits_to_copy(session, provider_id, copies_at(telling.now))
    return [own_visit(feed_event(line, PROVIDER, telling.detail, telling.base_url), stands=line.status not in ENDED) for line in lines]
