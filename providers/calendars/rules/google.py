"""Events as Google Calendar (API v3) writes them: read as calendar objects, and ours written as it takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from providers.calendars.rules.copies import Shown
from providers.calendars.rules.objects import At, Told, as_object, day_at, part, word

# Where in an event our own UID stands; nobody but this program can read it there.
PROPERTY = "licensedHandsVisit"
# What is asked for of an event, and so all that is ever handed over: no title, no words, no place, nobody's name.
TOLD = f"id,iCalUID,status,transparency,start,end,attendees(self,responseStatus),extendedProperties/private/{PROPERTY}"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def read_events(items: Iterable[object], zone: str) -> list[bytes]:
    """Single events (series are taken apart there) as calendar objects; days without a time are those of the calendar's zone."""
    return [as_object(_told(item, zone)) for item in items]


def _told(item: object, zone: str) -> Told:
    private = part(part(item, "extendedProperties"), "private")
    return Told(
        uid=word(item, "iCalUID") or word(item, "id"),
        mark=word(private, PROPERTY),
        begin=_at(part(item, "start"), zone),
        end=_at(part(item, "end"), zone),
        busy=word(item, "transparency") != "transparent" and not _declined(part(item, "attendees")),
        cancelled=word(item, "status") == "cancelled",
    )


def _at(said: object, zone: str) -> At:
    if word(said, "dateTime"):
        return At(word(said, "dateTime"), word(said, "timeZone"))
    return day_at(part(said, "date"), zone)


def _declined(attendees: object) -> bool:
    """Whether the calendar's owner has said no to an invitation."""
    mine = [one for one in attendees if part(one, "self") is True] if isinstance(attendees, list) else []
    return bool(mine) and all(word(one, "responseStatus") == "declined" for one in mine)


def visit_body(uid: str, shown: Shown) -> dict[str, Any]:
    """One of our visits as Google takes it: private, with a reminder only where one was agreed, and nobody invited."""
    minutes = shown.alarm_minutes
    return {
        "summary": shown.summary,
        "location": shown.location,
        "description": shown.words,
        "start": _moment(shown.starts_at),
        "end": _moment(shown.ends_at),
        "status": "confirmed",
        "transparency": "opaque",
        "visibility": "private",
        "reminders": {"useDefault": False, "overrides": [] if minutes is None else [{"method": "popup", "minutes": minutes}]},
        "extendedProperties": {"private": {PROPERTY: uid}},
    }


def _moment(at: datetime) -> dict[str, str]:
    return {"dateTime": f"{at.astimezone(UTC):{_STAMP}}", "timeZone": "America/New_York"}
