"""A double of Google Calendar (API v3) on loopback: calendars, series and what replaces parts of them, tokens of change, partial answers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from tests.support.oauth import Answer, Asked, Fault, House, serving

SCOPES = tuple(f"https://www.googleapis.com/auth/{name}" for name in ("calendar.events.readonly", "calendar.calendarlist.readonly", "calendar.app.created"))  # fmt: skip
ID = re.compile(r"[a-v0-9]{5,1024}")
LIST = {"singleEvents", "maxResults", "maxAttendees", "syncToken", "pageToken", "timeMin", "timeMax", "fields"}
EVENT = {
    "id",
    "summary",
    "location",
    "description",
    "start",
    "end",
    "status",
    "transparency",
    "visibility",
    "reminders",
    "extendedProperties",
}
PRIMARY = "anna@example.com"


@dataclass
class Kept:
    """A calendar there."""

    id: str
    summary: str
    role: str = "owner"
    zone: str = "America/New_York"
    description: str = ""
    primary: bool = False
    ours: bool = False
    events: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Google(House):
    """The house. Tokens of change from before `oldest` are too old."""

    scopes: tuple[str, ...] = SCOPES
    calendars: dict[str, Kept] = field(default_factory=lambda: {PRIMARY: Kept(PRIMARY, "Anna", primary=True)})
    version: int = 0
    oldest: int = 0
    page_size: int = 3

    # --- a hand at the other side

    def put(self, name: str, begin: datetime | date, end: datetime | date, calendar: str = PRIMARY, **more: Any) -> None:
        """Make an event, or change it."""
        key = "dateTime" if isinstance(begin, datetime) else "date"
        event = {"id": name, "iCalUID": f"{name}@google.com", "status": "confirmed", "summary": f"Secret {name}", "start": {key: begin.isoformat()}, "end": {key: end.isoformat()}}  # fmt: skip
        self._store(self.calendars[calendar], event | more)

    def repeat(self, name: str, times: int) -> None:
        """Make an event one that repeats every day, so many times, on the wall of New York."""
        event = self.calendars[PRIMARY].events[name]
        self._store(self.calendars[PRIMARY], event | {"times": times, "changes": {}})

    def change_one(self, name: str, number: int, moved: timedelta | None) -> None:
        """Move one of a series, or take it out."""
        event = self.calendars[PRIMARY].events[name]
        self._store(self.calendars[PRIMARY], event | {"changes": event["changes"] | {number: moved}})

    def drop(self, name: str, calendar: str = PRIMARY) -> None:
        """Delete an event: it stays as a canceled one."""
        kept = self.calendars[calendar]
        self._store(kept, kept.events[name] | {"status": "cancelled"})

    def own(self) -> Kept:
        """The calendar that our program has made; there is one."""
        (found,) = [kept for kept in self.calendars.values() if kept.ours]
        return found

    def copies(self) -> dict[str, dict[str, Any]]:
        """The visits that stand in it, by our UID."""
        live = [event for event in self.own().events.values() if event["status"] != "cancelled"]
        return {event["extendedProperties"]["private"]["licensedHandsVisit"]: event for event in live}

    def _store(self, kept: Kept, event: dict[str, Any]) -> dict[str, Any]:
        self.version += 1
        kept.events[event["id"]] = event | {"etag": f'"{self.version}"', "version": self.version}
        return kept.events[event["id"]]

    # --- the interface

    def api(self, asked: Asked) -> Answer:
        parts = [unquote(part) for part in asked.path.removeprefix("/calendar/v3/").split("/")]
        if parts == ["users", "me", "calendarList"]:
            return 200, self._paged(asked, [_listed(kept) for kept in self.calendars.values()], {"maxResults", "pageToken", "fields"})
        if parts == ["calendars"] and asked.method == "POST":
            assert set(asked.json) <= {"summary", "description", "timeZone"}
            self.version += 1
            kept = Kept(f"made{self.version}@group.calendar.google.com", asked.json["summary"], description=asked.json["description"], ours=True)  # fmt: skip
            self.calendars[kept.id] = kept
            return 200, {"id": kept.id, "summary": kept.summary}
        kept = self.calendars.get(parts[1])  # type: ignore[assignment]
        if parts[0] != "calendars" or parts[2] != "events" or kept is None:
            raise Fault(404, "notFound")
        if asked.method != "GET" and not kept.ours:
            raise Fault(403, "insufficientPermissions")
        return self._event(asked, kept, parts[3]) if len(parts) == 4 else self._events(asked, kept)

    def _event(self, asked: Asked, kept: Kept, name: str) -> Answer:
        found = kept.events.get(name)
        if found is None:
            raise Fault(404, "notFound")
        if asked.headers.get("if-match", found["etag"]) != found["etag"]:
            raise Fault(412, "conditionNotMet")
        if asked.method == "DELETE":
            if found["status"] == "cancelled":
                raise Fault(410, "deleted")
            self._store(kept, found | {"status": "cancelled"})
            return 204, None
        if asked.method == "PUT":
            found = self._store(kept, {"id": name, "iCalUID": found["iCalUID"]} | _known(asked.json))
        return 200, partial(found, asked.query.get("fields"))

    def _events(self, asked: Asked, kept: Kept) -> Answer:
        if asked.method == "POST":
            body = _known(asked.json)
            if not ID.fullmatch(body["id"]):
                raise Fault(400, "invalid")
            if body["id"] in kept.events:
                raise Fault(409, "duplicate")
            return 200, partial(self._store(kept, {"iCalUID": f"{body['id']}@google.com"} | body), asked.query.get("fields"))
        return 200, self._list(asked, kept)

    def _list(self, asked: Asked, kept: Kept) -> dict[str, Any]:
        query = asked.query
        since = -1
        if "syncToken" in query:
            if {"timeMin", "timeMax"} & set(query):
                raise Fault(400, "syncTokenWithRequestRestrictions")
            since = int(query["syncToken"].removeprefix("token-"))
            if since < self.oldest:
                raise Fault(410, "fullSyncRequired")
        low, high = (datetime.fromisoformat(query[name]) if name in query else None for name in ("timeMin", "timeMax"))
        found = []
        for event in kept.events.values():
            if event["version"] > since:
                for one in singles(event, kept.zone) if query.get("singleEvents") == "true" else [(event, None, None)]:
                    inside = low is None or high is None or one[1] is None or (one[2] > low and one[1] < high)
                    if inside and (one[0]["status"] != "cancelled" or since >= 0):
                        found.append(one[0])
        return self._paged(asked, found, LIST, {"timeZone": kept.zone, "nextSyncToken": f"token-{self.version}"})

    def _paged(self, asked: Asked, items: list[dict[str, Any]], known: set[str], last: dict[str, str] | None = None) -> dict[str, Any]:
        if set(asked.query) - known:
            raise Fault(400, "badRequest")
        begin = int(asked.query.get("pageToken", "page-0").removeprefix("page-"))
        size = min(self.page_size, int(asked.query.get("maxResults", "250")))
        said: dict[str, Any] = {"items": items[begin : begin + size], **(last or {})}
        if begin + size < len(items):
            said.pop("nextSyncToken", None)
            said["nextPageToken"] = f"page-{begin + size}"
        return partial(said, asked.query.get("fields"))


def singles(event: dict[str, Any], zone: str) -> Iterator[tuple[dict[str, Any], datetime, datetime]]:
    """An event's occurrences, each as an event of its own with its bounds."""
    times, changes = event.get("times", 1), event.get("changes", {})
    for number in range(times):
        begin, end = (_shifted(event[side], number, changes.get(number) or timedelta(0)) for side in ("start", "end"))
        gone = number in changes and changes[number] is None
        one = event | {"start": begin, "end": end} | ({"status": "cancelled"} if gone else {})
        if times > 1:
            one |= {"id": f"{event['id']}_{number}", "recurringEventId": event["id"]}
        yield one, _instant(begin, zone), _instant(end, zone)


