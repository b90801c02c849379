"""Microsoft 365 and Outlook (Graph v1.0): which calendars there are, when they keep somebody busy, and visits written into one of them.

Times are asked for as a view of a time, not as changes: changes come with every event's subject, body and guests, and cannot be asked
for without them. A view can, so nothing but times is ever handed over; a digest of it says whether anything is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import quote

from providers.calendars.dav_port import LONGEST_MARK, Clash, Gone, Look
from providers.calendars.feed_port import Unavailable
from providers.calendars.rest_port import LARGEST_IN_ALL, MOST_PAGES, PAGES_SECONDS, TOO_MUCH, Heard, Rest, Taken, items_of
from providers.calendars.rules.copies import OwnVisit, event_id
from providers.calendars.rules.dav import MOST_COLLECTIONS, Collection
from providers.calendars.rules.graph import NAME_PROPERTY, PROPERTY, TOLD, marked, read_events, visit_body
from providers.calendars.rules.objects import part, word

_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_MINE = f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"
_ALL_OURS = f"singleValueExtendedProperties/Any(ep: ep/id eq '{PROPERTY}' and ep/value ne null)"
_IN_UTC = {"Prefer": 'outlook.timezone="UTC"'}
# So often an event may be deleted there and be written again.
_MOST_TURNS = 8


@dataclass(frozen=True)
class Graph:
    """One account. Every method raises AddressRefused, LoginRefused and Unavailable."""

    rest: Rest

    @property
    def api(self) -> str:
        """Where it is asked."""
        return self.rest.access.house.api

    def discover(self) -> tuple[str, list[Collection]]:
        """Whose account it is, and its calendars."""
        found, user = [], ""
        for page in self._pages(f"{self.api}/me/calendars", {"$select": "id,name,canEdit,isDefaultCalendar,owner", "$top": "100"}):
            for item in items_of(page, "value"):
                if part(item, "isDefaultCalendar") is True:
                    user = word(part(item, "owner"), "address")
                if word(item, "id"):
                    url = f"{self.api}/me/calendars/{quote(word(item, 'id'), safe='')}"
                    found.append(Collection(url, _name(item), writable=part(item, "canEdit") is True))
        if not user or not found:
            raise Unavailable("There is no calendar in this account.")
        return user, found[:MOST_COLLECTIONS]

    def make_own(self) -> str:
        """Visits are written into one of the calendars that are there."""
        raise Unavailable("There is no calendar to write into.")

    def look(self, url: str, mark: str | None, since_at: datetime, until_at: datetime) -> Look:
        """Every event of a time, where their digest is not `mark`."""
        query = {
            "startDateTime": f"{since_at.astimezone(UTC):{_STAMP}}", "endDateTime": f"{until_at.astimezone(UTC):{_STAMP}}",
            "$select": TOLD, "$expand": _MINE, "$top": "500",
        }  # fmt: skip
        objects = [one for page in self._pages(f"{url}/calendarView", query, _IN_UTC) for one in read_events(items_of(page, "value"))]
        digest = hashlib.sha256(b"\n".join(sorted(objects))).hexdigest()
        return Look(None if digest == mark else objects, digest)

    def etags(self, url: str) -> dict[str, str]:
        """The mark of every visit of ours in a calendar, by the name of its copy."""
        found: dict[str, str] = {}
        query = {"$select": "id", "$expand": _MINE, "$filter": _ALL_OURS, "$top": "100"}
        for page in self._pages(f"{url}/events", query):
            for item in items_of(page, "value"):
                uid = marked(item)
                if uid:
                    found[event_id(uid)] = _etag(item)
        return found

    def etag(self, url: str) -> str | None:
        """The mark of one visit; None where it does not stand there."""
        found = self._find(url)
        return found[1] if found is not None else None

    def place(self, url: str, visit: OwnVisit, etag: str | None) -> str | None:
        """Write one visit: a new one, or in place of the one with this mark. Ids are given there, so it is looked for first.

        Two that are written at the same moment have the same `transactionId`, which the server takes once. Raises Clash and Gone.
        """
        if visit.shown is None:
            raise Unavailable("The event cannot be written.")
        calendar, _slash, name = url.rpartition("/")
        body = visit_body(visit.uid, visit.shown)
        there = self._find(url)
        if there is None:
            if etag is not None:
                raise Gone("The event was deleted at the other side.")
            return self._create(calendar, name, body)
        if there[1] != etag:
            raise Clash("The event was changed at the other side.")
        return self.rest.ask("PATCH", self._event(there[0]), {"$select": "id"}, body, {"If-Match": there[1]}).etag

    def delete(self, url: str, etag: str | None) -> None:
        """Take one visit away, if it has this mark; one that is away already is well. Raises Clash."""
        there = self._find(url)
        if there is None:
            return
        if etag is not None and there[1] != etag:
            raise Clash("The event was changed at the other side.")
        try:
            self.rest.ask("DELETE", self._event(there[0]), headers={"If-Match": there[1]})
        except Gone:
            return

    def _create(self, calendar: str, name: str, body: dict[str, object]) -> str | None:
        """A new event. A number that the server knows is that of one which was written meanwhile, or of one that was deleted since."""
        for turn in range(_MOST_TURNS):
            try:
                return self.rest.ask("POST", f"{calendar}/events", None, {**body, "transactionId": f"{name}-{turn}"}).etag
            except Taken:
                if self._find(f"{calendar}/{name}") is not None:
                    break
        raise Clash("The event was changed at the other side.")

    def _find(self, url: str) -> tuple[str, str] | None:
        """The id and the mark of the visit whose copy has this name, which stands in it."""
        calendar, _slash, name = url.rpartition("/")
        query = {"$select": "id", "$filter": _named(name), "$top": "2"}
        for item in items_of(self.rest.ask("GET", f"{calendar}/events", query), "value"):
            if word(item, "id"):
                return word(item, "id"), _etag(item)
        return None

    def _event(self, event: str) -> str:
        return f"{self.api}/me/events/{quote(event, safe='')}"

    def _pages(self, url: str, query: dict[str, str], headers: dict[str, str] | None = None) -> Iterator[Heard]:
        """One page after the other, each leading to the next; a list that does not end within the bounds is none."""
        deadline, size, onward = monotonic() + PAGES_SECONDS, 0, ""
        for _ in range(MOST_PAGES):
            heard = self.rest.ask("GET", onward or url, None if onward else query, headers=headers, deadline=deadline)
            size, onward = size + heard.size, word(heard.data, "@odata.nextLink")
            if size > LARGEST_IN_ALL:
                raise Unavailable(TOO_MUCH)
            yield heard
            if not onward:
                return
        raise Unavailable(TOO_MUCH)


def _named(name: str) -> str:
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{NAME_PROPERTY}' and ep/value eq '{name}')"


def _etag(item: object) -> str:
    return word(item, "@odata.etag")[:LONGEST_MARK]


def _name(item: object) -> str:
    said = "".join(char if char.isprintable() else " " for char in word(item, "name"))
    return " ".join(said.split())[:80] or "Calendar"
