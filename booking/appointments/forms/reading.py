"""What programs send about holds and appointments, as the values that verbs take. The HTML pages use the same values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, request, url_for

from booking.appointments.actions.book import Booking, PlaceOfVisit
from booking.appointments.actions.cancel import Cancelling
from booking.appointments.actions.hold import HoldWish
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import CARDS_OFF, cards_on
from booking.appointments.queries import Booked, get_any, get_hold, get_of_person, get_of_provider
from booking.appointments.rules.cancellation import REASONS
from booking.appointments.rules.doors import TOLD_AT_BOOKING
from booking.appointments.rules.paying import AT_VISIT, CARD
from booking.openings.forms.wishes import read_add_ons
from booking.openings.queries.roster import taken_already
from booking.openings.rules.asking import Wish
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import to_minute
from marketplace.settings import Settings
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields, json_object
from marketplace.webkit.signing import sign_name
from providers.places.gazetteer import find_zip
from providers.profiles.rules import MOBILE
from providers.schedule.changes import TAKEN
from providers.schedule.rules.hours import SETTINGS
from providers.services.rules.calls import PHONE

LONGEST_NOTE = 2000
CALENDAR = "visit-calendar"
METHODS = (AT_VISIT, CARD)


def base_url() -> str:
    """Where links in letters lead."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url


def calendar_url(public_id: str) -> str:
    """The absolute address of one visit's calendar file; it carries its own right to be read.

    In production the host is the configured one, whatever a request claims; else the one that was asked, whichever port that is.
    """
    settings: Settings = current_app.extensions["settings"]
    signed = sign_name(public_id, CALENDAR)
    if settings.production:
        return f"{settings.base_url}{url_for('calendars.visit', signed=signed)}"
    return url_for("calendars.visit", signed=signed, _external=True)


def doer() -> Doer:
    """Whoever sends the running request."""
    who = viewer()
    return Doer("client" if who.role == "anonymous" else who.role, who.actor)


def refuse_taken(wanted: HoldWish, now: datetime) -> None:
    """Raise Conflict `slot_taken` where a start is taken already as far as anybody can see: whoever comes too late waits for no lock."""
    begin = to_minute(wanted.starts_at)
    if wanted.starts_at > now and taken_already(db.session(), wanted.provider, (begin, begin + wanted.wish.minutes), now):
        raise Conflict("slot_taken", TAKEN)


def own_person_id() -> int:
    """The person behind the request; guests have one once they hold something. Raises NotFound."""
    person_id = viewer().person_id
    if person_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    return person_id


def own_appointment(public_id: str) -> Booked:
    """The appointment, if the viewer is one of its two sides or an admin. Foreign and missing ones are NotFound alike."""
    who = viewer()
    session = db.session()
    if who.role == "admin":
        return get_any(session, public_id)
    if who.role == "provider" and who.account_id is not None:
        return get_of_provider(session, public_id, who.account_id)
    return get_of_person(session, public_id, own_person_id())


def read_zip(fields: Fields, saved: str | None) -> str | None:
    """A ZIP code of Manhattan, or the saved one; codes of single buildings count as the area around them."""
    sent = fields.text("zip", None, longest=10)
    code = sent or saved
    if code is None:
        return None
    area = find_zip(code)
    if area is None:
        fields.fault("zip", f"{code} is not a ZIP code in Manhattan.")
        return None
    return area.zip


def read_wish(saved_zip: str | None) -> HoldWish:
    """The body of `POST /holds`."""
    fields = Fields(json_object(request))
    provider = fields.text("provider")
    service = fields.text("service", longest=40)
    minutes = fields.integer("minutes", least=1, most=480)
    setting = fields.choice("setting", SETTINGS | {PHONE})
    starts_at = fields.instant("starts_at")
    zip_code, add_ons = read_zip(fields, saved_zip), read_add_ons(fields)
    fields.finish()
    return HoldWish(provider, Wish(service, minutes, setting, zip_code if setting in MOBILE else None, add_ons=add_ons), starts_at)


def read_booking() -> Booking:
    """The body of `POST /appointments`. For a call nothing else is asked than the hold and a word to the therapist."""
    fields = Fields(json_object(request))
    hold = fields.text("hold")
    if _is_call(hold):
        note = fields.text("note", None, longest=LONGEST_NOTE, blank=True)
        fields.finish()
        return Booking(hold, note=note or None)
    screening = fields.text("screening")
    consent = Fields(fields.table("consent") or {}, "consent.")
    version = consent.text("version")
    accepted = consent.boolean("accepted")
    sections = consent.texts("sections", [])
    payment = Fields(fields.table("payment", {"method": "at_visit"}) or {}, "payment.")
    method = payment.choice("method", METHODS)
    card = payment.text("payment_method", None, longest=64)
    place = _read_place(fields.table("place", None))
    technique = fields.text("technique", None, longest=40)
    note = fields.text("note", None, longest=LONGEST_NOTE, blank=True)
    prescription = fields.text("prescription", None, longest=40)
    born_on = fields.written_day("born_on")
    if method == CARD and not cards_on():
        payment.fault("method", CARDS_OFF)
    elif method == CARD and not card:
        payment.fault("payment_method", "Say which card pays: one that Stripe has just made, or one of GET /me/cards.")
    fields.finish()
    consent.finish()
    payment.finish()
    return Booking(
        hold, screening, version, accepted, tuple(sections), method, place, technique, note or None, prescription=prescription, card=card,
        born_on=born_on,
    )  # fmt: skip


def _is_call(hold: object) -> bool:
    """Whether this client's own hold is one of a call; what cannot be found is refused later, like a visit's."""
    try:
        return isinstance(hold, str) and get_hold(db.session(), hold, viewer().person_id).setting == PHONE
    except NotFound:
        return False


def _read_place(data: dict[str, Any] | None) -> PlaceOfVisit | None:
    if data is None:
        return None
    fields = Fields(data, "place.")
    place = PlaceOfVisit(
        line1=fields.text("line1", longest=160),
        zip=fields.text("zip", longest=10),
        unit=fields.text("unit", None, longest=40, blank=True),
        access=fields.text("access", None, longest=500, blank=True),
        door_minutes=fields.integer("door_minutes", 0, most=max(TOLD_AT_BOOKING)),
    )
    fields.finish()
    return place


def read_cancelling() -> Cancelling:
    """The body of `POST /appointments/{id}/cancel`."""
    fields = Fields(json_object(request))
    wanted = Cancelling(
        fields.integer("expected_fee_cents", None),
        fields.choice("reason", REASONS, None),
        fields.text("note", None, longest=LONGEST_NOTE, blank=True),
        fields.integer("expected_waived_cents", None),
    )
    fields.finish()
    return wanted
