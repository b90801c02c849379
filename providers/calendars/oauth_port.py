"""Google's and Microsoft's doors: the page where somebody allows something, tokens for what was allowed, and giving them back.

Tokens, codes and secrets go to the house that is configured and nowhere else; nothing that is answered is repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from urllib.parse import urlencode, urlsplit

from providers.calendars.dav_port import LoginRefused
from providers.calendars.feed_port import TOTAL_SECONDS, Call, Feeds, Internet, Reply, Transport, Unavailable
from providers.calendars.rules.addresses import AddressRefused
from providers.calendars.rules.oauth import GOOGLE, MICROSOFT, NAMES, Grant, challenge_of, missing_scopes, read_grant

FORM = "application/x-www-form-urlencoded"
_GOOGLE_SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    # To see when somebody is busy and which calendars there are; and a calendar of our own, without a right to write into any other.
    for name in ("calendar.events.readonly", "calendar.calendarlist.readonly", "calendar.app.created")
)


class NotAllowed(Unavailable):
    """Whoever was asked did not allow all that is needed."""


@dataclass(frozen=True)
class House:
    """One of the two, and our program's name and secret there."""

    kind: str
    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    revoke_url: str | None
    api: str
    scopes: tuple[str, ...]
    feeds: Feeds
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As people call it."""
        return NAMES[self.kind]


def google_house(client_id: str, client_secret: str, base: str | None, transport: Transport | None = None) -> House:
    """Google, or what stands in for it at `base`."""
    return House(
        GOOGLE, client_id, client_secret,
        authorize_url=f"{base or 'https://accounts.google.com'}/o/oauth2/v2/auth",
        token_url=f"{base or 'https://oauth2.googleapis.com'}/token",
        revoke_url=f"{base or 'https://oauth2.googleapis.com'}/revoke",
        api=f"{base or 'https://www.googleapis.com'}/calendar/v3",
        scopes=_GOOGLE_SCOPES, feeds=_way(base, transport), more={"access_type": "offline", "prompt": "consent"},
    )  # fmt: skip


def microsoft_house(client_id: str, client_secret: str, base: str | None, transport: Transport | None = None) -> House:
    """Microsoft for accounts of work, school and home, or what stands in for it at `base`. It has no door to give a token back."""
    return House(
        MICROSOFT, client_id, client_secret,
        authorize_url=f"{base or 'https://login.microsoftonline.com'}/common/oauth2/v2.0/authorize",
        token_url=f"{base or 'https://login.microsoftonline.com'}/common/oauth2/v2.0/token",
        revoke_url=None,
        api=f"{base or 'https://graph.microsoft.com'}/v1.0",
        scopes=("Calendars.ReadWrite", "offline_access"), feeds=_way(base, transport), more={"prompt": "select_account"},
    )  # fmt: skip


def _way(base: str | None, transport: Transport | None) -> Feeds:
    """An address that the operator names may be private; those of the houses may not."""
    parts = urlsplit(base or "")
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return Feeds((f"{parts.hostname}:{port}".lower(),) if parts.hostname else (), transport or Internet())


def consent_url(house: House, state: str, verifier: str, back: str) -> str:
    """The page where somebody is asked; they come back to `back` with `state`."""
    query = {
        "response_type": "code", "client_id": house.client_id, "redirect_uri": back, "scope": " ".join(house.scopes), "state": state,
        "code_challenge": challenge_of(verifier), "code_challenge_method": "S256", **house.more,
    }  # fmt: skip
    return f"{house.authorize_url}?{urlencode(query)}"


def exchange(house: House, code: str, verifier: str, back: str, now: datetime) -> Grant:
    """Tokens for the code that somebody came back with. Raises LoginRefused, NotAllowed, Unavailable."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    grant, answer = _ask(house, fields, now)
    if missing_scopes(answer, house.scopes):
        revoke_quietly(house, grant.refresh_token)
        raise NotAllowed(f"{house.name} was not allowed to do all that is needed. Connect again and leave every box ticked.")
    return grant


def renew(house: House, grant: Grant, now: datetime) -> Grant:
    """A fresh access token. Raises LoginRefused where the permission is gone, Unavailable."""
    return _ask(house, {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}, now, grant.refresh_token)[0]


def revoke(house: House, token: str) -> None:
    """Make a token worthless at the other side; one that is so already is well. Raises Unavailable."""
    if house.revoke_url is None:
        return
    reply = _post(house, house.revoke_url, {"token": token})
    if reply.status not in (200, 400):
        raise Unavailable(f"{house.name} answers with the error {reply.status}.")


def revoke_quietly(house: House, token: str) -> None:
    """The same, where nothing follows from its failing: a token that nobody keeps is used by nobody."""
    try:
        revoke(house, token)
    except (AddressRefused, Unavailable):
        return


class Access:
    """The way in during one piece of work: an access token, made anew once where it is over or refused."""

    def __init__(self, house: House, grant: Grant, now: datetime) -> None:
        self.house, self.grant, self.now = house, grant, now
        self.renewed = False

    def token(self) -> str:
        """A token to ask with. Raises LoginRefused, Unavailable."""
        if not self.grant.good_at(self.now):
            self.renew()
        return self.grant.access_token or ""

    def renew(self) -> None:
        """Another one; the second time in one piece of work nothing would come of it. Raises LoginRefused, Unavailable."""
        if self.renewed:
            raise LoginRefused(f"{self.house.name} does not let us in any more.")
        self.grant = renew(self.house, self.grant, self.now)
        self.renewed = True


def _ask(house: House, fields: Mapping[str, str], now: datetime, refresh_token: str = "") -> tuple[Grant, object]:
    reply = _post(house, house.token_url, {**fields, "client_id": house.client_id, "client_secret": house.client_secret})
    answer = _read(reply)
    if reply.status in (400, 401) and isinstance(answer, dict) and answer.get("error") in ("invalid_grant", "interaction_required"):
        raise LoginRefused(f"{house.name} does not let us in any more.")
    grant = read_grant(answer, now, refresh_token) if reply.status == 200 else None
    if grant is None:
        raise Unavailable(f"{house.name} gave no key to your calendar.", wait_of(reply))
    return grant, answer


def _post(house: House, url: str, fields: Mapping[str, str]) -> Reply:
    headers = {"Content-Type": FORM, "Accept": "application/json"}
    return house.feeds.call(url, Call("POST", headers, urlencode(fields).encode(), led_on=False), monotonic() + TOTAL_SECONDS)


def _read(reply: Reply) -> object:
    try:
        return json.loads(reply.content)
    except (ValueError, RecursionError):
        return None


def wait_of(reply: Reply) -> int:
    """For how long the other side asks not to be asked, in seconds, six hours at most (RFC 9110, 10.2.3; dates are not understood)."""
    said = reply.headers.get("retry-after", "").strip()
    return min(int(said), 21_600) if said.isascii() and said.isdecimal() and len(said) < 10 else 0
