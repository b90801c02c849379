"""`/api/v1/provider/calendars`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.calendars.actions.add import add_file, add_link
from providers.calendars.actions.connect import choose_calendars, connect_account, disconnect_account, renew_login
from providers.calendars.actions.remove import remove_calendar
from providers.calendars.actions.sync import sync_calendar
from providers.calendars.forms import (
    account_answer,
    calendar_answer,
    looking,
    read_account,
    read_agreement,
    read_calendar,
    read_choice,
    read_password,
    read_upload,
)
from providers.calendars.queries import count_blocks, count_notes, get_account, get_calendar, list_accounts, list_calendars, read_through
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("calendars_in_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/calendars")
@access("provider")
def list_outside_calendars() -> ResponseReturnValue:
    """One's own outside calendars with their state."""
    rows = list_calendars(db.session(), find_own_id(db.session(), desk_owner().account_id))
    blocks = count_blocks(db.session(), [row.id for row in rows], to_minute(clock.now()))
    return jsonify(items=[calendar_answer(row, blocks.get(row.id, 0)) for row in rows], next=None)


@blueprint.post("/provider/calendars")
@access("provider")
@limiter.limit("30 per hour")
@idempotent
def add_outside_calendar() -> ResponseReturnValue:
    """Add one by its address (JSON), which is looked at once before the answer, or by its file (a form)."""
    now = clock.now()
    if request.mimetype == "multipart/form-data":
        return _shown(add_file(desk_owner(), *read_upload(request), looking().reader, now)), 201
    draft, url = read_calendar(request)
    way = looking()
    public_id = add_link(desk_owner(), draft, url, way.feeds, now)
    sync_calendar(find_own_id(db.session(), desk_owner().account_id), public_id, way, desk_owner().actor, now)
    return _shown(public_id), 201


@blueprint.post("/provider/calendars/<public_id>/sync")
@access("provider")
@limiter.limit("60 per hour")
def sync_outside_calendar(public_id: str) -> ResponseReturnValue:
    """Look at it now; `agreed` says that a sudden loss is right."""
    own_id = find_own_id(db.session(), desk_owner().account_id)
    sync_calendar(own_id, public_id, looking(), desk_owner().actor, clock.now(), agreed=read_agreement(request))
    return _shown(public_id)


@blueprint.delete("/provider/calendars/<public_id>")
@access("provider")
def remove_outside_calendar(public_id: str) -> ResponseReturnValue:
    """Forget it; its time is free at once."""
    remove_calendar(desk_owner(), public_id, clock.now())
    return "", 204


@blueprint.get("/provider/calendars/accounts")
@access("provider")
def list_calendar_accounts() -> ResponseReturnValue:
    """One's own CalDAV accounts with their calendars."""
    session = db.session()
    rows = list_accounts(session, find_own_id(session, desk_owner().account_id))
    read, notes = read_through(session, [row.id for row in rows]), count_notes(session, [row.id for row in rows])
    return jsonify(items=[account_answer(row, read.get(row.id, []), notes.get(row.id, 0)) for row in rows], next=None)


@blueprint.post("/provider/calendars/accounts")
@access("provider")
@limiter.limit("20 per hour")
@idempotent
def connect_calendar_account() -> ResponseReturnValue:
    """Connect an account; its calendars are found before the answer, none is read or written yet."""
    return _account(connect_account(desk_owner(), read_account(json_object(request)), looking().feeds, clock.now())), 201


@blueprint.put("/provider/calendars/accounts/<public_id>")
@access("provider")
@limiter.limit("60 per hour")
def choose_account_calendars(public_id: str) -> ResponseReturnValue:
    """Say which calendars are read, into which one visits are written, and how much of them."""
    choose_calendars(desk_owner(), public_id, read_choice(json_object(request)), clock.now())
    return _account(public_id)


@blueprint.post("/provider/calendars/accounts/<public_id>/password")
@access("provider")
@limiter.limit("20 per hour")
def renew_account_password(public_id: str) -> ResponseReturnValue:
    """Give a new password; what waited for it goes on."""
    renew_login(desk_owner(), public_id, read_password(json_object(request)), looking().feeds, clock.now())
    return _account(public_id)


@blueprint.delete("/provider/calendars/accounts/<public_id>")
@access("provider")
def disconnect_calendar_account(public_id: str) -> ResponseReturnValue:
    """Forget it with its password; what was read through it gives its time back."""
    disconnect_account(desk_owner(), public_id, clock.now())
    return "", 204


def _account(public_id: str) -> Response:
    session = db.session()
    account = get_account(session, find_own_id(session, desk_owner().account_id), public_id)
    read, notes = read_through(session, [account.id]), count_notes(session, [account.id])
    return jsonify(account_answer(account, read.get(account.id, []), notes.get(account.id, 0)))


def _shown(public_id: str) -> Response:
    calendar = get_calendar(db.session(), find_own_id(db.session(), desk_owner().account_id), public_id)
    blocks = count_blocks(db.session(), [calendar.id], to_minute(clock.now()))
    return jsonify(calendar_answer(calendar, blocks.get(calendar.id, 0)))
