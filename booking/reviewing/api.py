"""`/api/v1`: supervision, and reviews of signed notes."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment
from booking.care.forms.people import own_provider_id
from booking.reviewing.actions.offer_note import look_at_reviews, offer_note, take_back
from booking.reviewing.actions.review_note import decide_review, read_note
from booking.reviewing.actions.supervise import accept_supervision, end_supervision, name_supervisor
from booking.reviewing.forms.programs import (
    opened_answer,
    pair_answer,
    read_json,
    read_name,
    read_offer,
    read_verdict,
    review_answer,
    review_line,
)
from booking.reviewing.models import Supervision
from booking.reviewing.queries import list_pairs, list_reviews
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("reviewing_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/supervisions")
@access("provider")
def index() -> Response:
    """Whom one has named, and by whom one was named."""
    provider_id = own_provider_id()
    mine = (Supervision.provider_id == provider_id) | (Supervision.supervisor_id == provider_id)
    return jsonify({"items": [pair_answer(one, provider_id) for one in list_pairs(db.session(), mine)], "next": None})


@blueprint.post("/provider/supervisions")
@access("provider")
@limiter.limit("20 per hour")
@idempotent
def name() -> tuple[Response, int]:
    """Name a supervising colleague."""
    slug, provider_id = read_name(json_object(request)), own_provider_id()
    return jsonify(pair_answer(name_supervisor(slug, provider_id, doer().name, base_url(), clock.now()), provider_id)), 201


@blueprint.post("/provider/supervisions/<public_id>/accept")
@access("provider")
def accept(public_id: str) -> Response:
    """Accept to supervise."""
    provider_id = own_provider_id()
    return jsonify(pair_answer(accept_supervision(public_id, provider_id, doer().name, base_url(), clock.now()), provider_id))


@blueprint.delete("/provider/supervisions/<public_id>")
@access("provider")
def end(public_id: str) -> tuple[str, int]:
    """End or decline it, at once."""
    end_supervision(public_id, own_provider_id(), doer().name, base_url(), clock.now())
    return "", 204


@blueprint.get("/appointments/<public_id>/note/review")
@access("provider")
def of_note(public_id: str) -> Response:
    """What was said of the note of one's visit."""
    provider_id = own_appointment(public_id).provider.id
    return jsonify(opened_answer(look_at_reviews(public_id, provider_id, doer().name, clock.now())))


@blueprint.post("/appointments/<public_id>/note/review")
@access("provider")
@limiter.limit("60 per hour")
@idempotent
def offer(public_id: str) -> tuple[Response, int]:
    """Offer the signed note of one's visit to a supervising colleague."""
    supervision = read_offer(json_object(request))
    provider_id = own_appointment(public_id).provider.id
    return jsonify(review_answer(offer_note(public_id, supervision, provider_id, doer().name, base_url(), clock.now()))), 201


@blueprint.delete("/appointments/<public_id>/note/review")
@access("provider")
def withdraw(public_id: str) -> tuple[str, int]:
    """Take the note back."""
    take_back(public_id, own_appointment(public_id).provider.id, doer().name, clock.now())
    return "", 204


@blueprint.get("/provider/note-reviews")
@access("provider")
def reviews() -> Response:
    """What was offered to one, without a word of any note."""
    mine = list_reviews(db.session(), Supervision.supervisor_id == own_provider_id())
    return jsonify({"items": [review_line(one) for one in mine], "next": None})


@blueprint.get("/provider/note-reviews/<public_id>")
@access("provider")
def show(public_id: str) -> Response:
    """A note that was offered to one; the look is written down, and its client sees it."""
    return jsonify(read_json(read_note(public_id, own_provider_id(), doer().name, clock.now())))


@blueprint.post("/provider/note-reviews/<public_id>/decision")
@access("provider")
@limiter.limit("60 per hour")
def decide(public_id: str) -> Response:
    """Return it with comments, or accept it."""
    verdict = read_verdict(json_object(request))
    return jsonify(review_answer(decide_review(public_id, own_provider_id(), verdict, doer().name, base_url(), clock.now())))
