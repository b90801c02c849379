"""The page behind a letter's link. Looking at the first page uses nothing up, since mail scanners look too; opening counts."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from booking.sharing.actions.open_letter import open_letter
from booking.sharing.forms.answers import file_of, private
from booking.sharing.queries.letters import find_by_token
from booking.sharing.rules.releases import MOST_OPENINGS
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.vault import secret_hash
from marketplace.webkit.identity import ANYONE, access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("sharing_link", __name__, url_prefix="/letter")
link_limit = limiter.shared_limit("60 per hour", scope="letter links")


@blueprint.get("/<token>")
@access(ANYONE)
@link_limit
def show(token: str) -> Response:
    """Who wrote, to whom, and until when it opens: nothing of the letter, nothing of the client."""
    sent = find_by_token(db.session(), secret_hash(token), clock.now())
    if sent is None or not sent.open:
        return _closed()
    return private(render_template("sharing/closed_letter.html", sent=sent, token=token, left=MOST_OPENINGS - len(sent.opened)))


@blueprint.post("/<token>")
@access(ANYONE)
@link_limit
def read(token: str) -> Response:
    """Open the letter."""
    try:
        sent = open_letter(token, clock.now())
    except NotFound:
        return _closed()
    return private(render_template("sharing/open_letter.html", sent=sent, paper=sent.paper, token=token))


@blueprint.post("/<token>/file")
@access(ANYONE)
@link_limit
def file(token: str) -> Response:
    """The letter as a file; it counts too."""
    try:
        return file_of(open_letter(token, clock.now()).paper)
    except NotFound:
        return _closed()


def _closed() -> Response:
    return private(render_template("sharing/no_letter.html"), 404)
