"""`/api/v1/waitlist`: waiting for a time."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.actions.wait import join_waitlist, leave_waitlist
from booking.appointments.api.shapes import hold_answer
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.forms.waiting import read_waiting
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import Waiting, list_waiting
from booking.appointments.rules.waiting import state_of
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("waitlist_api", __name__, url_prefix="/api/v1")


@blueprint.get("/waitlist")
@access("client")
def list_own() -> ResponseReturnValue:
    """What one waits for, the oldest first, and what is offered."""
    now, rows = clock.now(), list_waiting(db.session(), WaitlistEntry.person_id == own_person_id())
    return jsonify({"items": [_answer(one, now) for one in rows], "next": None})


@blueprint.post("/waitlist")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def join() -> ResponseReturnValue:
    """Wait for a time; what becomes free is offered by letter and kept for a while."""
    person_id, now = own_person_id(), clock.now()
    wanted = read_waiting(json_object(request), saved_zip(db.session(), person_id))
    return jsonify(_answer(join_waitlist(wanted, person_id, doer(), base_url(), now), now)), 201


@blueprint.delete("/waitlist/<public_id>")
@access("client")
def leave(public_id: str) -> ResponseReturnValue:
    """Stop waiting; what is offered goes to the next."""
    leave_waitlist(public_id, own_person_id(), doer(), clock.now())
    return "", 204


def _answer(one: Waiting, now: datetime) -> dict[str, object]:
    entry, offer = one.entry, one.live_offer(now)
    today = local_day(to_minute(now))
    return {
        "id": entry.public_id,
        "provider": {"slug": one.provider.slug, "name": one.provider.name} if one.provider else None,
        "service": entry.service_code,
        "minutes": entry.minutes,
        "setting": entry.setting,
        "zip": entry.zip,
        "from": entry.from_on.isoformat(),
        "to": entry.until_on.isoformat(),
        "parts": entry.parts,
        "state": state_of(left=entry.left_at is not None, until_on=entry.until_on, today=today, offers=one.states(now)),
        "offer": hold_answer(offer) if offer else None,
        "created_at": rfc3339(entry.created_at),
    }
