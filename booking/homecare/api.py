"""`/api/v1`: programs for home, and the journal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.homecare.actions import give_program, look_at_program, open_journal, remove_entry, write_entry
from booking.homecare.forms import read_entry, read_program
from booking.homecare.queries import Given, Written, load_journal, load_programs
from booking.homecare.rules.programs import program_to_dict
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields

blueprint = Blueprint("homecare_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/home-program")
@access("client", "provider")
def show_program(public_id: str) -> Response:
    """What was left at the visit. A therapist's look is written down."""
    booked = own_appointment(public_id)
    if viewer().role == "client":
        found = next(iter(load_programs(db.session(), booked.person.id, booked.appointment.id)), None)
    else:
        found = look_at_program(public_id, doer().name, clock.now())
    if found is None:
        raise NotFound("not_found", "Nothing was left for home at this visit.")
    return jsonify(_program(found))


@blueprint.put("/appointments/<public_id>/home-program")
@access("provider")
@limiter.limit("30 per minute")
def give(public_id: str) -> Response:
    """Leave a program at one's visit."""
    own_appointment(public_id)
    return jsonify(_program(give_program(public_id, read_program(), doer().name, base_url(), clock.now())))


@blueprint.get("/journal")
@access("client", "provider")
def show_journal() -> Response:
    """A client's own journal, or for a therapist what the client of a visit wrote since the visit before."""
    fields = Fields(request.args.to_dict())
    appointment = fields.text("appointment", None, longest=40)
    fields.finish()
    if viewer().role == "client":
        return jsonify(items=[_entry(one) for one in load_journal(db.session(), own_person_id())])
    if appointment is None:
        raise NotFound("not_found", "Say before which visit.")
    own_appointment(appointment)
    return jsonify(items=[_entry(one) for one in open_journal(appointment, doer().name, clock.now())])


@blueprint.post("/journal")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def write() -> tuple[Response, int]:
    """Write an entry."""
    now = clock.now()
    return jsonify(_entry(write_entry(read_entry(local_day(to_minute(now))), own_person_id(), doer().name, now))), 201


@blueprint.delete("/journal/<public_id>")
@access("client")
def remove(public_id: str) -> tuple[str, int]:
    """Remove an entry for good."""
    remove_entry(public_id, own_person_id(), doer().name, clock.now())
    return "", 204


def _program(given: Given) -> dict[str, object]:
    about = {"id": given.public_id, "appointment": given.appointment, "provider": given.provider, "given_at": rfc3339(given.given_at)}
    return {**about, **program_to_dict(given.program)}


def _entry(written: Written) -> dict[str, object]:
    entry = written.entry
    values = {"pain": entry.pain, "stiffness": entry.stiffness, "mobility": entry.mobility, "note": entry.note}
    return {"id": written.public_id, "on": entry.on.isoformat(), **values, "written_at": rfc3339(written.written_at)}
