"""A double of Microsoft Graph (v1.0) on loopback, as far as calendars go: views of a time, named properties, marks, numbers taken once.

An all-day event is told as midnights without a zone of their own, as the real one does; `originalStartTimeZone` is a Windows name.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode
from zoneinfo import ZoneInfo

from tests.support.oauth import Answer, Asked, Fault, House, serving

SCOPES = ("Calendars.ReadWrite", "offline_access")
USER = "anna@outlook.example"
MAIN, ROOM = "AAMkAGI1==", "AAMkROOM/2="
ZONES = {"Eastern Standard Time": "America/New_York", "Pacific Standard Time": "America/Los_Angeles", "UTC": "UTC"}
EVENT = {"subject", "body", "location", "start", "end", "isAllDay", "showAs", "sensitivity", "isReminderOn", "reminderMinutesBeforeStart", "singleValueExtendedProperties", "transactionId"}  # fmt: skip
VIEW = {"startDateTime", "endDateTime", "$select", "$expand", "$top", "$skip"}
LIST = {"$select", "$expand", "$filter", "$top", "$skip"}
_ONE = re.compile(r"singleValueExtendedProperties/Any\(ep: ep/id eq '([^']+)' and ep/value (eq '([^']+)'|ne null)\)")
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']+)'\)")


@dataclass
class Graph(House):
    """The house. `events` are those of all calendars, each with the `calendar` it stands in."""

    scopes: tuple[str, ...] = SCOPES
    rotates: bool = True
    token_path: str = "/common/oauth2/v2.0/token"
    calendars: dict[str, dict[str, Any]] = field(default_factory=lambda: {
        MAIN: {"id": MAIN, "name": "Calendar", "canEdit": True, "isDefaultCalendar": True, "owner": {"name": "Anna", "address": USER}},
        ROOM: {"id": ROOM, "name": "Shared room", "canEdit": False, "isDefaultCalendar": False, "owner": {"name": "Room", "address": "room@x"}},
    })  # fmt: skip
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    version: int = 0
    page_size: int = 3

    # --- a hand at the other side

    def put(self, name: str, begin: datetime, end: datetime, **more: Any) -> None:
        """Make an event, or change it; times are kept in UTC."""
        self._store(
            name,
            {
                "calendar": MAIN,
                "subject": f"Secret {name}",
                "begin": begin,
                "end": end,
                "showAs": "busy",
                "isAllDay": False,
                "zone": "Eastern Standard Time",
            }
            | more,
        )

    def drop(self, name: str) -> None:
        """Delete an event: nothing is left of it."""
        del self.events[name]

    def copies(self) -> list[dict[str, Any]]:
        """The visits that stand there."""
        return [event for event in self.events.values() if event.get("props")]

    def _store(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        self.version += 1
        self.events[name] = event | {"id": name, "etag": f'W/"v{self.version}"'}
        return self.events[name]

    # --- the interface

    def api(self, asked: Asked) -> Answer:
        parts = [unquote(part) for part in asked.path.removeprefix("/v1.0/").split("/")]
        if parts == ["me", "calendars"]:
            self._only(asked, {"$select", "$top", "$skip"})
            return 200, self._paged(asked, list(self.calendars.values()))
        if parts[:2] == ["me", "events"] and len(parts) == 3:
            return self._event(asked, parts[2])
        if parts[:2] != ["me", "calendars"] or len(parts) != 4 or parts[2] not in self.calendars:
            raise Fault(404, "ErrorItemNotFound")
        if parts[3] == "calendarView":
            return 200, self._view(asked, parts[2])
        return self._post(asked, parts[2]) if asked.method == "POST" else (200, self._list(asked, parts[2]))

    def _event(self, asked: Asked, name: str) -> Answer:
        found = self.events.get(name)
        if found is None:
            raise Fault(404, "ErrorItemNotFound")
        if asked.headers.get("if-match", found["etag"]) != found["etag"]:
            raise Fault(412, "ErrorIrresolvableConflict")
        if asked.method == "DELETE":
            self.drop(name)
            return 204, None
        assert asked.method == "PATCH"
        return 200, _shown(self._store(name, found | _read(asked.json)), asked.query)

    def _post(self, asked: Asked, calendar: str) -> Answer:
        if not self.calendars[calendar]["canEdit"]:
            raise Fault(403, "ErrorAccessDenied")
        number = asked.json["transactionId"]
        if number in self.numbers:
            raise Fault(409, "ErrorDuplicateTransactionId")
        self.numbers.add(number)
        made = self._store(f"AAMkNEW{self.version}/=", {"calendar": calendar, "zone": "UTC"} | _read(asked.json))
        return 201, _shown(made, {})

    def _view(self, asked: Asked, calendar: str) -> dict[str, Any]:
        self._only(asked, VIEW)
        assert asked.headers["prefer"] == 'outlook.timezone="UTC"'
        low, high = (datetime.fromisoformat(asked.query[name]) for name in ("startDateTime", "endDateTime"))
        found = [event for event in self.events.values() if event["calendar"] == calendar]
        found = [
            event for event in found if event["end"].astimezone(UTC) > low - timedelta(days=1) and event["begin"].astimezone(UTC) < high
        ]
        return self._paged(asked, [_shown(event, asked.query) for event in found])

    def _list(self, asked: Asked, calendar: str) -> dict[str, Any]:
        self._only(asked, LIST)
        found = [event for event in self.events.values() if event["calendar"] == calendar]
        if "$filter" in asked.query:
            match = _ONE.fullmatch(asked.query["$filter"])
            assert match is not None, asked.query
            found = [event for event in found if match[1] in event.get("props", {}) and match[3] in (None, event["props"][match[1]])]
        return self._paged(asked, [_shown(event, asked.query) for event in found])

    def _only(self, asked: Asked, known: set[str]) -> None:
        if set(asked.query) - known:
            raise Fault(400, "BadRequest")

    def _paged(self, asked: Asked, items: list[dict[str, Any]]) -> dict[str, Any]:
        begin = int(asked.query.get("$skip", "0"))
        size = min(self.page_size, int(asked.query.get("$top", "10")))
        said: dict[str, Any] = {"value": items[begin : begin + size]}
        if begin + size < len(items):
            onward = urlencode({**asked.query, "$skip": str(begin + size)})
            said["@odata.nextLink"] = f"{self.url}{asked.path}?{onward}"
        return said


def _read(body: dict[str, Any]) -> dict[str, Any]:
    if set(body) - EVENT:
        raise Fault(400, "RequestBodyRead")
    assert {body["start"]["timeZone"], body["end"]["timeZone"]} == {"UTC"}
    begin, end = (datetime.fromisoformat(body[side]["dateTime"]).replace(tzinfo=UTC) for side in ("start", "end"))
    props = {one["id"]: one["value"] for one in body["singleValueExtendedProperties"]}
    return {
        "begin": begin,
        "end": end,
        "props": props,
        **{name: body[name] for name in ("subject", "body", "location", "showAs", "isAllDay", "sensitivity")},
    }


def _shown(event: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    whole = {
        "id": event["id"], "iCalUId": f"0400000082{event['id']}", "subject": event["subject"], "showAs": event["showAs"],
        "isCancelled": event.get("isCancelled", False), "isAllDay": event["isAllDay"], "originalStartTimeZone": event["zone"],
        "start": _at(event, "begin"), "end": _at(event, "end"), "responseStatus": {"response": event.get("response", "organizer")},
    }  # fmt: skip
    names = query["$select"].split(",") if "$select" in query else list(whole)
    expand = _EXPAND.fullmatch(query.get("$expand", ""))
    props = [{"id": name, "value": value} for name, value in event.get("props", {}).items() if expand and name == expand[1]]
    return {"@odata.etag": event["etag"], **{name: whole[name] for name in names}} | (
        {"singleValueExtendedProperties": props} if props else {}
    )


def _at(event: dict[str, Any], side: str) -> dict[str, str]:
    wall = event[side].astimezone(ZoneInfo(ZONES.get(event["zone"], "UTC")) if event["isAllDay"] else UTC)
    return {"dateTime": f"{wall:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


@contextmanager
def graph() -> Iterator[Graph]:
    """The double, running."""
    house = Graph()
    with serving(house):
        yield house
