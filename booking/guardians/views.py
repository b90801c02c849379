"""Stating a birth date and naming a guardian; the guardian's own pages behind their links."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from booking.guardians import catalogue
from booking.guardians.actions import (
    Opened,
    answer_link,
    end_by_link,
    name_guardian,
    open_end,
    open_link,
    state_birth_date,
    withdraw_guardian,
)
from booking.guardians.forms import AnswerForm, BirthDateForm, EndForm, GuardianForm, line_of_visit, own_person, state_of_visit
from booking.guardians.queries import find_asked, find_birth_date, find_guardian, standing_of
from booking.guardians.rules import day_of
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("guardians", __name__)
_HOLD = re.compile(r"[A-Za-z0-9_-]{1,40}")
link_limit = limiter.limit("60 per minute")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"guardian_state_of": state_of_visit, "guardian_line_of": line_of_visit}


@blueprint.get("/guardian")
@access("client", "anonymous")
def index() -> str:
    """How it stands, and what can be done."""
    return _page()


@blueprint.post("/guardian/birth-date")
@access("client", "anonymous")
@limiter.limit("30 per hour")
def birth_date() -> ResponseReturnValue:
    """State the birth date."""
    form = BirthDateForm()
    if not form.validate_on_submit() or form.born_on.data is None:
        return _page(birth=form), 422
    try:
        state_birth_date(own_person(), form.born_on.data, viewer().actor, clock.now())
    except Refusal as refusal:
        _show(form, refusal)
        return _page(birth=form), 422
    flash(_("Kept, encrypted."), "good")
    return redirect(url_for(".index", hold=_hold()))


@blueprint.post("/guardian/name")
@access("client", "anonymous")
@limiter.limit("20 per hour")
def name() -> ResponseReturnValue:
    """Name the guardian."""
    form = GuardianForm()
    if not form.validate_on_submit():
        return _page(guardian=form), 422
    try:
        made = name_guardian(own_person(), form.naming, viewer().actor, _base_url(), clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        _show(form, refusal)
        return _page(guardian=form), 422
    flash(_("Agreed. You can book now.") if made.by_booker else _("The letter is on its way. You can book once they have agreed."), "good")
    return redirect(url_for(".index", hold=_hold()))


@blueprint.post("/guardian/withdraw")
@access("client", "anonymous")
def withdraw() -> ResponseReturnValue:
    """Take it back."""
    try:
        withdraw_guardian(own_person(), viewer().actor, _base_url(), clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(_("Taken back. No visit under 18 begins until a guardian agrees again."), "good")
    return redirect(url_for(".index", hold=_hold()))


@blueprint.route("/guardian/answer/<token>", methods=["GET", "POST"])
@access(ANYONE)
@link_limit
def answer(token: str) -> Response:
    """What the guardian is asked, and their answer, once. Looking uses nothing up, since mail scanners look too."""
    form, now = AnswerForm(), clock.now()

    def act() -> Response | None:
        if not form.validate_on_submit():
            return None
        agreed = answer_link(token, form.version.data or "", _base_url(), now, agrees=form.agrees.data == "yes")
        return _private(render_template("guardians/closed.html", done="agreed" if agreed else "declined"), 200)

    return _behind(form, lambda: open_link(token, now), act, "guardians/answer.html")


@blueprint.route("/guardian/end/<token>", methods=["GET", "POST"])
@access(ANYONE)
@link_limit
def stop(token: str) -> Response:
    """The guardian takes it back."""
    form, now = EndForm(), clock.now()

    def act() -> Response | None:
        if not form.validate_on_submit():
            return None
        end_by_link(token, _base_url(), now)
        return _private(render_template("guardians/closed.html", done="ended"), 200)

    return _behind(form, lambda: open_end(token, now), act, "guardians/end.html")


def _behind(form: FlaskForm, look: Callable[[], Opened], act: Callable[[], Response | None], template: str) -> Response:
    """A page behind a link: what was sent is done, else it is shown; a link that is not open answers always the same."""
    try:
        try:
            done = act() if request.method == "POST" else None
        except NotFound:
            raise
        except Refusal as refusal:
            _show(form, refusal)
            done = None
        if done is not None:
            return done
        opened = look()
    except NotFound:
        return _private(render_template("guardians/closed.html", done=""), 404)
    if isinstance(form, AnswerForm):
        form.version.data = catalogue.house().text.version
    words = catalogue.house()
    body = render_template(template, form=form, opened=opened, text=words.text, relations=words.relations)
    return _private(body, 422 if form.errors or form.form_errors else 200)


def _page(birth: BirthDateForm | None = None, guardian: GuardianForm | None = None) -> str:
    session, now, person_id = db.session(), clock.now(), own_person()
    born_on, house = find_birth_date(session, person_id), catalogue.house()
    stands = standing_of(session, person_id, day_of(now))
    naming = guardian or GuardianForm(formdata=None)
    naming.version.data = house.text.version
    return render_template(
        "guardians/index.html", birth=birth or BirthDateForm(formdata=None, born_on=born_on), naming=naming, stands=stands, born_on=born_on,
        holds=find_guardian(session, person_id) if stands.needed else None, waits=find_asked(session, person_id, now), text=house.text,
        relations=house.relations, hold=_hold(),
    )  # fmt: skip


def _hold() -> str | None:
    """The checkout to go back to, as its page handed it on."""
    sent = request.values.get("hold", "")
    return sent if _HOLD.fullmatch(sent) else None


def _show(form: FlaskForm, refusal: Refusal) -> None:
    """A refusal at its field, else above the form."""
    named = [fault for fault in refusal.faults if fault.field in form]
    for fault in named:
        form[fault.field].errors = [*form[fault.field].errors, fault.message]
    if not named:
        form.form_errors.append(refusal.sentence)


def _base_url() -> str:
    base_url: str = current_app.extensions["settings"].base_url
    return base_url


def _private(body: str, status: int) -> Response:
    """An answer that nobody keeps or lists."""
    made = make_response(body, status)
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["X-Robots-Tag"] = "noindex, nofollow"
    return made
