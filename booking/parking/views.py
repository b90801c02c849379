"""Parking at the therapist's desk, and the staff's: what waits, one receipt beside its photo, and the terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, own_appointment
from booking.appointments.queries import Booked
from booking.parking.actions.decide import announce_terms, decide_claim, open_photo
from booking.parking.actions.send_in import send_receipt
from booking.parking.forms.programs import as_photo, read_decision, read_terms, read_typed_cents, typed_decision, typed_terms
from booking.parking.models import ParkingClaim, ParkingTerms
from booking.parking.queries import (
    assess_visit,
    find_claim,
    find_terms,
    get_photo,
    get_sent,
    list_sent,
    list_terms,
    paid_in_month,
    terms_on,
)
from booking.parking.rules.claims import ACCEPTED, DRIVEN, SENT, TAKE_BACK, Verdict, room_left
from booking.parking.rules.terms import words
from booking.payouts.forms import own_provider_id
from booking.payouts.queries import paid_out_parking
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.typed import placed_faults
from providers.credentials.forms import read_upload
from providers.profiles.rules import MOBILE
from providers.registry.forms import desk_owner

blueprint = Blueprint("parking", __name__)
TAGS = {"sent": "now", "accepted": "good", "refused": "bad", "taken_back": "bad"}


@blueprint.app_context_processor
def on_visit() -> dict[str, object]:
    """What the therapist's page of a visit says of parking."""
    return {"parking_of": _of_visit}


def _of_visit(booked: Booked) -> tuple[Verdict | None, ParkingClaim | None]:
    """Whether parking may be sent in, and what was; nothing for visits at the therapist's place and before they are over."""
    visit = booked.appointment
    if visit.setting not in MOBILE or visit.status not in DRIVEN:
        return None, None
    return assess_visit(db.session(), visit, booked.provider, clock.now()), find_claim(db.session(), visit.id)


def _today() -> date:
    return local_day(to_minute(clock.now()))


# --- the therapist's desk -----------------------------------------------------------------------------------------------------


@blueprint.get("/provider/parking")
@access("provider")
def index() -> str:
    """One's own receipts, what holds today, and this month."""
    session, provider_id, today = db.session(), own_provider_id(), _today()
    terms = terms_on(session, today)
    return render_template(
        "parking/index.html", rows=list_sent(session, provider_id=provider_id), terms=terms, words=words(terms), tags=TAGS,
        month_cents=paid_in_month(session, provider_id, today), today=today,
    )  # fmt: skip


@blueprint.get("/provider/parking/<public_id>/photo")
@access("provider")
def own_photo(public_id: str) -> Response:
    """One's own photo, as it was kept."""
    return as_photo(public_id, *get_photo(db.session(), public_id, provider_id=own_provider_id()))


@blueprint.route("/provider/appointments/<public_id>/parking", methods=["GET", "POST"])
@access("provider")
@limiter.limit("30 per hour", methods=["POST"])
def of_visit(public_id: str) -> ResponseReturnValue:
    """What parking at one visit cost, with a photo of the receipt."""
    booked, faults, sentence, status = own_appointment(public_id), {}, "", 200
    if request.method == "POST":
        try:
            send_receipt(public_id, read_typed_cents(request.form), read_upload(request), desk_owner(), clock.now())
        except (Refused, Malformed, Conflict) as refusal:
            faults, sentence = placed_faults(refusal.faults, {}), refusal.sentence
            status = 409 if isinstance(refusal, Conflict) else 422
            booked = own_appointment(public_id)
        else:
            flash(_("Sent in. We look at it and write to you."), "good")
            return redirect(url_for("parking.index"))
    visit, session = booked.appointment, db.session()
    claim, terms = find_claim(session, visit.id), terms_on(session, local_day(to_minute(visit.starts_at)))
    page = render_template(
        "parking/send.html", visit=visit, verdict=assess_visit(session, visit, booked.provider, clock.now()), words=words(terms),
        sent=None if claim is None else get_sent(session, claim.public_id), typed=request.form, faults=faults, sentence=sentence, tags=TAGS,
    )  # fmt: skip
    return page, status


# --- the staff's --------------------------------------------------------------------------------------------------------------


@blueprint.get("/admin/parking")
@access("admin")
def queue() -> str:
    """What waits, the oldest first, and what was decided last."""
    session, today = db.session(), _today()
    decided = [one for one in list_sent(session) if one.claim.state != SENT]
    return render_template(
        "parking/queue.html", waiting=list_sent(session, state=SENT), decided=decided, words=words(terms_on(session, today)), tags=TAGS
    )


@blueprint.route("/admin/parking/<public_id>", methods=["GET", "POST"])
@access("admin")
def show(public_id: str) -> ResponseReturnValue:
    """One receipt beside its photo, and the decision."""
    faults, sentence, status = {}, "", 200
    if request.method == "POST":
        try:
            decide_claim(public_id, read_decision(typed_decision(request.form)), viewer().actor, base_url(), clock.now())
        except (Refused, Malformed, Conflict) as refusal:
            faults, sentence = placed_faults(refusal.faults, {}), refusal.sentence
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            flash(_("Decided. The therapist is told."), "good")
            return redirect(url_for("parking.queue"))
    session = db.session()
    sent = get_sent(session, public_id)
    claim, terms = sent.claim, session.get_one(ParkingTerms, sent.claim.terms_id).terms
    month_cents = paid_in_month(session, claim.provider_id, claim.visit_on)
    page = render_template(
        "parking/show.html", sent=sent, claim=claim, terms=terms, month_cents=month_cents, tags=TAGS,
        most_cents=min(claim.asked_cents, room_left(terms, month_cents)), typed=request.form, faults=faults, sentence=sentence,
        may_take_back=claim.state == ACCEPTED and not paid_out_parking(session, claim.appointment_id), take_back=TAKE_BACK,
    )  # fmt: skip
    return page, status


@blueprint.get("/admin/parking/<public_id>/photo")
@access("admin")
def photo(public_id: str) -> Response:
    """The photo; the look is recorded."""
    return as_photo(public_id, *open_photo(public_id, viewer().actor, clock.now()))


@blueprint.route("/admin/parking-terms", methods=["GET", "POST"])
@access("admin")
def terms() -> ResponseReturnValue:
    """All terms, and a form for the next ones."""
    faults: Mapping[str, object] = {}
    typed: Mapping[str, str] = {}
    sentence = ""
    if request.method == "POST":
        try:
            wanted, reason = read_terms(typed_terms(request.form))
            announce_terms(wanted, reason, viewer().actor, clock.now())
        except (Refused, Malformed) as refusal:
            faults, sentence, typed = placed_faults(refusal.faults, {}), refusal.sentence, request.form
        else:
            flash(_("Announced. Therapists can read it now."), "good")
            return redirect(url_for("parking.terms"))
    rows = [(row, words(row.terms)) for row in reversed(list_terms(db.session()))]
    current = find_terms(db.session(), _today())
    page = render_template("parking/terms.html", rows=rows, current=current, typed=typed, faults=faults, sentence=sentence)
    return page, 422 if sentence else 200
