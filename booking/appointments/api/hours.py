"""`/api/v1/provider/schedule/preview`: what clients would see of hours that are not stored."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.forms.hours import SeenDay, preview_hours
from booking.openings.rules.previewing import Change, Shown
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.schedule.forms import read_schedule

blueprint = Blueprint("hours_preview_api", __name__, url_prefix="/api/v1")


@blueprint.post("/provider/schedule/preview")
@access("provider")
def preview() -> ResponseReturnValue:
    """Starts, changes and visits outside, for a body as PUT takes it; nothing is stored."""
    session = db.session()
    seen = preview_hours(session, find_own_id(session, desk_owner().account_id), read_schedule(json_object(request)), clock.now())
    return jsonify(
        {
            "days": [_day(day) for day in seen.days],
            "starts": [_starts(one) for one in seen.shown],
            "changes": [_change(change) for change in seen.changes],
            "visits_outside": [
                {
                    "id": one.appointment.public_id,
                    "reference": one.appointment.reference,
                    "starts_at": rfc3339(one.appointment.starts_at),
                    "ends_at": rfc3339(one.appointment.ends_at),
                }
                for one in seen.outside
            ],
            "reason": seen.reason,
        }
    )


def _day(day: SeenDay) -> dict[str, Any]:
    open_times = [{"from": rfc3339(begin), "until": rfc3339(end)} for begin, end in day.hours.open_times]
    return {"on": day.on.isoformat(), "week": day.week, "open": open_times, "starts": day.count}


def _starts(one: Shown) -> dict[str, Any]:
    starts = [rfc3339(from_minute(start)) for start in one.starts]
    return {"service": one.service, "minutes": one.minutes, "setting": one.setting, "zip": one.zip, "starts_at": starts}


def _change(change: Change) -> dict[str, Any]:
    settings = list(change.settings)
    return {"on": change.on.isoformat(), "part": change.part, "settings": settings, "fewer": change.fewer, "more": change.more}
