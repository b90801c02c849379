"""`/api/v1`: insurance details and claim forms."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.claims.actions import give_insurance, make_claim, open_claim, opened_of, print_claim, take_back_insurance
from booking.claims.forms import file_of, given_answer, made_answer, opened_answer, read_insurance, read_printing, read_wish
from booking.claims.queries import find_given, get_made
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter

blueprint = Blueprint("claims_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/insurance")
@access("client")
def show_insurance(public_id: str) -> Response:
    """What one gave for claim forms of this visit's therapist, if it may be used now."""
    return jsonify(given_answer(find_given(db.session(), own_appointment(public_id), clock.now())))


@blueprint.put("/appointments/<public_id>/insurance")
@access("client")
@limiter.limit("30 per minute")
def keep_insurance(public_id: str) -> Response:
    """Give it, in place of what was given before."""
    own_appointment(public_id)
    told, name = read_insurance()
    return jsonify(given_answer(give_insurance(public_id, own_person_id(), told, name, doer().name, clock.now())))


@blueprint.delete("/appointments/<public_id>/insurance")
@access("client")
@limiter.limit("30 per minute")
def end_insurance(public_id: str) -> tuple[str, int]:
    """Take it back; forms that were made stay."""
    own_appointment(public_id)
    take_back_insurance(public_id, own_person_id(), doer().name, clock.now())
    return "", 204


@blueprint.get("/appointments/<public_id>/claim-form")
@access("client", "provider")
def show(public_id: str) -> Response:
    """The newest form and what one would say now. A therapist's look needs the client's permission, and is written down."""
    booked, now = own_appointment(public_id), clock.now()
    if viewer().role == "provider":
        return jsonify(opened_answer(open_claim(public_id, booked.provider.id, doer().name, now)))
    return jsonify(opened_answer(opened_of(db.session(), booked, now)))


@blueprint.get("/appointments/<public_id>/claim-form.pdf")
@access("client", "provider")
@limiter.limit("30 per minute")
def show_file(public_id: str) -> Response:
    """A version as a file: texts alone for a printed form, or a draft with our own boxes."""
    booked, printing = own_appointment(public_id), read_printing()
    if viewer().role == "provider":
        return file_of(print_claim(public_id, booked.provider.id, printing.version, doer().name, clock.now()), printing)
    return file_of(get_made(db.session(), booked.appointment.id, printing.version), printing)


@blueprint.post("/appointments/<public_id>/claim-form")
@access("provider")
@limiter.limit("30 per minute")
@idempotent
def make(public_id: str) -> tuple[Response, int]:
    """Make it, or its next version."""
    booked, wish = own_appointment(public_id), read_wish()
    return jsonify(made_answer(make_claim(public_id, booked.provider.id, wish, doer().name, clock.now()))), 201
