"""What is in force and is to be looked at again at its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from providers.credentials.catalogue import kinds, register_codes
from providers.credentials.forms import credentials_link
from providers.credentials.forms.page import faults_of_page
from providers.credentials.queries import CredentialRow, load_policies
from providers.credentials.rules.documents import IMAGES
from providers.credentials.rules.numbers import register_code
from providers.credentials.rules.states import RECHECK, VERIFIED, path
from providers.verification.actions.look import OpenedCredential, open_credential
from providers.verification.actions.recheck import record_recheck
from providers.verification.catalogue import desk
from providers.verification.forms.page import RECHECK as FIELDS
from providers.verification.forms.page import prefilled, recheck_body
from providers.verification.forms.reading import checker, read_recheck
from providers.verification.queries.desk import count_due, list_due
from providers.verification.queries.sources import list_disagreements

blueprint = Blueprint("rechecks", __name__)
PAGE = 50
Faults = Mapping[str, Sequence[str]]


def _today() -> date:
    return ny_date(clock.now())


@blueprint.get("/admin/rechecks")
@access("admin")
def index() -> ResponseReturnValue:
    """What is due, the longest overdue first."""
    try:
        after = read_cursor(request.args.get("cursor"))
    except Malformed:
        return redirect(url_for("rechecks.index"))
    rows = list_due(db.session(), _today(), after, PAGE)
    following = encode_cursor(rows[PAGE - 1].credential.id) if len(rows) > PAGE else None
    return render_template("admin/rechecks.html", rows=rows[:PAGE], following=following, opened=None, **_frame())


@blueprint.get("/admin/rechecks/<public_id>")
@access("admin")
def show(public_id: str) -> str:
    """One of them: what was typed and decided, where it is looked up, and what was seen. The look is recorded."""
    return _show(public_id, None)


@blueprint.post("/admin/rechecks/<public_id>")
@access("admin")
def save(public_id: str) -> ResponseReturnValue:
    """Record what was seen; then on to the next one."""
    texts = {name: request.form.get(name, "") for name in FIELDS}
    try:
        seen = record_recheck(public_id, read_recheck(recheck_body(request.form)), checker(), credentials_link(), clock.now())
    except (Refused, Malformed) as refusal:
        return _show(public_id, texts, faults_of_page(refusal.faults), refusal.sentence), 422
    except Conflict as conflict:
        return _show(public_id, texts, None, conflict.sentence), 409
    if seen.status == VERIFIED and seen.next_check_on:
        flash(_("Recorded. The next look is on %(day)s.", day=f"{seen.next_check_on:%b} {seen.next_check_on.day}"), "good")
    else:
        flash(_("Suspended and recorded; a letter is on its way."), "good")
    following = list_due(db.session(), _today(), None, 1)
    if not following:
        return redirect(url_for("rechecks.index"))
    return redirect(url_for("rechecks.show", public_id=following[0].credential.public_id))


def _frame() -> dict[str, object]:
    return {"due": count_due(db.session(), _today()), "kinds": kinds(), "disagreements": list_disagreements(db.session())}


def _show(public_id: str, texts: Mapping[str, str] | None, faults: Faults | None = None, sentence: str = "") -> str:
    opened = open_credential(public_id, viewer().actor, clock.now())
    credential = opened.row.credential
    rows = list_due(db.session(), _today(), None, PAGE)[:PAGE]
    before, after = _beside(rows, public_id)
    interval = load_policies(db.session()).on(_today()).kinds[credential.kind].recheck_days
    return render_template(
        "admin/rechecks.html",
        rows=rows,
        following=None,
        before=before,
        after=after,
        opened=opened,
        may_recheck=bool(path(credential.status, RECHECK)),
        sources=desk().sources_of(credential.kind),
        profession_code=_code(opened),
        images=IMAGES,
        texts=texts or prefilled(credential, _today() + timedelta(days=interval)),
        faults=faults or {},
        sentence=sentence,
        **_frame(),
    )


def _beside(rows: Sequence[CredentialRow], public_id: str) -> tuple[str | None, str | None]:
    ids = [row.credential.public_id for row in rows]
    if public_id not in ids:
        return None, ids[0] if ids else None
    here = ids.index(public_id)
    return ids[here - 1] if here else None, ids[here + 1] if here + 1 < len(ids) else None


def _code(opened: OpenedCredential) -> str | None:
    return register_code((opened.row.credential.details or {}).get("profession_code"), register_codes().get(opened.row.provider.profession))