def _shifted(at: dict[str, str], days: int, more: timedelta) -> dict[str, str]:
    if "date" in at:
        return {"date": (date.fromisoformat(at["date"]) + timedelta(days=days)).isoformat()}
    wall = datetime.fromisoformat(at["dateTime"]).astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None) + timedelta(days=days)
    return {
        "dateTime": (wall.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC) + more)
        .astimezone(ZoneInfo("America/New_York"))
        .isoformat()
    }


def _instant(at: dict[str, str], zone: str) -> datetime:
    if "date" in at:
        return datetime.combine(date.fromisoformat(at["date"]), datetime.min.time(), ZoneInfo(zone))
    return datetime.fromisoformat(at["dateTime"])


def _known(body: dict[str, Any]) -> dict[str, Any]:
    if set(body) - EVENT or not {"start", "end"} <= set(body):
        raise Fault(400, "badRequest")
    assert set(body["extendedProperties"]) == {"private"}
    return body


def _listed(kept: Kept) -> dict[str, Any]:
    return {"id": kept.id, "summary": kept.summary, "description": kept.description, "accessRole": kept.role, "timeZone": kept.zone} | ({"primary": True} if kept.primary else {})  # fmt: skip


def partial(said: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The parts of an answer that were asked for, as `a,b(c,d/e)`."""
    if fields is None:
        return said
    found, _rest = _cut(said, fields)
    return found  # type: ignore[no-any-return]


def _cut(said: Any, fields: str) -> tuple[Any, str]:
    wanted: dict[str, str] = {}
    depth, name = 0, ""
    for char in fields + ",":
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            head = re.split(r"[(/]", name, maxsplit=1)[0]
            inner = name[len(head) :]
            wanted[head] = inner[1:-1] if inner.startswith("(") else inner[1:]
            name = ""
        else:
            name += char
    if isinstance(said, list):
        return [_cut(one, fields)[0] for one in said], ""
    return {key: _cut(said[key], inner)[0] if inner else said[key] for key, inner in wanted.items() if key in said}, ""


@contextmanager
def google() -> Iterator[Google]:
    """The double, running."""
    house = Google()
    with serving(house):
        yield house
