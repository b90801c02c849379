"""The checkers' desk: what waits, the document beside the facts, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
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
from providers.credentials.queries import load_policies
from providers.credentials.rules.documents import IMAGES
from providers.credentials.rules.numbers import register_code
from providers.credentials.rules.states import REINSTATE, REVOKE, SUSPEND, UNDER_REVIEW, path
from providers.verification.actions.decide import decide_credential
from providers.verification.actions.look import OpenedCredential, open_credential, open_document
from providers.verification.actions.standing import change_standing
from providers.verification.actions.take import take_credential, take_next
from providers.verification.catalogue import desk as desk_table
from providers.verification.forms.page import DECISION, decision_body, lines_of, prefilled, standing_body
from providers.verification.forms.reading import checker, document_response, read_decision, read_standing, read_wanted, two_persons
from providers.verification.queries.desk import (
    WAITING,
    Wanted,
    actor_names,
    count_by_kind,
    count_by_status,
    count_due,
    list_rows,
    load_page,
    load_queue,
)
from providers.verification.queries.exclusions import find_list_fault
from providers.verification.rules.queue import around
from providers.verification.rules.warnings import OLD_EVIDENCE
from providers.verification.views.confirming import request_section
from providers.verification.views.sources import source_section

blueprint = Blueprint("checking", __name__)
PAGE = 50
Faults = Mapping[str, Sequence[str]]


def _today() -> date:
    return ny_date(clock.now())


@blueprint.get("/admin")
@access("admin")
def desk() -> ResponseReturnValue:
    """The admin's desk is the queue."""
    return redirect(url_for("checking.queue"))


@blueprint.get("/admin/credentials")
@access("admin")
def queue() -> ResponseReturnValue:
    """What waits to be checked, in the order in which it is worked off; nothing is open yet. `status` and `kind` narrow."""
    try:
        wanted, after = read_wanted(request.args, WAITING), read_cursor(request.args.get("cursor"))
    except Malformed:
        return redirect(url_for("checking.queue"))
    page = load_page(db.session(), wanted, after, _today(), PAGE)
    items = load_queue(db.session(), wanted, _today())
    names = actor_names(db.session(), [row.credential.taken_by for row in page.rows])
    lines = lines_of(page.rows, items, names, clock.now())
    following = encode_cursor(page.last) if page.last else None
    return render_template("admin/queue.html", lines=lines, following=following, opened=None, **_frame(wanted))


@blueprint.post("/admin/credentials/next")
@access("admin")
def take_first() -> ResponseReturnValue:
    """Take the first that is free, and open it."""
    return _go_on()


@blueprint.get("/admin/credentials/<public_id>")
@access("admin")
def check(public_id: str) -> str:
    """One credential: the document beside the facts, and the decision. The look is recorded."""
    return _check(public_id, None)


@blueprint.post("/admin/credentials/<public_id>/take")
@access("admin")
def take(public_id: str) -> ResponseReturnValue:
    """Take it onto one's table."""
    try:
        take_credential(public_id, checker(), clock.now())
    except Conflict as conflict:
        return _check(public_id, None, None, conflict.sentence), 409
    return redirect(url_for("checking.check", public_id=public_id, **_narrow()))


@blueprint.post("/admin/credentials/<public_id>")
@access("admin")
def decide(public_id: str) -> ResponseReturnValue:
    """Verify, reject or ask; then on to the next one that waits."""
    texts = {name: request.form.get(name, "") for name in DECISION}
    try:
        decision, seen = read_decision(decision_body(request.form))
        decided = decide_credential(
            public_id, decision, checker(), credentials_link(), clock.now(), seen=seen, two_persons=two_persons()
        )  # fmt: skip
    except (Refused, Malformed) as refusal:
        return _check(public_id, texts, faults_of_page(refusal.faults), refusal.sentence), 422
    except Conflict as conflict:
        return _check(public_id, None if conflict.code == "changed_since" else texts, None, conflict.sentence), 409
    if decided.status == UNDER_REVIEW:
        flash(_("Kept as the first of two. A second person has to look at it and decide."), "good")
    else:
        flash(_("Decided, recorded, and a letter is on its way."), "good")
    return _go_on()


