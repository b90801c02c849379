"""What calendar programs fetch, by an address that is a secret; and the page where its owner sees it, changes it, takes it back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from booking.calendars.actions import note_use, revoke_feeds, rotate_feeds
from booking.calendars.changes import Whose
from booking.calendars.forms import own_lines, own_whose
from booking.calendars.ics import feed_file
from booking.calendars.queries import Found, blocks_of, get_feed, more_events, time_off_of, visits_of
from booking.calendars.rules import (
    AUDIENCE_OF_ROLE,
    BRIEF,
    DETAILS_OF,
    FULL,
    PROVIDER,
    VisitEvent,
    block_event,
    feed_event,
    feed_name,
    fingerprint,
    time_off_event,
    use_is_news,
    window_at,
)
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/calendar/<token>.ics")
@limiter.limit("600 per minute", key_func=get_remote_address)
@access("anyone")
def show(token: str) -> Response:
    """A feed. Unknown, old and revoked addresses are not found; nothing keeps it but whoever asked, who may ask whether it has changed."""
    now = clock.now()
    found = get_feed(db.session(), secret_hash(token))
    if AUDIENCE_OF_ROLE[found.account.role] != found.feed.audience:
        raise NotFound("not_found", "There is no such calendar.")
    name, events, feed_id = _name(found), _events(found, now), found.feed.id
    if use_is_news(found.feed.last_used_at, now):
        note_use(feed_id, now)
    mark = fingerprint(name, events)
    known = request.if_none_match.contains_weak(mark)
    response = Response(status=304) if known else Response(feed_file(name, events), mimetype="text/calendar")
    response.set_etag(mark)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    if not known:
        response.headers["Content-Disposition"] = 'inline; filename="visits.ics"'
    return response


def _name(found: Found) -> str:
    return feed_name(found.feed.audience, found.feed.detail, found.clinic.name if found.clinic else None)


def _events(found: Found, now: datetime) -> list[VisitEvent]:
    """Visits, and for a provider blocks; in the order of their beginning."""
    session, feed = db.session(), found.feed
    window, base_url = window_at(now), current_app.extensions["settings"].base_url
    events = [feed_event(line, feed.audience, feed.detail, base_url) for line in visits_of(session, feed, window)]
    events += more_events(session, feed, window, base_url)
    if feed.audience == PROVIDER:
        today = from_minute(day_begin(local_day(to_minute(now))))
        events += [
            block_event(public_id, from_minute(begin), from_minute(end), today, gone_at)
            for public_id, begin, end, gone_at in blocks_of(session, feed.account_id, window)
        ]
        events += [
            time_off_event(public_id, from_minute(begin), from_minute(end), today, gone_at)
            for public_id, begin, end, gone_at in (time_off_of(session, feed.account_id, window) if feed.detail == FULL else ())
        ]
    return sorted(events, key=lambda event: (event.starts_at, event.uid))


@blueprint.get("/account/calendars")
@access("client", "provider", "admin")
def index() -> str:
    """The addresses of one's feeds, when they were used, and how to subscribe; first the one that most people want."""
    return render_template("calendars/index.html", lines=sorted(own_lines(), key=lambda line: line.detail != BRIEF))


@blueprint.post("/account/calendars/rotate")
@limiter.limit("60 per hour")
@access("client", "provider", "admin")
def rotate() -> ResponseReturnValue:
    """A new address for one level of detail."""
    whose, detail = _chosen()
    rotate_feeds(whose, detail, viewer().actor, clock.now())
    flash(_("There is a new address. The old one, if there was one, has stopped working."), "good")
    return redirect(url_for("feeds.index"))


@blueprint.post("/account/calendars/revoke")
@access("client", "provider", "admin")
def revoke() -> ResponseReturnValue:
    """No address any more for one level of detail."""
    whose, detail = _chosen()
    revoke_feeds(whose, detail, viewer().actor, clock.now())
    flash(_("Switched off. The address has stopped working."), "good")
    return redirect(url_for("feeds.index"))


def _chosen() -> tuple[Whose, str]:
    whose, detail = own_whose(request.form.get("clinic")), request.form.get("detail", "")
    if detail not in DETAILS_OF[whose.audience]:
        raise NotFound("not_found", "There is no such calendar.")
    return whose, detail
