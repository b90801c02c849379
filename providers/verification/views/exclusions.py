"""The page on which a person judges who resembles an entry of the exclusion list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from marketplace.webkit.identity import access, viewer
from providers.verification.actions.exclude import decide_hit
from providers.verification.forms.exclusions import STATUSES, list_state, read_judgment
from providers.verification.queries.exclusions import find_newest_import, list_hits
from providers.verification.rules.exclusions import CONFIRM, OPEN

blueprint = Blueprint("exclusions", __name__)


@blueprint.get("/admin/exclusions")
@access("admin")
def index() -> str:
    """Hits to judge, or those judged already."""
    asked = request.args.get("status", OPEN)
    return _page(asked if asked in STATUSES else OPEN)


@blueprint.post("/admin/exclusions/<public_id>")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Confirm or dismiss one."""
    try:
        decision, note = read_judgment({"decision": request.form.get("decision", ""), "note": request.form.get("note", "")})
        decide_hit(public_id, decision, note, viewer().actor, clock.now())
    except Refused as refusal:
        return _page(OPEN, refusal.sentence.removeprefix("note: "), public_id), 422
    except Conflict as conflict:
        return _page(OPEN, conflict.sentence), 409
    flash(_("Suspended, and kept in the audit.") if decision == CONFIRM else _("Dismissed, and kept in the audit."), "good")
    return redirect(url_for("exclusions.index"))


def _page(status: str, sentence: str = "", at: str = "") -> str:
    session = db.session()
    return render_template(
        "admin/exclusions.html",
        rows=list_hits(session, status),
        status=status,
        statuses=STATUSES,
        state=list_state(find_newest_import(session), clock.now()),
        sentence=sentence,
        at=at,
    )
