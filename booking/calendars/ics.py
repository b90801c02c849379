"""The way out to calendars, as iCalendar text (RFC 5545, 7986) and as links that open a calendar's own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText

from booking.calendars.rules import ALARM, ENDED, REFRESH, VisitEvent, calendar_status, for_two, on_the_wall, plain
from providers.calendars.rules.copies import OwnVisit, Shown
from providers.calendars.rules.lines import OWN_MARK
from providers.services.rules.calls import noun

PRODUCT = "-//Licensed Hands//Visits//EN"
ZONE = "America/New_York"
GUESTS = "/visits"
_STAMP = "%Y%m%dT%H%M%SZ"
_END = b"END:VCALENDAR\r\n"
# New York's rules since 2007. Feeds reach back ninety days, so no other ones are needed.
_NEW_YORK = """BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
END:STANDARD
END:VTIMEZONE
"""


def event_of_facts(facts: Mapping[str, Any], *, for_provider: bool) -> VisitEvent:
    """The event a letter's facts tell of. A guest's link is a key to the visit: it stays in the letter, since calendars are shared."""
    what, two = noun(facts["setting"]).capitalize(), "beside_provider" in facts
    return VisitEvent(
        uid=facts["uid"],
        sequence=facts["sequence"],
        status=facts["status"],
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        ends_at=datetime.fromisoformat(facts["ends_at"]),
        changed_at=datetime.fromisoformat(facts["changed_at"]),
        summary=plain(f"{what} {facts['reference']}" if for_provider else f"{what} with {facts['provider_name']}") or what,
        location=plain(facts["place"] or (f"Manhattan, {facts['zip']}" if facts["zip"] else None)),
        link=None if facts["link"].rpartition("/")[0].endswith(GUESTS) else facts["link"],
        words=plain(for_two(facts["beside_provider"])) if two else None,
        alarm=True,
    )


def visit_file(event: VisitEvent, method: str = "PUBLISH") -> bytes:
    """One visit as a calendar file; `method` is PUBLISH for files, REQUEST or CANCEL for letters. RFC 5546 wants an organizer in each."""
    calendar = _calendar()
    calendar.add("method", method)
    return _with_events(calendar, [event])


def visit_copy(event: VisitEvent) -> bytes:
    """One visit as an object of a CalDAV calendar (RFC 4791, 4.1: one UID, no method), with a mark by which it is known again."""
    made = _event(event)
    made.add(OWN_MARK, event.uid)
    calendar = _calendar()
    calendar.add_component(Timezone.from_ical(_NEW_YORK))
    calendar.add_component(made)
    content: bytes = calendar.to_ical()
    return content


def own_visit(event: VisitEvent, *, stands: bool) -> OwnVisit:
    """A visit for its therapist's own calendar, as an object and as what it says; one that does not stand is to be there no more."""
    if not stands:
        return OwnVisit(event.uid, None)
    words = "\n".join(text for text in (event.words, event.link) if text)
    alarm = int(ALARM.total_seconds()) // 60 if event.alarm else None
    shown = Shown(event.starts_at, event.ends_at, event.summary, event.location or "", words, alarm)
    return OwnVisit(event.uid, visit_copy(event), shown)


def feed_file(name: str, events: Iterable[VisitEvent]) -> bytes:
    """A feed to subscribe to: its name, how often to ask, and its events."""
    calendar = _calendar()
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", ZONE)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH.seconds // 60}M")
    return _with_events(calendar, events)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _with_events(calendar: Calendar, events: Iterable[VisitEvent]) -> bytes:
    calendar.add_component(Timezone.from_ical(_NEW_YORK))
    return b"".join((calendar.to_ical().removesuffix(_END), *(_event_text(event) for event in events), _END))


@lru_cache(maxsize=8192)
def _event_text(event: VisitEvent) -> bytes:
    """An event's lines. Calendars ask again and again for what has not changed."""
    return _event(event).to_ical()


def _event(event: VisitEvent) -> Event:
    made = Event()
    ended = event.status in ENDED
    starts_at, ends_at = on_the_wall(event.starts_at, event.ends_at)
    made.add("uid", event.uid)
    made.add("dtstamp", event.changed_at.astimezone(UTC))
    made.add("last-modified", event.changed_at.astimezone(UTC))
    made.add("dtstart", starts_at)
    made.add("dtend", ends_at)
    made.add("sequence", event.sequence)
    made.add("summary", event.summary)
    made.add("class", "PRIVATE")
    made.add("transp", "TRANSPARENT" if ended else "OPAQUE")
    made.add("status", calendar_status(event.status))
    for name, text in (("url", event.link), ("location", event.location), ("description", event.words)):
        if text:
            made.add(name, text)
    _add_people(made, event)
    if event.alarm and not ended:
        made.add_component(_alarm())
    return made


def _add_people(made: Event, event: VisitEvent) -> None:
    if event.organizer:
        organizer = vCalAddress(f"mailto:{event.organizer}")
        organizer.params["CN"] = vText("Licensed Hands")
        made["organizer"] = organizer
    if event.attendee:
        attendee = vCalAddress(f"mailto:{event.attendee}")
        attendee.params["RSVP"] = vText("FALSE")
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        made.add("attendee", attendee, encode=False)


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Visit")
    alarm.add("trigger", -ALARM)
    return alarm


def google_link(event: VisitEvent) -> str:
    """A link that opens Google Calendar with the visit filled in."""
    dates = f"{event.starts_at.astimezone(UTC):{_STAMP}}/{event.ends_at.astimezone(UTC):{_STAMP}}"
    query = {"action": "TEMPLATE", "text": event.summary, "dates": dates, "location": event.location or "", "details": _details(event)}
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
        "body": _details(event),
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"


def _details(event: VisitEvent) -> str:
    """What is said beside the time, and where there is more."""
    return "\n".join(one for one in (event.words, event.link) if one)


def webcal_link(url: str) -> str:
    """The feed's address as programs on a phone or a desk take it: a tap asks whether to subscribe."""
    return f"webcal://{url.partition('://')[2]}"


def google_feed_link(url: str) -> str:
    """A link that asks Google Calendar to subscribe to a feed."""
    return f"https://calendar.google.com/calendar/render?cid={quote(webcal_link(url), safe='')}"


def outlook_feed_link(url: str, name: str) -> str:
    """A link that asks Outlook on the web to subscribe to a feed."""
    return f"https://outlook.live.com/calendar/0/addfromweb?{urlencode({'url': url, 'name': name})}"
