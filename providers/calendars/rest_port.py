"""Asking a program interface that speaks JSON, with a token that is made anew once. No address but the house's own is ever asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode

from providers.calendars.dav_port import LONGEST_MARK, Clash, Gone, LoginRefused
from providers.calendars.feed_port import TOTAL_SECONDS, Call, Reply, Unavailable
from providers.calendars.oauth_port import Access, wait_of

PAGES_SECONDS = 15.0
MOST_PAGES = 20
LARGEST_IN_ALL = 10 * 1024 * 1024
_BUSY_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
TOO_MUCH = "There is more in this calendar than can be read at once."


class Expired(Gone):
    """What was asked about is known no more (410): a mark that is too old, or something that is deleted."""


class Taken(Unavailable):
    """Something stands there already (409)."""


@dataclass(frozen=True)
class Heard:
    """An answer: its object, its mark, its size."""

    data: dict[str, object]
    etag: str | None
    size: int


@dataclass(frozen=True)
class Rest:
    """One account at one interface. Every method raises AddressRefused, LoginRefused, Clash, Gone, Taken and Unavailable."""

    access: Access

    def ask(
        self, method: str, url: str, query: Mapping[str, str] | None = None, body: object = None,
        headers: Mapping[str, str] | None = None, deadline: float | None = None,
    ) -> Heard:  # fmt: skip
        """One question; a token that is refused is made anew once."""
        asked = f"{url}?{urlencode(query)}" if query else url
        if not asked.startswith(f"{self.access.house.api}/"):
            raise Unavailable("The other side leads to another address, where nobody is asked.")
        content = b"" if body is None else json.dumps(body).encode()
        more = {**(headers or {}), "Accept": "application/json", **({"Content-Type": "application/json"} if content else {})}
        ends = deadline or monotonic() + TOTAL_SECONDS
        reply = self._once(method, asked, more, content, ends)
        if reply.status == 401:
            self.access.renew()
            reply = self._once(method, asked, more, content, ends)
        if 200 <= reply.status < 300:
            return _heard(reply)
        raise _fault(reply)

    def _once(self, method: str, url: str, headers: Mapping[str, str], content: bytes, ends: float) -> Reply:
        told = {**headers, "Authorization": f"Bearer {self.access.token()}"}
        return self.access.house.feeds.call(url, Call(method, told, content, led_on=False), ends)


def _heard(reply: Reply) -> Heard:
    if not reply.content:
        return Heard({}, None, 0)
    data = _object(reply.content)
    if data is None:
        raise Unavailable("The server's answer cannot be read.")
    mark = data.get("etag") or data.get("@odata.etag") or ""
    return Heard(data, mark if isinstance(mark, str) and 0 < len(mark) <= LONGEST_MARK else None, len(reply.content))


def items_of(heard: Heard, name: str) -> list[object]:
    """The list in an answer; an answer without one tells nothing, so that an empty one is not believed."""
    found = heard.data.get(name)
    if not isinstance(found, list):
        raise Unavailable("The server's answer cannot be read.")
    return found


def _object(content: bytes) -> dict[str, object] | None:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _fault(reply: Reply) -> Unavailable:
    status, wait = reply.status, wait_of(reply)
    if status == 401:
        return LoginRefused("The server does not let us in any more.")
    if status == 404:
        return Gone("The server does not know this calendar.")
    if status == 410:
        return Expired("The server does not know this calendar.")
    if status == 409:
        return Taken("The event stands there already.")
    if status == 412:
        return Clash("The event was changed at the other side.")
    if status == 429 or (status == 403 and _is_busy(reply.content)):
        return Unavailable("The other side asks us to come back later.", wait or 60)
    if status == 403:
        return Unavailable("The server does not allow this.")
    return Unavailable(f"The other side answers with the error {status}.", wait)


def _is_busy(content: bytes) -> bool:
    """Google says "too often" with 403 and a reason."""
    error = (_object(content) or {}).get("error")
    faults = error.get("errors") if isinstance(error, dict) else None
    return isinstance(faults, list) and any(isinstance(one, dict) and one.get("reason") in _BUSY_REASONS for one in faults)
