"""Removing a calendar: its time is free at once."""

from __future__ import annotations

from datetime import datetime

from marketplace.db import transaction
from providers.calendars.changes import note
from providers.calendars.queries import get_calendar
from providers.registry.changes import own_provider
from providers.registry.rules import Owner
from providers.schedule.changes import lay_ahead, replace_outside

FAR = 2**31 - 1


def remove_calendar(owner: Owner, public_id: str, now: datetime) -> None:
    """Forget a calendar and give its time back. Raises NotFound."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        calendar = get_calendar(session, provider.id, public_id)
        replace_outside(session, provider.id, calendar.id, (), FAR)
        note(session, calendar, "calendar_removed", owner.actor, now)
        session.delete(calendar)
        session.flush()
        lay_ahead(session, provider.id, now)
