"""The page on which a person looks at flagged sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.typed import placed_faults
from providers.wording.actions import decide_flag
from providers.wording.catalogue import words
from providers.wording.forms import read_decision
from providers.wording.queries import count_open, list_flags
from providers.wording.rules import OPEN, STATUSES

blueprint = Blueprint("flags", __name__)
PAGE = 50


@blueprint.get("/admin/flags")
@access("admin")
def index() -> ResponseReturnValue:
    """Sentences that wait to be looked at, the oldest first; `status` shows decided ones."""
    return _list()


@blueprint.post("/admin/flags/<public_id>")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Clear it, or keep it with a note."""
    typed = request.form.get("note", "")
    try:
        decision, note = read_decision({"decision": request.form.get("decision", ""), "note": typed})
        decide_flag(public_id, decision, note, viewer().actor, clock.now())
    except (Refused, Malformed) as refusal:
        return _list(public_id, typed, placed_faults(refusal.faults, {})), 422
    except Conflict as conflict:
        flash(conflict.sentence, "warning")
        return redirect(url_for("flags.index"))
    flash(_("Decided, and recorded."), "good")
    return redirect(url_for("flags.index"))


def _list(at: str = "", typed: str = "", faults: Mapping[str, Sequence[str]] | None = None) -> str:
    status = request.args.get("status")
    status = status if status in STATUSES else OPEN
    try:
        after = read_cursor(request.args.get("cursor"))
    except Malformed:
        after = None
    rows = list_flags(db.session(), status, after, PAGE)
    return render_template(
        "admin/flags.html",
        rows=rows[:PAGE],
        following=encode_cursor(rows[PAGE - 1].flag.id) if len(rows) > PAGE else None,
        status=status,
        statuses=STATUSES,
        waiting=count_open(db.session()),
        why={row.code: (row.reason, row.source) for row in words()},
        at=at,
        typed=typed,
        faults=faults or {},
    )
