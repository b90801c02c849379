"""The page on which an admin sees what is asked of whom, and adds a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from providers.credentials.queries import list_policies, load_policies
from providers.profiles.rules import PROFESSIONS
from providers.services.catalogue import techniques
from providers.verification.actions.add_policy import add_policy
from providers.verification.forms.policies import body_of_texts, faults_of_page, read_policy, texts_of_form, texts_of_table

blueprint = Blueprint("policies", __name__)
Faults = Mapping[str, Sequence[str]]


@blueprint.get("/admin/policies")
@access("admin")
def index() -> str:
    """Every version, and the newest one's figures to begin the next with."""
    return _show(texts_of_table(load_policies(db.session()).newest))


@blueprint.post("/admin/policies")
@access("admin")
def create() -> ResponseReturnValue:
    """Add a version; nothing typed is lost when something is wrong with it."""
    newest = load_policies(db.session()).newest
    texts = texts_of_form(request.form, newest)
    try:
        draft, based_on = read_policy(body_of_texts(texts), newest)
        row = add_policy(draft, based_on, viewer().actor, clock.now())
    except (Refused, Malformed) as refusal:
        return _show(texts, faults_of_page(refusal.faults, texts), refusal.sentence), 422
    except Conflict as conflict:
        return _show({**texts, "based_on": str(newest.version)}, None, conflict.sentence), 409
    flash(_("Version %(number)s is added and recorded.", number=row.version), "good")
    return redirect(url_for("policies.index"))


def _show(texts: Mapping[str, Any], faults: Faults | None = None, sentence: str = "") -> str:
    session, today = db.session(), ny_date(clock.now())
    policies = load_policies(session)
    return render_template(
        "admin/policies.html",
        versions=list(reversed(policies.versions)),
        rows={row.version: row for row in list_policies(session)},
        current=policies.on(today).version,
        kinds=policies.newest.kinds,
        texts=texts,
        faults=faults or {},
        sentence=sentence,
        today=today.isoformat(),
        professions=PROFESSIONS,
        techniques=techniques(),
    )
