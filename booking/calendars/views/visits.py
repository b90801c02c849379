"""One visit as a calendar file, for whoever has its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import parseaddr
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from booking.appointments.changes.letters import INVITING, Sending, beside_facts, letter_facts
from booking.appointments.forms.reading import CALENDAR
from booking.appointments.queries import Booked, get_any
from booking.calendars.ics import event_of_facts, google_link, outlook_link, visit_file
from booking.calendars.rules import VisitEvent
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
    booked = _booked(signed)
    content = visit_file(replace(_event(booked), organizer=_organizer()))
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{booked.appointment.reference}.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/calendar/visit/<signed>/google")
@access("anyone")
def google(signed: str) -> Answer:
    """On to Google Calendar with the visit filled in."""
    return redirect(google_link(_event(_booked(signed))))


@blueprint.get("/calendar/visit/<signed>/outlook")
@access("anyone")
def outlook(signed: str) -> Answer:
    """On to Outlook with the visit filled in."""
    return redirect(outlook_link(_event(_booked(signed))))


def _booked(signed: str) -> Booked:
    return get_any(db.session(), read_name(signed, CALENDAR))


def _event(booked: Booked) -> VisitEvent:
    sending = Sending(current_app.extensions["settings"].base_url)
    facts = letter_facts(booked, sending, for_provider=False) | beside_facts(db.session(), booked.appointment)
    return event_of_facts(facts, for_provider=False)


def _organizer() -> str:
    """Who invites: the address that letters come from."""
    settings: Settings = current_app.extensions["settings"]
    return parseaddr(settings.mail_from)[1]


def _visit_of(facts: Mapping[str, Any]) -> VisitEvent:
    return event_of_facts(facts, for_provider=facts["for_provider"])


def invitation(
    method: str, event_of: Callable[[Mapping[str, Any]], VisitEvent] = _visit_of
) -> Callable[[Mapping[str, Any]], list[Attachment]]:
    """Makes the calendar file of a letter: an invitation (REQUEST) or its end (CANCEL), with the same UID and a rising SEQUENCE.

    `event_of` reads the event out of the letter's facts: a visit, or what a later topic writes about. `facts["to"]` is who is invited.
    """

    def files(facts: Mapping[str, Any]) -> list[Attachment]:
        event = replace(event_of(facts), organizer=_organizer(), attendee=facts["to"])
        return [Attachment("visit.ics", visit_file(event, method), f"text/calendar; method={method}; charset=utf-8")]

    return files


ATTACHMENTS = {kind: invitation(method) for kind, method in INVITING.items()}
