"""The page of one's outside calendars: add by address or file, see what became of it, look again, remove."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, FieldFault, Malformed, Refused
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.settings import Settings
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.calendars.actions.add import add_file, add_link
from providers.calendars.actions.connect import choose_calendars, connect_account, disconnect_account, renew_login
from providers.calendars.actions.consent import begin_consent, finish_consent, house_of
from providers.calendars.actions.remove import remove_calendar
from providers.calendars.actions.sync import sync_calendar
from providers.calendars.forms import (
    account_answer,
    houses,
    looking,
    masked,
    read_account,
    read_back,
    read_choice,
    read_link,
    read_password,
    read_upload,
    session_mark,
)
from providers.calendars.queries import count_blocks, count_notes, list_accounts, list_calendars, read_through
from providers.calendars.rules.syncing import FLAGS
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("calendars_in", __name__)


@blueprint.get("/provider/calendars")
@access("provider")
def index() -> str:
    """The calendars with their state, and the forms to add one."""
    return _show(())


@blueprint.post("/provider/calendars")
@access("provider")
@limiter.limit("30 per hour")
def add() -> ResponseReturnValue:
    """Add one; what was typed is not lost when it is refused, but for the address, which is a secret."""
    now, way = clock.now(), looking()
    try:
        if request.form.get("how") == "file":
            add_file(desk_owner(), *read_upload(request), way.reader, now)
            flash(_("Added. Its busy times are blocked."), "good")
        else:
            _add_link()
    except (Refused, Malformed, Conflict) as refusal:
        return _show(refusal.faults, "" if refusal.faults else refusal.sentence), 409 if isinstance(refusal, Conflict) else 422
    return redirect(url_for("calendars_in.index"))


def _add_link() -> None:
    now, way = clock.now(), looking()
    body = {"url": request.form.get("url", ""), "name": request.form.get("name", ""), "places": "places" in request.form}
    public_id = add_link(desk_owner(), *read_link(body), way.feeds, now)
    own_id = find_own_id(db.session(), desk_owner().account_id)
    if sync_calendar(own_id, public_id, way, desk_owner().actor, now):
        flash(_("Added. Its busy times are blocked."), "good")
    else:
        flash(_("Added, but it could not be read yet. We try again by ourselves."), "warning")


@blueprint.post("/provider/calendars/<public_id>/sync")
@access("provider")
@limiter.limit("60 per hour")
def sync(public_id: str) -> ResponseReturnValue:
    """Look at it now."""
    own_id, agreed = find_own_id(db.session(), desk_owner().account_id), request.form.get("agreed") == "1"
    if sync_calendar(own_id, public_id, looking(), desk_owner().actor, clock.now(), agreed=agreed):
        flash(_("Read just now."), "good")
    else:
        flash(_("It could not be read. What it blocked stays blocked."), "warning")
    return redirect(url_for("calendars_in.index"))


@blueprint.post("/provider/calendars/<public_id>/remove")
@access("provider")
def remove(public_id: str) -> ResponseReturnValue:
    """Forget it."""
    remove_calendar(desk_owner(), public_id, clock.now())
    flash(_("Removed. The time it blocked can be booked again."), "good")
    return redirect(url_for("calendars_in.index"))


def _show(faults: Sequence[FieldFault], sentence: str = "") -> str:
    session = db.session()
    session.rollback()
    rows = list_calendars(session, find_own_id(session, desk_owner().account_id))
    placed: dict[str, list[str]] = {}
    for fault in faults:
        placed.setdefault(fault.field, []).append(fault.message)
    return render_template(
        "provider/calendars.html",
        rows=rows,
        blocks=count_blocks(session, [row.id for row in rows], to_minute(clock.now())),
        typed={"name": request.form.get("name", ""), "places": "places" in request.form, "how": request.form.get("how", "link")},
        faults=placed,
        sentence=sentence,
        flags=FLAGS,
        masked=masked,
        instant=from_minute,
    )


@blueprint.get("/provider/calendars/accounts")
@access("provider")
def accounts() -> str:
    """The accounts, what each is used for, and the ways to connect one."""
    return _show_accounts(())


@blueprint.post("/provider/calendars/accounts")
@access("provider")
@limiter.limit("20 per hour")
def connect() -> ResponseReturnValue:
    """Connect an account; the password that was typed is never shown again."""
    typed = {name: request.form.get(name, "") for name in ("server", "user_name", "password")}
    try:
        connect_account(desk_owner(), read_account(typed), looking().feeds, clock.now())
    except (Refused, Malformed, Conflict) as refusal:
        return _refused(refusal)
    flash(_("Connected. Choose below what is read and where your visits are written."), "good")
    return redirect(url_for("calendars_in.accounts"))


@blueprint.get("/provider/calendars/connect/<any(google, microsoft):kind>")
@access("provider")
@limiter.limit("40 per hour")
def ask(kind: str) -> ResponseReturnValue:
    """Say what somebody will be asked at Google or Microsoft, and lead there.

    By a link: a form must not lead to other houses, and theirs lead on to more of them before they ask.
    """
    house = house_of(houses(), kind)
    try:
        url = begin_consent(desk_owner(), house, session_mark(), _back_here(kind), clock.now())
    except (Refused, Conflict) as refusal:
        return _refused(refusal)
    return render_template("provider/calendar_leaving.html", house=house, url=url)


@blueprint.get("/provider/calendars/connect/<any(google, microsoft):kind>/back")
@access("provider")
@limiter.limit("40 per hour")
def come_back(kind: str) -> ResponseReturnValue:
    """They come back; whatever came of it is told on a page whose address holds no secret."""
    house = house_of(houses(), kind)
    try:
        finish_consent(desk_owner(), house, read_back(request), _back_here(kind), clock.now())
    except (Refused, Conflict) as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(_("Connected. Choose below what is read and where your visits are written."), "good")
    return redirect(url_for("calendars_in.accounts"))


def _back_here(kind: str) -> str:
    """Where they come back to: under the address that this site is known by, as it is written down at the other side."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url + url_for("calendars_in.come_back", kind=kind)


