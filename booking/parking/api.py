"""`/api/v1`: a therapist's receipts of parking, the staff's list with decisions, and the terms."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, own_appointment
from booking.parking.actions.decide import announce_terms, decide_claim, open_photo
from booking.parking.actions.send_in import send_receipt
from booking.parking.forms.programs import as_photo, claim_answer, read_cents, read_decision, read_terms, terms_answer, visit_answer
from booking.parking.queries import assess_visit, find_claim, get_photo, get_sent, list_sent, list_terms, paid_in_month, terms_on
from booking.parking.rules.claims import STATES
from booking.payouts.forms import own_provider_id
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.credentials.forms import read_upload
from providers.registry.forms import desk_owner

blueprint = Blueprint("parking_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/parking")
@access("provider")
def index() -> Response:
    """One's own receipts, what holds today, and what this month was paid back so far."""
    session, provider_id, today = db.session(), own_provider_id(), local_day(to_minute(clock.now()))
    items = [claim_answer(one) for one in list_sent(session, provider_id=provider_id)]
    month = paid_in_month(session, provider_id, today)
    return jsonify({"terms": terms_answer(terms_on(session, today)), "month_cents": month, "items": items, "next": None})


@blueprint.get("/provider/parking/<public_id>/photo")
@access("provider")
def own_photo(public_id: str) -> Response:
    """One's own photo, as it was kept."""
    return as_photo(public_id, *get_photo(db.session(), public_id, provider_id=own_provider_id()))


@blueprint.get("/appointments/<public_id>/parking")
@access("provider")
def of_visit(public_id: str) -> Response:
    """Whether parking at one's own visit may be sent in, and what was."""
    return jsonify(_of_visit(public_id))


@blueprint.post("/appointments/<public_id>/parking")
@access("provider")
@limiter.limit("30 per hour")
@idempotent
def send(public_id: str) -> tuple[Response, int]:
    """Send in what parking cost, with a photo of the receipt, once a visit."""
    own_appointment(public_id)
    send_receipt(public_id, read_cents(request), read_upload(request), desk_owner(), clock.now())
    return jsonify(_of_visit(public_id)), 201


def _of_visit(public_id: str) -> dict[str, object]:
    booked, session = own_appointment(public_id), db.session()
    visit, claim = booked.appointment, find_claim(session, booked.appointment.id)
    verdict = assess_visit(session, visit, booked.provider, clock.now())
    terms = terms_on(session, local_day(to_minute(visit.starts_at)))
    return visit_answer(verdict, terms, None if claim is None else get_sent(session, claim.public_id))


@blueprint.get("/admin/parking")
@access("admin")
def everybodys() -> Response:
    """Receipts of everybody, of one state where that is asked for."""
    fields = Fields(request.args.to_dict())
    state = fields.choice("state", STATES, None)
    fields.finish()
    return jsonify({"items": [claim_answer(one, staff=True) for one in list_sent(db.session(), state=state)], "next": None})


@blueprint.get("/admin/parking/<public_id>")
@access("admin")
def show(public_id: str) -> Response:
    """One receipt."""
    return jsonify(claim_answer(get_sent(db.session(), public_id), staff=True))


@blueprint.get("/admin/parking/<public_id>/photo")
@access("admin")
def photo(public_id: str) -> Response:
    """The photo; the look is recorded."""
    return as_photo(public_id, *open_photo(public_id, viewer().actor, clock.now()))


@blueprint.post("/admin/parking/<public_id>/decision")
@access("admin")
def decide(public_id: str) -> Response:
    """Accept the whole or a part, refuse, or take back before it is paid out."""
    decide_claim(public_id, read_decision(json_object(request)), viewer().actor, base_url(), clock.now())
    return jsonify(claim_answer(get_sent(db.session(), public_id), staff=True))


@blueprint.get("/admin/parking-terms")
@access("admin")
def terms() -> Response:
    """All terms with who said so and why."""
    return jsonify({"items": [terms_answer(row.terms, row) for row in list_terms(db.session())], "next": None})


@blueprint.post("/admin/parking-terms")
@access("admin")
@idempotent
def announce() -> tuple[Response, int]:
    """Say what is paid back of visits from a day on."""
    wanted, reason = read_terms(json_object(request))
    return jsonify(terms_answer(wanted, announce_terms(wanted, reason, viewer().actor, clock.now()))), 201
