"""Events as Microsoft 365 and Outlook (Graph v1.0) write them: read as calendar objects, and ours written as it takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from providers.calendars.rules.copies import Shown, event_id
from providers.calendars.rules.objects import At, Told, as_object, day_at, part, word

# Named properties of our own (their set is ours alone): the visit's UID, by which it is known again, and the name of the copy, by
# which it is found.
PROPERTY = "String {6f0d3c52-8b5e-4f0e-9b0b-2d1d8c1c7a54} Name LicensedHandsVisit"
NAME_PROPERTY = "String {6f0d3c52-8b5e-4f0e-9b0b-2d1d8c1c7a54} Name LicensedHandsCopy"
# What is asked for of an event, and so all that is ever handed over: no subject, no body, no place, nobody's name.
TOLD = "id,iCalUId,showAs,isCancelled,isAllDay,start,end,originalStartTimeZone,responseStatus"
_STAMP = "%Y-%m-%dT%H:%M:%S"


def read_events(items: Iterable[object]) -> list[bytes]:
    """The occurrences of a time (series are taken apart there) as calendar objects, times being asked for in UTC."""
    return [as_object(_told(item)) for item in items]


def _told(item: object) -> Told:
    whole = part(item, "isAllDay") is True
    zone = word(item, "originalStartTimeZone")
    declined = word(part(item, "responseStatus"), "response") == "declined"
    return Told(
        uid=word(item, "iCalUId") or word(item, "id"),
        mark=marked(item),
        begin=_at(part(item, "start"), zone, whole=whole),
        end=_at(part(item, "end"), zone, whole=whole),
        busy=word(item, "showAs") != "free" and not declined,
        cancelled=part(item, "isCancelled") is True,
    )


def marked(item: object) -> str:
    """Our UID in an event; nothing where it is not ours."""
    found = part(item, "singleValueExtendedProperties")
    return next((word(one, "value") for one in found if word(one, "id") == PROPERTY), "") if isinstance(found, list) else ""


def _at(said: object, zone: str, *, whole: bool) -> At:
    """A day without a time is one of the zone in which it was made; its midnight is told without one."""
    text, own = word(said, "dateTime"), word(said, "timeZone")
    if whole:
        return day_at(text, zone or own)
    return At(f"{text}Z", "") if own.upper() == "UTC" and text and not text.endswith("Z") else At(text, own)


def visit_body(uid: str, shown: Shown) -> dict[str, Any]:
    """One of our visits as Graph takes it: private, with a reminder only where one was agreed, and nobody invited."""
    minutes = shown.alarm_minutes
    return {
        "subject": shown.summary,
        "body": {"contentType": "text", "content": shown.words},
        "location": {"displayName": shown.location},
        "start": _moment(shown.starts_at),
        "end": _moment(shown.ends_at),
        "isAllDay": False,
        "showAs": "busy",
        "sensitivity": "private",
        "isReminderOn": minutes is not None,
        "reminderMinutesBeforeStart": minutes or 0,
        "singleValueExtendedProperties": [{"id": PROPERTY, "value": uid}, {"id": NAME_PROPERTY, "value": event_id(uid)}],
    }


def _moment(at: datetime) -> dict[str, str]:
    return {"dateTime": f"{at.astimezone(UTC):{_STAMP}}", "timeZone": "UTC"}
