"""The way into an account, whichever server keeps it: all of them answer the same questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from providers.calendars.dav_port import Dav, Login, Look
from providers.calendars.feed_port import Feeds, Unavailable
from providers.calendars.google_port import Google
from providers.calendars.graph_port import Graph
from providers.calendars.oauth_port import Access, House
from providers.calendars.rest_port import Rest
from providers.calendars.rules.copies import OwnVisit
from providers.calendars.rules.dav import Collection
from providers.calendars.rules.oauth import CALDAV, GOOGLE, NAMES, Grant


class Door(Protocol):
    """An account that is open. Every method raises AddressRefused, LoginRefused and Unavailable, those that write Clash and Gone too."""

    def look(self, url: str, mark: str | None, since_at: datetime, until_at: datetime) -> Look:
        """What a calendar says of a time, unless it has still this mark."""

    def etags(self, url: str) -> dict[str, str]:
        """The mark of every object in a calendar, by its name."""

    def etag(self, url: str) -> str | None:
        """The mark of one object; None where there is none."""

    def place(self, url: str, visit: OwnVisit, etag: str | None) -> str | None:
        """Write one visit in place of what has this mark (None: of nothing); its new mark, if one is said."""

    def delete(self, url: str, etag: str | None) -> None:
        """Take one away, if it has this mark."""

    def make_own(self) -> str:
        """Where the calendar is that we may make for ourselves."""


@dataclass(frozen=True)
class SignIn:
    """What an account was given to us with: of which kind, as whom, by which secret, and by which mark our own calendar is known there.

    `logins` says the how-many-th it is, so that what comes of an older one is told apart.
    """

    kind: str
    user_name: str = field(repr=False)
    grant: Grant = field(repr=False)
    own_mark: str
    logins: int


@dataclass(frozen=True)
class Opened:
    """An account's door, and what the way in has become meanwhile."""

    door: Door
    access: Access | None = None

    @property
    def fresh(self) -> Grant | None:
        """The tokens to keep, where they were made anew."""
        return self.access.grant if self.access is not None and self.access.renewed else None


def discover(house: House, sign_in: SignIn, now: datetime) -> tuple[str, list[Collection]]:
    """Whose account it is, and its calendars. Raises AddressRefused, LoginRefused and Unavailable."""
    return _of(house, Rest(Access(house, sign_in.grant, now)), sign_in).discover()


def open_account(feeds: Feeds, houses: Mapping[str, House], sign_in: SignIn, now: datetime) -> Opened:
    """The way into an account; nothing is asked yet. Raises Unavailable where this site knows no such house (any more)."""
    if sign_in.kind == CALDAV:
        return Opened(Dav(feeds, Login(sign_in.user_name, sign_in.grant.refresh_token)))
    house = houses.get(sign_in.kind)
    if house is None:
        raise Unavailable(f"{NAMES[sign_in.kind]} is not connected with this site at present.")
    access = Access(house, sign_in.grant, now)
    return Opened(_of(house, Rest(access), sign_in), access)


def _of(house: House, rest: Rest, sign_in: SignIn) -> Google | Graph:
    return Google(rest, sign_in.own_mark) if house.kind == GOOGLE else Graph(rest)