@blueprint.post("/admin/credentials/<public_id>/standing")
@access("admin")
def change(public_id: str) -> ResponseReturnValue:
    """Suspend, reinstate or revoke."""
    try:
        change_standing(public_id, read_standing(standing_body(request.form)), checker(), credentials_link(), clock.now())
    except (Refused, Malformed) as refusal:
        return _check(public_id, None, faults_of_page(refusal.faults), refusal.sentence), 422
    except Conflict as conflict:
        return _check(public_id, None, None, conflict.sentence), 409
    flash(_("Done, recorded, and a letter is on its way."), "good")
    return redirect(url_for("checking.check", public_id=public_id))


@blueprint.get("/admin/documents/<public_id>")
@access("admin")
def document(public_id: str) -> Response:
    """A file, sandboxed; the look is recorded."""
    media_type, content = open_document(public_id, viewer().actor, clock.now())
    return document_response(media_type, content, public_id)


def _narrow() -> dict[str, Any]:
    """What the queue is narrowed to, kept from page to page."""
    return {name: request.args[name] for name in ("status", "kind") if request.args.get(name)}


def _wanted() -> Wanted:
    try:
        return read_wanted(request.args, WAITING)
    except Malformed:
        return Wanted()


def _go_on() -> ResponseReturnValue:
    """The next one that waits is taken and opened; the queue where nothing is left for this checker."""
    following = take_next(replace(_wanted(), statuses=WAITING), checker(), clock.now())
    if following is None:
        return redirect(url_for("checking.queue", **_narrow()))
    return redirect(url_for("checking.check", public_id=following, **_narrow()))


def _frame(wanted: Wanted) -> dict[str, object]:
    """What stands on every page of the desk: counts and filters, and what is wrong with the exclusion list."""
    by_status = count_by_status(db.session())
    return {
        "waiting": sum(by_status.get(status, 0) for status in WAITING),
        "by_status": by_status,
        "by_kind": count_by_kind(db.session(), wanted.statuses),
        "due": count_due(db.session(), _today()),
        "list_fault": find_list_fault(db.session(), _today(), wanted=current_app.extensions["settings"].exclusion_list),
        "narrow": _narrow(),
        "kinds": kinds(),
    }


def _check(public_id: str, texts: Mapping[str, str] | None, faults: Faults | None = None, sentence: str = "") -> str:
    opened = open_credential(public_id, viewer().actor, clock.now())
    wanted, session = _wanted(), db.session()
    items = load_queue(session, wanted, _today())
    beside = around(items, public_id)
    names = actor_names(session, [item.taken_by for item in beside.items])
    return render_template(
        "admin/queue.html",
        lines=lines_of(list_rows(session, beside.items), beside.items, names, clock.now()),
        following=None,
        before=beside.before,
        after=beside.after,
        opened=opened,
        texts=texts or prefilled(opened.row.credential, _next_check(opened)),
        faults=faults or {},
        sentence=sentence,
        **_possible(opened),
        **_frame(wanted),
    )


def _next_check(opened: OpenedCredential) -> date:
    table = load_policies(db.session()).on(_today())
    return _today() + timedelta(days=table.kinds[opened.row.credential.kind].recheck_days)


def _possible(opened: OpenedCredential) -> dict[str, object]:
    """What may be done with the opened credential, and where it is looked up."""
    credential, table = opened.row.credential, desk_table()
    too_old = any(one.code == OLD_EVIDENCE for one in opened.warnings)
    return {
        "may_decide": credential.status in WAITING,
        "may_verify": not too_old and not (two_persons() and credential.first_verified_by == viewer().actor),
        "standing_verbs": [verb for verb in (SUSPEND, REINSTATE, REVOKE) if path(credential.status, verb)],
        "sources": table.sources_of(credential.kind),
        "registers": source_section(credential),
        "requests": request_section(credential, with_replies=True),
        "reasons": table.reasons,
        "profession_code": register_code(
            (credential.details or {}).get("profession_code"), register_codes().get(opened.row.provider.profession)
        ),
        "images": IMAGES,
    }
