"""The page behind a link that somebody outside was sent, and the pages on which they are asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, Malformed, NotFound, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import ANYONE, access
from providers.credentials.forms.page import faults_of_page
from providers.credentials.models import Credential
from providers.credentials.queries import credential_fact, get_own
from providers.credentials.rules.collaboration import COLLABORATION, STATEMENT, level_on
from providers.credentials.rules.standing import in_force
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.verification.actions.confirming import answer_request, close_requests, request_confirmation, take_answer_back
from providers.verification.forms.confirming import (
    REPLY,
    asker,
    base_url,
    link_limit,
    read_recipient,
    read_reply,
    reply_of_form,
    request_answer,
    send_limit,
    shown,
)
from providers.verification.queries.confirming import list_requests, open_link
from providers.verification.rules.confirming import ANSWERED, CONFIRMABLE, PURPOSES, WAITING

blueprint = Blueprint("confirming", __name__)
Faults = Mapping[str, Sequence[str]]


@blueprint.app_context_processor
def offer_statement() -> dict[str, str]:
    """The statement of a collaboration, for the forms on which it is handed in."""
    return {"collaboration_statement": STATEMENT}


@blueprint.get("/evidence/<token>")
@access(ANYONE)
@link_limit
def show(token: str) -> ResponseReturnValue:
    """What is to be confirmed, or what was answered. Looking changes nothing, since mail scanners look too."""
    return _page(token, dict.fromkeys(REPLY, ""))


@blueprint.post("/evidence/<token>")
@access(ANYONE)
@link_limit
def answer(token: str) -> ResponseReturnValue:
    """Answer, once; the next page is that of the link by which the answer can be taken back."""
    typed = reply_of_form(request.form)
    try:
        open_link(db.session(), token, clock.now())
        following = answer_request(token, read_reply(typed), base_url(), clock.now())
    except NotFound:
        return _closed()
    except (Refused, Malformed) as refusal:
        return _page(token, typed, faults_of_page(refusal.faults), 422)
    flash(_("Thank you. Your answer is kept."), "good")
    return _private(redirect(url_for("confirming.show", token=following)))


@blueprint.post("/evidence/<token>/withdraw")
@access(ANYONE)
@link_limit
def withdraw(token: str) -> ResponseReturnValue:
    """Take an answer back."""
    try:
        take_answer_back(token, base_url(), clock.now())
    except NotFound:
        return _closed()
    return _private(render_template("evidence/closed.html", taken_back=True))


@blueprint.get("/provider/credentials/<public_id>/doctor")
@access("provider")
def doctor(public_id: str) -> str:
    """One's own collaboration: its level, who was asked, and the form that asks."""
    return _doctor(_own(public_id))


@blueprint.post("/provider/credentials/<public_id>/doctor")
@access("provider")
@send_limit
def ask_doctor(public_id: str) -> ResponseReturnValue:
    """Send the doctor a link, or close the one that waits."""
    credential = _own(public_id)
    email = request.form.get("email", "").strip()
    try:
        sentence = _send_or_close(public_id, email, own=True)
    except (Refused, Limited, Conflict) as refusal:
        faults = faults_of_page(refusal.faults) or {"email": [refusal.sentence]}
        return _doctor(credential, email, faults), 429 if isinstance(refusal, Limited) else 422
    flash(sentence, "good")
    return redirect(url_for("confirming.doctor", public_id=public_id))


@blueprint.post("/admin/credentials/<public_id>/requests")
@access("admin")
@send_limit
def ask(public_id: str) -> ResponseReturnValue:
    """Send a physician or an insurer a link, or close the one that waits."""
    try:
        flash(_send_or_close(public_id, request.form.get("email", "").strip(), own=False), "good")
    except (Refused, Limited, Conflict) as refusal:
        flash(refusal.sentence, "bad")
    return redirect(url_for("checking.check", public_id=public_id, _anchor="requests"))


def request_section(credential: Credential, *, with_replies: bool) -> dict[str, object]:
    """What the page of a credential shows of requests to confirm it: `purpose` (None: nobody can), `may_ask`, `rows`.

    What was answered is for those who check.
    """
    rows = [
        {**request_answer(one, clock.now()), "reply": json.loads(one.answer) if with_replies and one.answer else None}
        for one in list_requests(db.session(), credential.id)
    ]
    return {"purpose": PURPOSES.get(credential.kind), "may_ask": credential.status in CONFIRMABLE, "rows": rows}


def _send_or_close(public_id: str, email: str, *, own: bool) -> str:
    if request.form.get("close"):
        close_requests(public_id, asker(own=own), clock.now())
        return str(_("The link is closed."))
    request_confirmation(public_id, read_recipient({"email": email}), asker(own=own), base_url(), clock.now())
    return str(_("A letter with a link is on its way. The link is good for 14 days and one answer."))


def _own(public_id: str) -> Credential:
    credential = get_own(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id)
    if credential.kind != COLLABORATION:
        raise NotFound("not_found", "There is no such credential.")
    return credential


def _doctor(credential: Credential, email: str = "", faults: Faults | None = None) -> str:
    today = ny_date(clock.now())
    stands = in_force(today, [credential_fact(credential)], COLLABORATION) is not None
    level = level_on(today, in_force=stands, level=credential.level, reconfirm_on=credential.reconfirm_on)
    return render_template(
        "provider/doctor.html",
        credential=credential,
        level=level,
        statement=STATEMENT,
        requests=request_section(credential, with_replies=False),
        email=email,
        faults=faults or {},
    )


def _page(token: str, typed: Mapping[str, object], faults: Faults | None = None, status: int = 200) -> ResponseReturnValue:
    try:
        opened = open_link(db.session(), token, clock.now())
    except NotFound:
        return _closed()
    template = "evidence/answered.html" if opened.state == ANSWERED else "evidence/show.html"
    assert opened.state in (WAITING, ANSWERED)  # noqa: S101 (others are not found)
    return _private(render_template(template, token=token, asked=shown(opened), typed=typed, faults=faults or {}), status)


def _closed() -> Response:
    return _private(render_template("evidence/closed.html", taken_back=False), 404)


def _private(body: ResponseReturnValue, status: int | None = None) -> Response:
    """An answer that nobody keeps or lists."""
    answer = make_response(body) if status is None else make_response(body, status)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
