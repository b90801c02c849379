"""Health, for whoever watches over the process; the letters, for whoever develops it; the audit, for admins."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, NotFound
from marketplace.outbox.queries import get_letter, newest_letters, oldest_due
from marketplace.oversight.queries import AuditQuestion, actor_names, find_entries
from marketplace.webkit.identity import access
from marketplace.webkit.letters import render_letter
from marketplace.webkit.paging import encode_cursor, read_cursor

MOST_LETTERS = 200
PAGE = 50
blueprint = Blueprint("oversight", __name__)
audit_pages = Blueprint("audit", __name__)


@blueprint.get("/healthz")
@access("anyone")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access("anyone")
def readyz() -> ResponseReturnValue:
    """Database and migrations are as they must be (else 503); since how many seconds the oldest due letter waits."""
    state: dict[str, object] = {"database": "ok", "migrations": "ok", "oldest_letter_seconds": 0}
    try:
        db.session.execute(text("SELECT 1"))
        current, head = _migrations()
        if current != head:
            state["migrations"] = f"at {current}, wanted {head}"
        else:
            state["oldest_letter_seconds"] = _waiting_seconds()
    except SQLAlchemyError:
        state["database"] = "unreachable"
    ready = state["database"] == state["migrations"] == "ok"
    return jsonify(status="ready" if ready else "not ready", **state), 200 if ready else 503


def _migrations() -> tuple[str | None, str | None]:
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    return MigrationContext.configure(db.session.connection()).get_current_revision(), head


def _waiting_seconds() -> int:
    now = clock.now()
    oldest = oldest_due(db.session(), now)
    return int((now - oldest).total_seconds()) if oldest else 0


def _in_development_alone() -> None:
    if not current_app.extensions["settings"].development:
        raise NotFound("not_found", "There is no such page.")


@blueprint.get("/dev/outbox")
@access("anyone")
def outbox() -> ResponseReturnValue:
    """The newest letters, in development alone."""
    _in_development_alone()
    return render_template("security/outbox.html", letters=newest_letters(db.session(), MOST_LETTERS))


@blueprint.get("/dev/outbox/<public_id>")
@access("anyone")
def outbox_letter(public_id: str) -> ResponseReturnValue:
    """One letter as it is sent, in development alone."""
    _in_development_alone()
    letter = get_letter(db.session(), public_id)
    return render_template("security/outbox_letter.html", letter=letter, message=render_letter(letter.kind, letter.facts))


@audit_pages.get("/admin/audit")
@access("admin")
def index() -> ResponseReturnValue:
    """Entries, the newest first: of one object, by one actor."""
    try:
        before = read_cursor(request.args.get("cursor"))
    except Malformed:
        return redirect(url_for("audit.index"))
    question = AuditQuestion(request.args.get("object") or None, request.args.get("actor") or None, before)
    entries = find_entries(db.session(), question, PAGE)
    following = encode_cursor(entries[PAGE - 1].id) if len(entries) > PAGE else None
    shown = entries[:PAGE]
    return render_template(
        "admin/audit.html", entries=shown, names=actor_names(db.session(), shown), question=question, following=following
    )
