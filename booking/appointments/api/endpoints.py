"""The endpoints of holds and appointments under /api/v1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions import progress
from booking.appointments.actions.cancel import cancel
from booking.appointments.actions.hold import HoldWish, hold_first_free, hold_time, release_hold
from booking.appointments.actions.move import move
from booking.appointments.api.shapes import appointment_answer, appointment_answers, hold_answer
from booking.appointments.changes.booking import Asking
from booking.appointments.changes.history import Doer
from booking.appointments.changes.waivers import assess_leaving, waivers_left
from booking.appointments.forms.moving import starts_instead
from booking.appointments.forms.paying import book_or_pay
from booking.appointments.forms.reading import (
    base_url,
    doer,
    own_appointment,
    own_person_id,
    read_booking,
    read_cancelling,
    read_wish,
    refuse_taken,
)
from booking.appointments.queries import Booked, list_of_person, list_of_provider, may_hold
from booking.appointments.rules.cancellation import REASONS, verdict_to_dict
from booking.guardians.actions import state_birth_date
from booking.openings.api.alternatives import alternative_answer
from booking.openings.forms.acquaintance import viewer_doors
from booking.openings.forms.anyone import read_anyone, wish_of
from booking.openings.queries.nearby import alternatives_to
from booking.openings.queries.searching import search
from booking.payments.forms import pursue_visit
from marketplace import clock
from marketplace.accounts.queries import saved_zip
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import Fields, json_object
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.queries import get_facts

blueprint = Blueprint("appointments_api", __name__, url_prefix="/api/v1")
PAGE = 20
MOST = 100
Progress = Callable[[str, Doer, datetime], Booked]


@blueprint.post("/holds")
@access("client")
@limiter.limit("60 per minute")
@idempotent
def make_hold() -> tuple[Response, int]:
    """Hold a start for ten minutes; a refusal says what could be held instead."""
    person_id, now = own_person_id(), clock.now()
    wanted = read_wish(saved_zip(db.session(), person_id))
    try:
        refuse_taken(wanted, now)
        hold = hold_time(wanted, person_id, doer(), now)
    except (Conflict, Refused) as refusal:
        db.session.rollback()
        allowed = may_hold(db.session(), person_id, now)
        instead = alternatives_to(db.session(), wanted.provider, wanted.wish, wanted.starts_at, now, allowed, doors=viewer_doors())
        refusal.details["alternatives"] = [alternative_answer(one, now) for one in instead]
        raise
    return jsonify(hold_answer(hold)), 201


@blueprint.post("/holds/any")
@access("client")
@limiter.limit("60 per minute")
@idempotent
def make_any_hold() -> tuple[Response, int]:
    """Hold a start with whoever is free then and meets the wishes: the nearest first."""
    person_id, now = own_person_id(), clock.now()
    locate = partial(resolve, geocoder=current_geocoder())
    wanted = read_anyone(json_object(request), saved_zip(db.session(), person_id), locate)
    found = search(db.session(), wanted.query, now, doors=viewer_doors()).items
    hold = hold_first_free([HoldWish(one.facts.slug, wish_of(one), wanted.starts_at) for one in found], person_id, doer(), now)
    provider = get_facts(db.session(), hold.provider_id)
    whose = {"provider": {"slug": provider.slug, "name": provider.name}, "service": hold.service_code, "setting": hold.setting}
    return jsonify(hold_answer(hold) | whose), 201


@blueprint.delete("/holds/<public_id>")
@access("client")
def drop_hold(public_id: str) -> tuple[str, int]:
    """Give a held start back."""
    release_hold(public_id, own_person_id(), doer(), clock.now())
    return "", 204


@blueprint.post("/appointments")
@access("client")
@idempotent
def make_appointment() -> tuple[Response, int]:
    """Book a held start; what is paid by card once the card is good."""
    wanted, now = read_booking(), clock.now()
    if wanted.born_on is not None:
        # Kept by itself, so that a booking that is refused for it is refused the next time too.
        state_birth_date(own_person_id(), wanted.born_on, doer().name, now)
    made = book_or_pay(replace(wanted, born_on=None), own_person_id(), Asking(doer(), base_url()), now)
    return jsonify(appointment_answer(made.booked, role="client", now=clock.now())), 201


@blueprint.get("/appointments")
@access("client", "provider", "admin")
def list_appointments() -> Response:
    """Own appointments, latest start first."""
    fields = Fields(request.args.to_dict())
    size = min(MOST, max(1, int(text))) if re.fullmatch(r"[0-9]{1,9}", text := fields.text("limit", str(PAGE))) else PAGE
    after_id = read_cursor(fields.text("cursor", None))
    fields.finish()
    who = viewer()
    session = db.session()
    if who.role == "provider" and who.account_id is not None:
        rows = list_of_provider(session, who.account_id, limit=size + 1, after_id=after_id)
    elif who.role == "admin":
        raise Malformed("unsupported", "Admins read one appointment at a time, by its id.")
    else:
        rows = list_of_person(session, own_person_id(), limit=size + 1, after_id=after_id)
    following = encode_cursor(rows[size - 1].appointment.id) if len(rows) > size else None
    return jsonify({"items": appointment_answers(rows[:size], role=who.role, now=clock.now()), "next": following})


@blueprint.get("/appointments/<public_id>")
@access("client", "provider", "admin")
def show_appointment(public_id: str) -> Response:
    """One appointment, for its two sides and admins."""
    return jsonify(appointment_answer(own_appointment(public_id), role=viewer().role, now=clock.now()))


@blueprint.get("/appointments/<public_id>/cancellation")
@access("client", "provider", "admin")
def preview_cancellation(public_id: str) -> Response:
    """What cancelling costs now, and until when that holds."""
    visit = own_appointment(public_id).appointment
    fields = Fields(request.args.to_dict())
    reason = fields.choice("reason", REASONS, None)
    fields.finish()
    now = clock.now()
    verdict = assess_leaving(db.session(), visit, doer().part, now, reason)
    left = waivers_left(db.session(), visit, now)
    waivers = [{"reason": code, "left": count, "year": left.year} for code, count in left.by_reason.items()]
    return jsonify({**verdict_to_dict(verdict), "waivers": waivers})


@blueprint.post("/appointments/<public_id>/cancel")
@access("client", "provider", "admin")
def cancel_appointment(public_id: str) -> Response:
    """Cancel for the fee that the agreed terms give now."""
    own_appointment(public_id)
    booked, verdict = cancel(public_id, read_cancelling(), doer(), base_url(), clock.now())
    pursue_visit(booked.appointment.id, clock.now())
    figures = {"fee_cents": verdict.fee_cents, "refund_cents": verdict.refund_cents}
    return jsonify({**appointment_answer(booked, role=viewer().role, now=clock.now()), **figures})


@blueprint.post("/appointments/<public_id>/reschedule")
@access("client", "provider", "admin")
def move_appointment(public_id: str) -> Response:
    """Move to another start; a refusal says which free ones come nearest."""
    booked, now = own_appointment(public_id), clock.now()
    fields = Fields(json_object(request))
    starts_at = fields.instant("starts_at")
    fields.finish()
    try:
        booked = move(public_id, starts_at, doer(), base_url(), now)
    except (Conflict, Refused) as refusal:
        db.session.rollback()
        instead = starts_instead(own_appointment(public_id), starts_at, doer().part, now)
        refusal.details["alternatives"] = [{"starts_at": rfc3339(start)} for start in instead]
        raise
    return jsonify(appointment_answer(booked, role=viewer().role, now=clock.now()))


@blueprint.post("/appointments/<public_id>/technique")
@access("client", "provider", "admin")
def change_technique(public_id: str) -> Response:
    """Choose another technique of the same service."""
    own_appointment(public_id)
    fields = Fields(json_object(request))
    technique = fields.text("technique", longest=40)
    fields.finish()
    return jsonify(
        appointment_answer(progress.choose_technique(public_id, technique, doer(), clock.now()), role=viewer().role, now=clock.now())
    )


def _progress(step: Progress, public_id: str) -> Response:
    own_appointment(public_id)
    Fields(json_object(request)).finish()
    booked = step(public_id, doer(), clock.now())
    pursue_visit(booked.appointment.id, clock.now())
    return jsonify(appointment_answer(booked, role=viewer().role, now=clock.now()))


@blueprint.post("/appointments/<public_id>/check-in")
@access("provider", "admin")
def check_in(public_id: str) -> Response:
    """The visit has begun."""
    return _progress(progress.check_in, public_id)


@blueprint.post("/appointments/<public_id>/check-out")
@access("provider", "admin")
def check_out(public_id: str) -> Response:
    """The therapist has left."""
    return _progress(progress.check_out, public_id)


@blueprint.post("/appointments/<public_id>/complete")
@access("provider", "admin")
def complete(public_id: str) -> Response:
    """The visit took place."""
    return _progress(progress.complete, public_id)


@blueprint.post("/appointments/<public_id>/no-show")
@access("provider", "admin")
def no_show(public_id: str) -> Response:
    """The client did not come."""
    return _progress(progress.mark_no_show, public_id)
