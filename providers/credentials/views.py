"""Pages for handing credentials in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, NotFound, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access
from providers.credentials.actions.hand_in import resubmit_credential, submit_credential, withdraw_credential
from providers.credentials.catalogue import kinds
from providers.credentials.forms import read_credential, read_upload
from providers.credentials.forms.page import body_of_texts, faults_of_page, texts_of_body, texts_of_form
from providers.credentials.forms.shapes import own_answer
from providers.credentials.queries import credential_fact, get_own, list_own, load_policies
from providers.credentials.rules.kinds import Kind
from providers.credentials.rules.settings import closing, missing_there, needed_for
from providers.credentials.rules.standing import shown_state
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, find_own_provider

blueprint = Blueprint("credentials", __name__)
Faults = Mapping[str, Sequence[str]]


def _today() -> date:
    return ny_date(clock.now())


def _kind(code: str | None) -> Kind:
    kind = kinds().kinds.get(code or "")
    if kind is None:
        raise NotFound("not_found", "There is no such kind of credential.")
    return kind


@blueprint.get("/provider/credentials")
@access("provider")
def index() -> str:
    """One's own credentials: what is in force until when, what ends soon, what is missing."""
    session = db.session()
    provider = find_own_provider(session, desk_owner().account_id)
    rows = list_own(session, provider.id if provider else None)
    policies, facts = load_policies(session), [credential_fact(row) for row in rows]
    table, profession = policies.on(_today()), provider.profession if provider else None
    shown = [(row, shown_state(fact, _today(), table.expiring_days)) for row, fact in zip(rows, facts, strict=True)]
    required = table.required_of(profession) if provider else table.required
    return render_template(
        "provider/credentials.html",
        rows=shown,
        kinds=table,
        missing=[table.kinds[code] for code in required if code not in {row.kind for row in rows}],
        missing_there=missing_there(_today(), facts, policies, profession) if provider else (),
        offered=provider.settings if provider else (),
        closing={code: needed_for(settings) for code, settings in closing(table, profession).items()},
    )


@blueprint.get("/provider/credentials/new/<kind>")
@access("provider")
def new(kind: str) -> str:
    """A form for one kind."""
    return _form(_kind(kind), texts_of_body({"details": {}}, _kind(kind)))


@blueprint.post("/provider/credentials/new/<kind>")
@access("provider")
def create(kind: str) -> ResponseReturnValue:
    """Hand it in."""
    texts = texts_of_form(request.form, _kind(kind))
    try:
        submit_credential(desk_owner(), read_credential(body_of_texts(texts, _kind(kind))), read_upload(request), clock.now())
    except (Refused, Malformed) as refusal:
        return _form(_kind(kind), texts, faults_of_page(refusal.faults), refusal.sentence), 422
    except Conflict as conflict:
        return _form(_kind(kind), texts, faults_of_page(conflict.faults), conflict.sentence), 409
    flash(_("Handed in. We check it at its source and write to you."), "good")
    return redirect(url_for("credentials.index"))


@blueprint.get("/provider/credentials/<public_id>")
@access("provider")
def edit(public_id: str) -> str:
    """The same form with what was handed in, to hand it in anew."""
    row = get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id)
    return _form(_kind(row.kind), texts_of_body(own_answer(row, _today()), _kind(row.kind)), public_id=public_id)


@blueprint.post("/provider/credentials/<public_id>")
@access("provider")
def change(public_id: str) -> ResponseReturnValue:
    """Hand it in anew: what is verified stands until its date."""
    kind = _kind(get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id).kind)
    texts = texts_of_form(request.form, kind)
    try:
        resubmit_credential(desk_owner(), public_id, read_credential(body_of_texts(texts, kind)), read_upload(request), clock.now())
    except (Refused, Malformed) as refusal:
        return _form(kind, texts, faults_of_page(refusal.faults), refusal.sentence, public_id), 422
    except Conflict as conflict:
        return _form(kind, texts, faults_of_page(conflict.faults), conflict.sentence, public_id), 409
    flash(_("Sent in. What is verified stands until its date."), "good")
    return redirect(url_for("credentials.index"))


@blueprint.post("/provider/credentials/<public_id>/withdraw")
@access("provider")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take back what has not been decided."""
    try:
        withdraw_credential(desk_owner(), public_id, clock.now())
    except Conflict as conflict:
        flash(conflict.sentence, "bad")
    else:
        flash(_("Taken back. You can send it in again at any time."), "good")
    return redirect(url_for("credentials.index"))


def _form(kind: Kind, texts: Mapping[str, Any], faults: Faults | None = None, sentence: str = "", public_id: str | None = None) -> str:
    return render_template("provider/credential.html", kind=kind, texts=texts, faults=faults or {}, sentence=sentence, public_id=public_id)
