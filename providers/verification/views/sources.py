"""The part of a credential's page that says what sources and outsiders know, and the button that asks them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.webkit.identity import access, viewer
from providers.credentials.models import Credential
from providers.verification.actions.ask import ask_source
from providers.verification.forms.sources import TITLES, ask_limit, check_answer, read_source, sources_of
from providers.verification.queries.sources import list_checks
from providers.verification.rules.sources import MATCH, MISMATCH, NOT_FOUND, RUBBISH, UNAVAILABLE

blueprint = Blueprint("sources", __name__)


def outcome_words(outcome: str) -> str:
    """What came back, in a few words."""
    return {
        MATCH: _("Agrees with what was typed"),
        MISMATCH: _("Says something else"),
        NOT_FOUND: _("Does not know this number"),
        UNAVAILABLE: _("Did not answer"),
        RUBBISH: _("Answered something we cannot read"),
    }[outcome]


def source_section(credential: Credential) -> dict[str, object]:
    """What the page of a credential shows of sources: `askable` (code, title) and `checks`."""
    checks = [
        {**check_answer(check), "title": TITLES[check.source], "words": outcome_words(check.outcome)}
        for check in list_checks(db.session(), credential.id)
    ]
    return {"askable": sources_of(credential.kind), "checks": checks}


@blueprint.post("/admin/credentials/<public_id>/ask")
@access("admin")
@ask_limit
def ask(public_id: str) -> ResponseReturnValue:
    """Ask one source and come back to the credential."""
    try:
        check = ask_source(public_id, read_source({"source": request.form.get("source", "")}), viewer().actor, clock.now())
    except Refused as refusal:
        flash(refusal.sentence, "bad")
    else:
        flash(f"{TITLES[check.source]}: {outcome_words(check.outcome)}", "good" if check.outcome == MATCH else "warning")
    return redirect(url_for("checking.check", public_id=public_id, _anchor="registers"))
