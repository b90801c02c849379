"""`/api/v1`: notes of visits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Blueprint, Response, jsonify

from booking.appointments.forms.reading import doer, own_appointment
from booking.intake.actions.look import look_at_comfort
from booking.notes.actions.keep import carry_note, keep_note
from booking.notes.actions.look import open_note
from booking.notes.actions.sign import add_to_note, lock_note
from booking.notes.forms.reading import added_json, note_json, read_addendum, read_version, read_written
from booking.notes.queries import find_signed
from booking.notes.rules.agreeing import NOT_AGREED
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("notes_api", __name__, url_prefix="/api/v1")
MISSING = "There is no note of this visit for you."


@blueprint.get("/appointments/<public_id>/note")
@access("client", "provider")
def show_note(public_id: str) -> Response:
    """The note of a visit: for its therapist as it stands, for its client once it is signed."""
    booked = own_appointment(public_id)
    if viewer().role == "client":
        kept = find_signed(db.session(), booked.appointment.id)
    else:
        kept = open_note(public_id, booked.provider.id, doer().name, clock.now()).kept
    if kept is None:
        raise NotFound("not_found", MISSING)
    return jsonify(note_json(kept))


@blueprint.put("/appointments/<public_id>/note")
@access("provider")
@limiter.limit("120 per minute")
def write_note(public_id: str) -> Response:
    """Keep what is written of one's visit."""
    booked, now = own_appointment(public_id), clock.now()
    with _told_of_the_card(public_id, now):
        return jsonify(note_json(keep_note(public_id, booked.provider.id, read_written(), doer().name, now)))


@blueprint.post("/appointments/<public_id>/note/carry-over")
@access("provider")
@limiter.limit("30 per minute")
def carry(public_id: str) -> Response:
    """Fill what is empty with the words of the note before."""
    booked = own_appointment(public_id)
    return jsonify(note_json(carry_note(public_id, booked.provider.id, read_version(), doer().name, clock.now())))


@blueprint.post("/appointments/<public_id>/note/lock")
@access("provider")
@limiter.limit("30 per minute")
def lock(public_id: str) -> Response:
    """Sign the note, for good."""
    booked, now = own_appointment(public_id), clock.now()
    with _told_of_the_card(public_id, now):
        return jsonify(note_json(lock_note(public_id, booked.provider.id, read_version(), doer().name, now)))


@blueprint.post("/appointments/<public_id>/note/addenda")
@access("provider")
@limiter.limit("30 per minute")
@idempotent
def add(public_id: str) -> tuple[Response, int]:
    """Add words to a signed note."""
    booked = own_appointment(public_id)
    return jsonify(added_json(add_to_note(public_id, booked.provider.id, read_addendum(), doer().name, clock.now()))), 201


@contextmanager
def _told_of_the_card(public_id: str, now: datetime) -> Iterator[None]:
    """A refusal that says what the comfort card leaves out is a look at the card, and is written down as one."""
    try:
        yield
    except Refused as refused:
        if refused.code == NOT_AGREED:
            look_at_comfort(public_id, doer().name, now)
        raise
