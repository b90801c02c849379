"""A request that changes something must come from our own pages, unless a token speaks for it.

Forms carry Flask-WTF's token. The JSON API takes the same token as the header `X-CSRFToken` when a browser's session stands behind the
request; strangers and bearers of an API token have no ambient right that another site could misuse.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from marketplace.webkit.identity import viewer
from marketplace.webkit.problems import wants_json

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADERS = ("X-CSRFToken", "X-CSRF-Token")


def from_elsewhere() -> bool:
    """Whether the browser says that another site sent this. `null` is what our own pages send, as they name no referrer."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin")
    if origin is None or (origin == "null" and not wants_json()):
        return False
    ours = {request.host, urlsplit(current_app.extensions["settings"].base_url).netloc}
    return urlsplit(origin).netloc not in ours


def check_origin() -> None:
    """Refuse what comes from elsewhere with a browser's session, and API calls of a session without its token (400 `csrf`)."""
    who = viewer()
    if request.method in SAFE or who.by_token:
        return
    if (who.signed_in or who.person_id or not wants_json()) and from_elsewhere():
        raise CSRFError("from another site")
    if wants_json() and (who.signed_in or who.person_id) and current_app.config.get("WTF_CSRF_ENABLED", True):
        sent = next((request.headers[name] for name in HEADERS if name in request.headers), None)
        try:
            validate_csrf(sent)
        except ValidationError as error:
            raise CSRFError(str(error)) from None


def install_origin_check(app: Flask) -> None:
    """Look at every request, after its viewer is known."""
    app.before_request(check_origin)
