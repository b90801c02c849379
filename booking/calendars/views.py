"""One visit as a calendar file, for whoever has its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import parseaddr
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from booking.appointments.changes.letters import INVITING, Sending, letter_facts
from booking.appointments.forms.reading import CALENDAR
from booking.appointments.queries import get_any
from booking.calendars.ics import VisitEvent, event_of_facts, google_link, outlook_link, visit_file
from marketplace.db import db
from marketplace.outbox.smtp_port import Attachment
from marketplace.settings import Settings
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


def invitation(method: str) -> Callable[[Mapping[str, Any]], list[Attachment]]:
    """Makes the calendar file of a letter: an invitation (REQUEST) or its end (CANCEL), with the same UID and a rising SEQUENCE."""

    def files(facts: Mapping[str, Any]) -> list[Attachment]:
        settings: Settings = current_app.extensions["settings"]
        event = replace(
            event_of_facts(facts, for_provider=facts["for_provider"]), organizer=parseaddr(settings.mail_from)[1], attendee=facts["to"]
        )
        return [Attachment("visit.ics", visit_file(event, method), f"text/calendar; method={method}; charset=utf-8")]

    return files


ATTACHMENTS = {kind: invitation(method) for kind, method in INVITING.items()}
