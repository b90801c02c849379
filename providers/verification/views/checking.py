"""The checkers' desk: what waits, and the document beside the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from providers.credentials.catalogue import kinds
from providers.credentials.forms import credentials_link
from providers.credentials.forms.page import faults_of_page
from providers.credentials.queries import WAITING, count_waiting, list_for_checking, load_policies
from providers.credentials.rules.documents import IMAGES
from providers.credentials.rules.kinds import INSURANCE, insurance_faults
from providers.verification.actions.decide import decide_credential
from providers.verification.actions.look import open_credential, open_document
from providers.verification.forms.page import DECISION, decision_body
from providers.verification.forms.reading import checker, document_response, read_decision

blueprint = Blueprint("checking", __name__)
PAGE = 50
Faults = Mapping[str, Sequence[str]]


@blueprint.get("/admin")
@access("admin")
def desk() -> ResponseReturnValue:
    """The admin's desk is the queue."""
    return redirect(url_for("checking.queue"))


@blueprint.get("/admin/credentials")
@access("admin")
def queue() -> ResponseReturnValue:
    """What waits to be checked, the oldest first, and nothing open yet."""
    try:
        after = read_cursor(request.args.get("cursor"))
    except Malformed:
        return redirect(url_for("checking.queue"))
    rows = list_for_checking(db.session(), WAITING, after, PAGE)
    following = encode_cursor(rows[PAGE - 1].credential.id) if len(rows) > PAGE else None
    return render_template(
        "admin/queue.html", rows=rows[:PAGE], following=following, waiting=count_waiting(db.session()), kinds=kinds(), opened=None
    )


@blueprint.get("/admin/credentials/<public_id>")
@access("admin")
def check(public_id: str) -> str:
    """One credential: the document beside the facts, and the decision. The look is recorded."""
    return _check(public_id, dict.fromkeys(DECISION, ""))


@blueprint.post("/admin/credentials/<public_id>")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Verify, reject or ask; then on to the next one."""
    texts = {name: request.form.get(name, "") for name in DECISION}
    try:
        decide_credential(public_id, read_decision(decision_body(request.form)), checker(), credentials_link(), clock.now())
    except (Refused, Malformed) as refusal:
        return _check(public_id, texts, faults_of_page(refusal.faults), refusal.sentence), 422
    except Conflict as conflict:
        return _check(public_id, texts, None, conflict.sentence), 409
    flash(_("Decided, recorded, and a letter is on its way."), "good")
    following = list_for_checking(db.session(), WAITING, None, 1)
    if following:
        return redirect(url_for("checking.check", public_id=following[0].credential.public_id))
    return redirect(url_for("checking.queue"))


@blueprint.get("/admin/documents/<public_id>")
@access("admin")
def document(public_id: str) -> Response:
    """A file, sandboxed; the look is recorded."""
    media_type, content = open_document(public_id, viewer().actor, clock.now())
    return document_response(media_type, content, public_id)


def _check(public_id: str, texts: Mapping[str, str], faults: Faults | None = None, sentence: str = "") -> str:
    opened = open_credential(public_id, viewer().actor, clock.now())
    credential = opened.row.credential
    asked = load_policies(db.session()).on(local_day(to_minute(clock.now())))
    return render_template(
        "admin/queue.html",
        rows=list_for_checking(db.session(), WAITING, None, PAGE)[:PAGE],
        following=None,
        waiting=count_waiting(db.session()),
        kinds=kinds(),
        opened=opened,
        may_decide=credential.status in WAITING,
        images=IMAGES,
        shortfalls=insurance_faults(credential.details or {}, asked) if credential.kind == INSURANCE else (),
        texts=texts,
        faults=faults or {},
        sentence=sentence,
    )
