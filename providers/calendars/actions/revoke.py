"""Making tokens worthless at the other side that nobody here uses any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete

from marketplace.db import db, transaction
from providers.calendars.feed_port import Unavailable
from providers.calendars.models import CalendarRevocation
from providers.calendars.oauth_port import House, revoke
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.syncing import next_look

# After this long nobody answers any more; the token is forgotten all the same.
TRIED_FOR = timedelta(days=3)


def revoke_token(row_id: int, houses: Mapping[str, House], now: datetime) -> bool:
    """Give one token back; says whether that is done. May be repeated: a token that is worthless already is well."""
    row = db.session.get(CalendarRevocation, row_id)
    house = houses.get(row.kind) if row is not None else None
    token, asked_at = (row.token, row.asked_at) if row is not None else ("", now)
    db.session.rollback()
    done = row is None or house is None or house.revoke_url is None or _revoke(house, token)
    with transaction() as session:
        if done or now - asked_at > TRIED_FOR:
            session.execute(delete(CalendarRevocation).where(CalendarRevocation.id == row_id))
        elif (again := session.get(CalendarRevocation, row_id)) is not None:
            again.failures += 1
            again.next_try_at = next_look(now, again.failures)
    return done


def _revoke(house: House, token: str) -> bool:
    try:
        revoke(house, token)
    except (AddressRefused, Unavailable):
        return False
    return True
