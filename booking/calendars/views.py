"""One visit as a calendar file, for whoever has its address."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from booking.appointments.changes.letters import Sending, letter_facts
from booking.appointments.forms.reading import CALENDAR
from booking.appointments.queries import get_any
from booking.calendars.ics import VisitEvent, event_of_facts, google_link, outlook_link, visit_file
from marketplace.db import db
from marketplace.webkit.identity import access
from marketplace.webkit.signing import read_name

blueprint = Blueprint("calendars", __name__)


@blueprint.get("/calendar/visit/<signed>.ics")
@access("anyone")
def visit(signed: str) -> Response:
    """The visit's file. Unknown and altered addresses are not found; caches may keep it only to ask again."""
    booked = get_any(db.session(), read_name(signed, CALENDAR))
    sending = Sending(current_app.extensions["settings"].base_url)
    content = visit_file(event_of_facts(letter_facts(booked, sending, for_provider=False), for_provider=False))
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{booked.appointment.reference}.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(f"{booked.appointment.public_id}-{booked.appointment.sequence}-{booked.appointment.status}")
    response.make_conditional(request)
    return response


@blueprint.get("/calendar/visit/<signed>/google")
@access("anyone")
def google(signed: str) -> Answer:
    """On to Google Calendar with the visit filled in."""
    return redirect(google_link(_event(signed)))


@blueprint.get("/calendar/visit/<signed>/outlook")
@access("anyone")
def outlook(signed: str) -> Answer:
    """On to Outlook with the visit filled in."""
    return redirect(outlook_link(_event(signed)))


def _event(signed: str) -> VisitEvent:
    booked = get_any(db.session(), read_name(signed, CALENDAR))
    sending = Sending(current_app.extensions["settings"].base_url)
    return event_of_facts(letter_facts(booked, sending, for_provider=False), for_provider=False)
