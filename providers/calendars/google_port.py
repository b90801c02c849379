"""Google Calendar (API v3): which calendars there are, when they keep somebody busy, and a calendar of our own for visits.

That calendar is made by us and is the only one that may be written into: of all others only times are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import quote

from providers.calendars.dav_port import LONGEST_MARK, Clash, Gone, Look
from providers.calendars.feed_port import Unavailable
from providers.calendars.rest_port import LARGEST_IN_ALL, MOST_PAGES, PAGES_SECONDS, TOO_MUCH, Expired, Heard, Rest, Taken, items_of
from providers.calendars.rules.copies import OwnVisit
from providers.calendars.rules.dav import MOST_COLLECTIONS, Collection
from providers.calendars.rules.google import TOLD, read_events, visit_body
from providers.calendars.rules.objects import part, word

OWN_NAME = "Licensed Hands"
_PAGE = "2500"
_UNMADE = "own"
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Google:
    """One account. Every method raises AddressRefused, LoginRefused and Unavailable."""

    rest: Rest
    mark_of_owner: str

    @property
    def api(self) -> str:
        """Where it is asked."""
        return self.rest.access.house.api

    def discover(self) -> tuple[str, list[Collection]]:
        """Whose account it is, and its calendars; the one of our own is the last and the only one to write into."""
        found, user, own = [], "", f"{self.api}/{_UNMADE}"
        for page in self._pages(f"{self.api}/users/me/calendarList", {"fields": _LISTED, "maxResults": "250"}):
            for item in items_of(page, "items"):
                url = f"{self.api}/calendars/{quote(word(item, 'id'), safe='')}/events"
                if part(item, "primary") is True:
                    user = word(item, "id")
                if self._is_ours(item):
                    own = url
                elif word(item, "id") and part(item, "deleted") is not True:
                    found.append(Collection(url, _name(item), writable=False))
        if not user:
            raise Unavailable("The server's answer cannot be read.")
        return user, [*found[: MOST_COLLECTIONS - 1], Collection(own, OWN_NAME, writable=True)]

    def make_own(self) -> str:
        """Where the calendar of our own is; it is made where there is none. Whoever was broken off finds what was made before."""
        for one in self.discover()[1]:
            if one.writable and not is_unmade(one.url):
                return one.url
        body = {"summary": OWN_NAME, "description": f"Your visits, written here by Licensed Hands. {self.mark_of_owner}"}
        made = self.rest.ask("POST", f"{self.api}/calendars", body={**body, "timeZone": "America/New_York"})
        if not word(made.data, "id"):
            raise Unavailable("The server's answer cannot be read.")
        return f"{self.api}/calendars/{quote(word(made.data, 'id'), safe='')}/events"

    def look(self, url: str, mark: str | None, since_at: datetime, until_at: datetime) -> Look:
        """Every event of a time where anything has changed since `mark`, which is Google's own token of the last look."""
        if mark is not None:
            fresh = self._unchanged(url, mark)
            if fresh is not None:
                return Look(None, fresh)
        window = {"timeMin": f"{since_at.astimezone(UTC):{_STAMP}}", "timeMax": f"{until_at.astimezone(UTC):{_STAMP}}"}
        fields = f"timeZone,nextPageToken,nextSyncToken,items({TOLD})"
        objects: list[bytes] = []
        fresh = None
        for page in self._pages(url, {**_ALIKE, **window, "fields": fields}):
            objects += read_events(items_of(page, "items"), word(page.data, "timeZone"))
            fresh = word(page.data, "nextSyncToken")
        return Look(objects, fresh if fresh and len(fresh) <= LONGEST_MARK else None)

    def etags(self, url: str) -> dict[str, str]:
        """The mark of every event in our own calendar, by its id."""
        found: dict[str, str] = {}
        for page in self._pages(url, {"maxResults": _PAGE, "fields": "nextPageToken,items(id,etag,status)"}):
            found |= {word(one, "id"): word(one, "etag") for one in items_of(page, "items") if word(one, "status") != "cancelled"}
        return found

    def etag(self, url: str) -> str | None:
        """The mark of one event; None where there is none or it was deleted, which Google keeps as canceled."""
        found = self._find(url)
        return found.etag if found is not None and word(found.data, "status") != "cancelled" else None

    def place(self, url: str, visit: OwnVisit, etag: str | None) -> str | None:
        """Write one visit: a new one, or in place of the one with this mark. Its id is ours, so it stands there once. Raises Clash."""
        if visit.shown is None:
            raise Unavailable("The event cannot be written.")
        body = visit_body(visit.uid, visit.shown)
        if etag is not None:
            return self.rest.ask("PUT", url, _QUIET, body, {"If-Match": etag}).etag
        calendar, _slash, name = url.rpartition("/")
        try:
            return self.rest.ask("POST", calendar, _QUIET, {**body, "id": name}).etag
        except Taken:
            there = self._find(url)
            if there is None or word(there.data, "status") != "cancelled" or there.etag is None:
                raise Clash("The event was changed at the other side.") from None
            return self.rest.ask("PUT", url, _QUIET, body, {"If-Match": there.etag}).etag

    def delete(self, url: str, etag: str | None) -> None:
        """Take one event away, if it has this mark; one that is away already is well. Raises Clash."""
        try:
            self.rest.ask("DELETE", url, _QUIET, headers={"If-Match": etag} if etag else None)
        except Gone:
            return

    def _find(self, url: str) -> Heard | None:
        try:
            return self.rest.ask("GET", url, {"fields": "id,etag,status"})
        except Gone:
            return None

    def _unchanged(self, url: str, mark: str) -> str | None:
        """A fresh mark where nothing has changed since the last one; None where something has, or it is too old (410)."""
        try:
            heard = self.rest.ask("GET", url, {**_ALIKE, "syncToken": mark, "fields": "nextPageToken,nextSyncToken,items(id)"})
        except Expired:
            return None
        if items_of(heard, "items") or word(heard.data, "nextPageToken"):
            return None
        fresh = word(heard.data, "nextSyncToken")
        return fresh if 0 < len(fresh) <= LONGEST_MARK else None

    def _pages(self, url: str, query: dict[str, str]) -> Iterator[Heard]:
        """One page after the other; a list that does not end within the bounds is none."""
        deadline, size, token = monotonic() + PAGES_SECONDS, 0, ""
        for _ in range(MOST_PAGES):
            heard = self.rest.ask("GET", url, {**query, **({"pageToken": token} if token else {})}, deadline=deadline)
            size, token = size + heard.size, word(heard.data, "nextPageToken")
            if size > LARGEST_IN_ALL:
                raise Unavailable(TOO_MUCH)
            yield heard
            if not token:
                return
        raise Unavailable(TOO_MUCH)

    def _is_ours(self, item: object) -> bool:
        return self.mark_of_owner in word(item, "description").split() and word(item, "accessRole") == "owner"


# What decides about an answer must be asked alike with a mark and without one.
_ALIKE = {"singleEvents": "true", "maxResults": _PAGE, "maxAttendees": "1"}
_QUIET = {"sendUpdates": "none", "fields": "id,etag"}
_LISTED = "nextPageToken,items(id,summary,summaryOverride,description,accessRole,primary,deleted)"


def is_unmade(url: str) -> bool:
    """Whether the calendar of our own has not been made yet."""
    return url.endswith(f"/calendar/v3/{_UNMADE}")


def own_url(url: str) -> str:
    """What stands for the calendar of our own until it is made, by the address of any calendar."""
    return f"{url.partition('/calendar/v3/')[0]}/calendar/v3/{_UNMADE}"


def _name(item: object) -> str:
    said = word(item, "summaryOverride") or word(item, "summary") or "Calendar"
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:80] or "Calendar"
