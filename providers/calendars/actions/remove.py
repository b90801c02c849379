"""Removing a calendar: its time is free at once."""

from __future__ import annotations

from datetime import datetime

from marketplace.db import transaction
from providers.calendars.changes import drop_calendar, note
from providers.calendars.queries import get_calendar
from providers.registry.changes import own_provider
from providers.registry.rules import Owner
from providers.schedule.changes import lay_ahead


def remove_calendar(owner: Owner, public_id: str, now: datetime) -> None:
    """Forget a calendar and give its time back. Raises NotFound."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        calendar = get_calendar(session, provider.id, public_id)
        note(session, calendar, "calendar_removed", owner.actor, now)
        drop_calendar(session, calendar)
        session.flush()
        lay_ahead(session, provider.id, now)
