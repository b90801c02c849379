"""The way out to calendars: one visit as an iCalendar file. No health word, surname or street is in it unless its reader owns them.

Instants go out in UTC, because a local time is ambiguous in the hour that November repeats; the time zone still comes along for
calendars that show where the time was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

PRODUCT = "-//Licensed Hands//Visits//EN"
ALARM_MINUTES = 60
CANCELLED = ("cancelled", "expired", "no_show")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class VisitEvent:
    """What a calendar may know of a visit."""

    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    location: str | None
    link: str
    organizer: str | None = None
    attendee: str | None = None


def event_of_facts(facts: Mapping[str, Any], *, for_provider: bool) -> VisitEvent:
    """The event a letter's facts tell of."""
    return VisitEvent(
        uid=facts["uid"],
        sequence=facts["sequence"],
        status=facts["status"],
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        ends_at=datetime.fromisoformat(facts["ends_at"]),
        changed_at=datetime.fromisoformat(facts["changed_at"]),
        summary=f"Visit {facts['reference']}" if for_provider else f"Visit with {facts['provider_name']}",
        location=facts["place"] or (f"Manhattan, {facts['zip']}" if facts["zip"] else None),
        link=facts["link"],
    )


def visit_file(event: VisitEvent, method: str = "PUBLISH") -> bytes:
    """One visit as a calendar file; `method` is PUBLISH for files and REQUEST or CANCEL for letters."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(event))
    return calendar.to_ical()


def _event(event: VisitEvent) -> Event:
    made = Event()
    made.add("uid", event.uid)
    made.add("dtstamp", event.changed_at.astimezone(UTC))
    made.add("last-modified", event.changed_at.astimezone(UTC))
    made.add("dtstart", event.starts_at.astimezone(UTC))
    made.add("dtend", event.ends_at.astimezone(UTC))
    made.add("sequence", event.sequence)
    made.add("summary", event.summary)
    made.add("class", "PRIVATE")
    made.add("transp", "OPAQUE")
    made.add("status", _status(event.status))
    made.add("url", event.link)
    if event.location:
        made.add("location", event.location)
    if event.organizer:
        made["organizer"] = vCalAddress(f"mailto:{event.organizer}")
    if event.attendee:
        attendee = vCalAddress(f"mailto:{event.attendee}")
        attendee.params["RSVP"] = vText("FALSE")
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        made.add("attendee", attendee, encode=False)
    if event.status not in CANCELLED:
        made.add_component(_alarm())
    return made


def _status(status: str) -> str:
    if status in CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if status == "requested" else "CONFIRMED"


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Visit")
    alarm.add("trigger", timedelta(minutes=-ALARM_MINUTES))
    return alarm


def google_link(event: VisitEvent) -> str:
    """A link that opens Google Calendar with the visit filled in."""
    dates = f"{event.starts_at.astimezone(UTC):{_STAMP}}/{event.ends_at.astimezone(UTC):{_STAMP}}"
    query = {"action": "TEMPLATE", "text": event.summary, "dates": dates, "location": event.location or "", "details": event.link}
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def outlook_link(event: VisitEvent) -> str:
    """A link that opens Outlook on the web with the visit filled in."""
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": event.summary,
        "startdt": event.starts_at.astimezone(UTC).isoformat(),
        "enddt": event.ends_at.astimezone(UTC).isoformat(),
        "location": event.location or "",
        "body": event.link,
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"