@blueprint.post("/provider/calendars/accounts/<public_id>")
@access("provider")
@limiter.limit("60 per hour")
def choose(public_id: str) -> ResponseReturnValue:
    """What an account is used for."""
    body = {"read": request.form.getlist("read"), "write": request.form.get("write") or None, "detail": request.form.get("detail", "brief")}
    try:
        choose_calendars(desk_owner(), public_id, read_choice(body), clock.now())
    except (Refused, Malformed) as refusal:
        return _refused(refusal)
    flash(_("Saved. Calendars are read and written within a minute."), "good")
    return redirect(url_for("calendars_in.accounts"))


@blueprint.post("/provider/calendars/accounts/<public_id>/password")
@access("provider")
@limiter.limit("20 per hour")
def renew(public_id: str) -> ResponseReturnValue:
    """A new password for an account."""
    try:
        renew_login(desk_owner(), public_id, read_password({"password": request.form.get("password", "")}), looking().feeds, clock.now())
    except (Refused, Malformed) as refusal:
        return _refused(refusal)
    flash(_("The server takes the new password."), "good")
    return redirect(url_for("calendars_in.accounts"))


@blueprint.post("/provider/calendars/accounts/<public_id>/disconnect")
@access("provider")
def disconnect(public_id: str) -> ResponseReturnValue:
    """Forget an account."""
    disconnect_account(desk_owner(), public_id, clock.now())
    flash(_("Disconnected. What let us in is deleted, and the time that was read from there can be booked again."), "good")
    return redirect(url_for("calendars_in.accounts"))


def _refused(refusal: Refused | Malformed | Conflict) -> ResponseReturnValue:
    return _show_accounts(refusal.faults, "" if refusal.faults else refusal.sentence), 409 if isinstance(refusal, Conflict) else 422


def _show_accounts(faults: Sequence[FieldFault], sentence: str = "") -> str:
    session = db.session()
    session.rollback()
    rows = list_accounts(session, find_own_id(session, desk_owner().account_id))
    read, notes = read_through(session, [row.id for row in rows]), count_notes(session, [row.id for row in rows])
    placed: dict[str, list[str]] = {}
    for fault in faults:
        placed.setdefault(fault.field, []).append(fault.message)
    return render_template(
        "provider/calendar_accounts.html",
        houses=houses(),
        accounts=[(row, account_answer(row, read.get(row.id, []), notes.get(row.id, 0))) for row in rows],
        typed={"server": request.form.get("server", ""), "user_name": request.form.get("user_name", "")},
        faults=placed,
        sentence=sentence,
    )
