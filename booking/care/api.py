"""`/api/v1`: prescriptions, clearances, and who has read what of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.cancel import cancel
from booking.appointments.forms.guarding import consent_for
from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.queries import get_of_person
from booking.care.actions.consent import agree, look_consent
from booking.care.actions.decide_clearance import decide_clearance, look_at_clearance, look_at_clearances
from booking.care.actions.look_guardian import look_guardian
from booking.care.actions.rescreen import rescreen
from booking.care.actions.send_clearance import ask_physician, send_clearance
from booking.care.forms.clearances import clearance_body, own_answer, read_asking, read_clearance, read_decision, seen_answer
from booking.care.forms.consent import consent_answer, read_agreeing
from booking.care.forms.door import ask_at_door, door_answer, guardian_answer, needs_guardian, read_check
from booking.care.forms.people import own_provider_id, sender
from booking.care.forms.prescriptions import prescription_answer, read_prescription
from booking.care.forms.reads import read_answer
from booking.care.forms.rescreen import cancel_if_free, read_submission
from booking.care.queries.consents import CURRENT, find_consent, state_of
from booking.care.queries.papers import clearances_of, get_for_provider, prescriptions_of
from booking.care.queries.reads import reads_of
from booking.screening.actions import keep_prescription
from booking.screening.rules.outcome import STOP, outcome_to_dict
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object
from providers.credentials.forms import read_upload

blueprint = Blueprint("care_api", __name__, url_prefix="/api/v1")


@blueprint.get("/prescriptions")
@access("client")
def list_prescriptions() -> Response:
    """One's own prescriptions, the newest first, with how many visits count for each."""
    rows = prescriptions_of(db.session(), own_person_id(), clock.now())
    return jsonify({"items": [prescription_answer(row) for row in rows], "next": None})


@blueprint.post("/prescriptions")
@access("client")
@limiter.limit("30 per hour")
@idempotent
def make_prescription() -> tuple[Response, int]:
    """Keep a prescription."""
    now, person_id = clock.now(), own_person_id()
    made = keep_prescription(read_prescription(json_object(request)), person_id, doer().name, now)
    [row] = [row for row in prescriptions_of(db.session(), person_id, now) if row.prescription.id == made.id]
    return jsonify(prescription_answer(row)), 201


@blueprint.get("/clearances")
@access("client", "provider")
def list_clearances() -> Response:
    """One's own clearances; a therapist's: those of clients with a coming visit, and those sent to them. Each look is written down."""
    session, now = db.session(), clock.now()
    if viewer().role == "client":
        return jsonify({"items": [own_answer(row) for row in clearances_of(session, own_person_id(), now)], "next": None})
    return jsonify({"items": [seen_answer(seen) for seen in look_at_clearances(own_provider_id(), doer().name, now)], "next": None})


@blueprint.post("/clearances")
@access("client")
@limiter.limit("30 per hour")
@idempotent
def make_clearance() -> tuple[Response, int]:
    """Send a clearance, with its document or without."""
    draft, slug = read_clearance(clearance_body(request))
    made = send_clearance(draft, read_upload(request), sender(own_person_id(), slug), base_url(), clock.now())
    return jsonify(_own(made.public_id)), 201


@blueprint.post("/clearances/requests")
@access("client")
@limiter.limit("20 per hour")
@idempotent
def make_request() -> tuple[Response, int]:
    """Ask a physician by a letter with a single-use link."""
    asking, slug = read_asking(json_object(request))
    made = ask_physician(asking, sender(own_person_id(), slug), base_url(), clock.now())
    return jsonify(_own(made.public_id)), 201


@blueprint.post("/clearances/<public_id>/decision")
@access("provider")
def decide(public_id: str) -> Response:
    """Take a clearance, or not: what waited for nothing else is confirmed by a yes. The answer shows it, and counts as a look."""
    provider_id, now = own_provider_id(), clock.now()
    get_for_provider(db.session(), public_id, provider_id)
    decide_clearance(public_id, read_decision(json_object(request)), provider_id, doer(), base_url(), now)
    return jsonify(seen_answer(look_at_clearance(public_id, provider_id, doer().name, now)))


@blueprint.post("/appointments/<public_id>/screening")
@access("client")
@limiter.limit("30 per hour")
@idempotent
def answer_anew(public_id: str) -> tuple[Response, int]:
    """The health questions once more. A stop calls the visit off where that is free, and lets nobody begin it in any case."""
    get_of_person(db.session(), public_id, own_person_id())
    now = clock.now()
    made = rescreen(public_id, read_submission(json_object(request)), doer(), now)
    wanted = cancel_if_free(made.booked.appointment, now) if made.left == STOP else None
    if wanted is not None:
        cancel(public_id, wanted, doer(), base_url(), now)
    screening = made.screened.screening
    told = {"id": screening.public_id, "valid_until": rfc3339(screening.valid_until_at), "cancelled": wanted is not None}
    told["rules_version"] = screening.result["rules_version"]
    told["consent_due"] = state_of(db.session(), made.booked.appointment) != CURRENT
    return jsonify({**outcome_to_dict(made.screened.outcome), **told}), 201


@blueprint.get("/appointments/<public_id>/guardian")
@access("provider")
def show_visit_guardian(public_id: str) -> Response:
    """Who agreed for somebody under 18 and comes with them; each look is written down."""
    booked = own_appointment(public_id)
    row = look_guardian(public_id, doer().name, clock.now())
    return jsonify(guardian_answer(row, needed=needs_guardian(booked.appointment)))


@blueprint.post("/appointments/<public_id>/door-check")
@access("provider")
@limiter.limit("30 per minute")
@idempotent
def ask_door(public_id: str) -> tuple[Response, int]:
    """Record that everything was asked at the door; what is new is kept as answers, and a stop ends the visit at no fee."""
    own_appointment(public_id)
    now = clock.now()
    return jsonify(door_answer(ask_at_door(public_id, read_check(json_object(request)), doer(), base_url(), now), now)), 201


@blueprint.get("/appointments/<public_id>/consent")
@access("client", "provider")
def show_consent(public_id: str) -> Response:
    """What was agreed to for a visit, and whether that still holds. A therapist's look is written down."""
    booked = own_appointment(public_id)
    if viewer().role == "client":
        consent = find_consent(db.session(), booked.appointment)
    else:
        consent = look_consent(public_id, doer().name, clock.now())
    return jsonify(consent_answer(consent, consent_for(booked.person.id, clock.now())))


@blueprint.post("/appointments/<public_id>/consent")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def agree_anew(public_id: str) -> tuple[Response, int]:
    """Agree once more, to the text of today or to other areas."""
    booked, now = get_of_person(db.session(), public_id, own_person_id()), clock.now()
    text = consent_for(booked.person.id, now)
    return jsonify(consent_answer(agree(public_id, read_agreeing(json_object(request), text), doer(), now), text)), 201


@blueprint.get("/me/access-log")
@access("client")
def show_access_log() -> Response:
    """Who has read one's health data, and when, the newest first."""
    rows = reads_of(db.session(), own_person_id())
    return jsonify({"items": [read_answer(row) for row in rows], "next": None})


def _own(public_id: str) -> dict[str, Any]:
    rows = clearances_of(db.session(), own_person_id(), clock.now())
    return next(own_answer(row) for row in rows if row.clearance.public_id == public_id)
