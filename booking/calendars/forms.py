"""Whose feeds a request is about, and feeds as pages and answers show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, request, url_for

from booking.calendars.changes import Whose
from booking.calendars.ics import google_feed_link, outlook_feed_link, webcal_link
from booking.calendars.models import CalendarFeed
from booking.calendars.queries import list_feeds
from booking.calendars.rules import AUDIENCE_OF_ROLE, BRIEF, CLINIC, DETAILS_OF, feed_name
from marketplace.db import db
from marketplace.kernel.errors import Unauthorized
from marketplace.settings import Settings
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields, json_object
from providers.places.models import Clinic
from providers.places.queries import get_clinic, list_clinics


@dataclass(frozen=True)
class FeedLine:
    """One level of detail as its owner sees it. `url` is None where there is no address (any more)."""

    audience: str
    detail: str
    url: str | None = None
    clinic: str | None = None
    clinic_name: str | None = None
    made_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def links(self) -> dict[str, str]:
        """By calendar, links that ask it to subscribe."""
        if self.url is None:
            return {}
        name = feed_name(self.audience, self.detail, self.clinic_name)
        return {"webcal": webcal_link(self.url), "google": google_feed_link(self.url), "outlook": outlook_feed_link(self.url, name)}


def own_whose(clinic_slug: str | None = None) -> Whose:
    """The feeds the viewer may make and take back: their own, or for admins a clinic's. Raises NotFound for an unknown clinic."""
    who = viewer()
    if who.account_id is None or who.account_public_id is None:
        raise Unauthorized("unauthorized", "Sign in first.")
    audience = AUDIENCE_OF_ROLE[who.role]
    if audience != CLINIC:
        return Whose(who.account_id, audience, who.account_public_id)
    clinic = get_clinic(db.session(), clinic_slug or "")
    return Whose(who.account_id, audience, clinic.slug, clinic.id)


def read_choice() -> tuple[Whose, str | None]:
    """The body `{detail?}`, for admins `{clinic, detail?}`: whose feeds, and which of them (None: all)."""
    fields = Fields(json_object(request))
    audience = AUDIENCE_OF_ROLE[viewer().role]
    detail = fields.choice("detail", DETAILS_OF[audience], None)
    clinic = fields.text("clinic", longest=80) if audience == CLINIC else None
    fields.finish()
    return own_whose(clinic), detail


def own_lines() -> list[FeedLine]:
    """Every level of detail the viewer may have, with or without an address; for admins clinic by clinic."""
    who, session = viewer(), db.session()
    audience = AUDIENCE_OF_ROLE[who.role]
    feeds = {(feed.clinic_id, feed.detail): feed for feed, _clinic in list_feeds(session, who.account_id or 0, audience)}
    clinics: list[Clinic | None] = [*list_clinics(session)] if audience == CLINIC else [None]
    return [
        _line(audience, detail, clinic, feeds.get((clinic.id if clinic else None, detail)))
        for clinic in clinics
        for detail in DETAILS_OF[audience]
    ]


def _line(audience: str, detail: str, clinic: Clinic | None, feed: CalendarFeed | None) -> FeedLine:
    slug, name = (clinic.slug, clinic.name) if clinic else (None, None)
    if feed is None:
        return FeedLine(audience, detail, None, slug, name)
    url = feed_url(feed.token) if feed.token else None
    return FeedLine(audience, detail, url, slug, name, feed.made_at, feed.last_used_at)


def feed_url(token: str) -> str:
    """A feed's address. In production on the configured host, whatever a request claims; else on the one that was asked."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        return f"{settings.base_url}{url_for('feeds.show', token=token)}"
    return url_for("feeds.show", token=token, _external=True)


def feeds_answer(lines: list[FeedLine]) -> dict[str, object]:
    """The live feeds; `url` and `detail` are those to use where nobody asks for another: brief, else the first there is."""
    live = [line for line in lines if line.url is not None]
    chosen = next((line for line in live if line.detail == BRIEF), live[0] if live else None)
    return {
        "url": chosen.url if chosen else None,
        "detail": chosen.detail if chosen else None,
        "feeds": [_answer(line) for line in live],
    }


def _answer(line: FeedLine) -> dict[str, object]:
    return {
        "url": line.url,
        "detail": line.detail,
        "audience": line.audience,
        "clinic": line.clinic,
        "made_at": rfc3339(line.made_at) if line.made_at else None,
        "last_used_at": rfc3339(line.last_used_at) if line.last_used_at else None,
    }
