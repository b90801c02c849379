"""Who sends a request: by session, by API token, or as a guest at checkout."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, g, request, session

from marketplace import clock
from marketplace.accounts.queries import Standing, find_guest_id, find_standing_by_sign_in, find_standing_by_token
from marketplace.accounts.rules import CLIENT, session_alive
from marketplace.accounts.views.gate import epoch_minute
from marketplace.db import db
from marketplace.kernel.errors import Unauthorized
from marketplace.webkit.identity import Viewer, viewer
from marketplace.webkit.problems import wants_json

BEARER = "Bearer "
GUEST = "guest"


def install_viewers(app: Flask) -> None:
    """Set `g.viewer` before anything else looks, and offer `viewer` to templates."""
    app.before_request(load_viewer)
    app.context_processor(lambda: {"viewer": viewer()})


def load_viewer() -> None:
    """Find out who is asking. Costs no statement for strangers, one for everybody else."""
    if request.endpoint != "static":
        g.viewer = _by_token() or _by_session() or _guest() or Viewer()


def bearer() -> str | None:
    """The API token that came with the request; only the JSON API takes one."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(BEARER).strip() if wants_json() and header.startswith(BEARER) else None


def _by_token() -> Viewer | None:
    token = bearer()
    if token is None:
        return None
    standing = find_standing_by_token(db.session(), token, clock.now())
    if standing is None:
        raise Unauthorized("bad_token", "This token is unknown, expired or revoked. Ask for a new one at /api/v1/tokens.")
    return _viewer(standing, by_token=True)


def _by_session() -> Viewer | None:
    token = session.get("sign_in")
    if token is None:
        if "_user_id" in session:
            _forget()
        return None
    standing = find_standing_by_sign_in(db.session(), token)
    if standing is None or standing.uniquifier != session.get("_user_id") or not _alive(standing):
        _forget()
        return None
    return _viewer(standing)


def _alive(standing: Standing) -> bool:
    """Whether the sign-in still holds; a minute's step of the clock is noted in the cookie."""
    seen = datetime.fromtimestamp(session.get("seen_minute", 0) * 60, UTC)
    if not session_alive(standing.role, standing.began_at, seen, clock.now()):
        return False
    if session["seen_minute"] != epoch_minute():
        session["seen_minute"] = epoch_minute()
    return True


def _forget() -> None:
    guest = session.get(GUEST)
    session.clear()
    if guest:
        session[GUEST] = guest


def _guest() -> Viewer | None:
    public_id = session.get(GUEST)
    person_id = find_guest_id(db.session(), public_id) if public_id else None
    return Viewer(person_id=person_id) if person_id else None


def _viewer(standing: Standing, *, by_token: bool = False) -> Viewer:
    return Viewer(
        role=standing.role,
        account_id=standing.account_id,
        account_public_id=standing.public_id,
        name=standing.name,
        email=standing.email,
        person_id=standing.person_id if standing.role == CLIENT else None,
        by_token=by_token,
        signed_in_at=standing.began_at,
    )
