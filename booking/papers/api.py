"""`/api/v1`: estimates, and what papers need of people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.giftcards.queries import get_kept, get_paper
from booking.ledger.queries import get_newest_receipt, get_receipt
from booking.papers.actions import ask_estimate, state_birth_date, state_tax_id
from booking.papers.forms import estimate_file, gift_answer, gift_file, read_birth_date, read_tax_id, receipt_file
from booking.papers.models import Estimate
from booking.papers.queries import content_now, find_birth_date, find_estimate, find_tax_id
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.registry.forms import desk_owner, own_side
from providers.registry.queries import find_own_id

blueprint = Blueprint("papers_api", __name__, url_prefix="/api/v1")


@blueprint.get("/appointments/<public_id>/estimate")
@access("client", "provider", "admin")
def show_estimate(public_id: str) -> Response:
    """The newest estimate that the visit is part of; before one was given, what it would say, as version 0."""
    booked = own_appointment(public_id)
    newest = find_estimate(db.session(), booked)
    if newest is None:
        return jsonify(id=None, version=0, made_at=None, **content_now(db.session(), booked, clock.now()))
    return jsonify(_answer(newest))


@blueprint.get("/appointments/<public_id>/estimate.pdf")
@access("client", "provider", "admin")
def show_estimate_file(public_id: str) -> Response:
    """The same as a file."""
    return estimate_file(own_appointment(public_id), clock.now())


@blueprint.post("/appointments/<public_id>/estimate")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def make_estimate(public_id: str) -> tuple[Response, int]:
    """Ask for an estimate: it is given at once."""
    own_appointment(public_id)
    Fields(json_object(request)).finish()
    return jsonify(_answer(ask_estimate(public_id, doer().name, base_url(), clock.now()))), 201


@blueprint.get("/appointments/<public_id>/receipt.pdf")
@access("client", "provider", "admin")
def show_receipt_file(public_id: str) -> Response:
    """The newest receipt of a visit, or its credit note, as a file."""
    booked = own_appointment(public_id)
    return receipt_file(get_newest_receipt(db.session(), booked.appointment.id), booked.person.name)


@blueprint.get("/me/receipts/<name>.pdf")
@access("client")
def show_own_receipt_file(name: str) -> Response:
    """One of one's own papers as a file."""
    return receipt_file(get_receipt(db.session(), name, person_id=own_person_id()), viewer().name)


@blueprint.get("/gift-cards/<public_id>/receipt")
@access("client", "provider", "admin")
def show_gift_receipt(public_id: str) -> Response:
    """The newest paper of a gift card: its receipt, or the note about what went back."""
    kept = get_kept(db.session(), public_id, **own_side())
    return jsonify(gift_answer(get_paper(db.session(), kept.card.id), kept.person.name))


@blueprint.get("/gift-cards/<public_id>/receipt.pdf")
@access("client", "provider", "admin")
def show_gift_receipt_file(public_id: str) -> Response:
    """The same as a file."""
    kept = get_kept(db.session(), public_id, **own_side())
    return gift_file(get_paper(db.session(), kept.card.id), kept.person.name)


@blueprint.get("/me/paper-facts")
@access("client")
def show_birth_date() -> Response:
    """What papers say about oneself beside name and visits."""
    born_on = find_birth_date(db.session(), own_person_id())
    return jsonify(born_on=born_on.isoformat() if born_on else None)


@blueprint.put("/me/paper-facts")
@access("client")
def put_birth_date() -> Response:
    """State, or with null forget, one's birth date."""
    person_id, now = own_person_id(), clock.now()
    born_on = read_birth_date(local_day(to_minute(now)))
    state_birth_date(person_id, born_on, now)
    return jsonify(born_on=born_on.isoformat() if born_on else None)


@blueprint.get("/provider/paper-facts")
@access("provider")
def show_tax_id() -> Response:
    """What papers say about one's business."""
    return jsonify(tax_id=find_tax_id(db.session(), _own_provider()))


@blueprint.put("/provider/paper-facts")
@access("provider")
def put_tax_id() -> Response:
    """State, or with null forget, the tax number of one's business."""
    provider_id, tax_id = _own_provider(), read_tax_id()
    state_tax_id(provider_id, tax_id, doer().name, clock.now())
    return jsonify(tax_id=tax_id)


def _own_provider() -> int:
    provider_id = find_own_id(db.session(), desk_owner().account_id)
    if provider_id is None:
        raise NotFound("not_found", "You have not begun to apply yet.")
    return provider_id


def _answer(estimate: Estimate) -> dict[str, Any]:
    """The contract's estimate, as it was given, with which version it is."""
    return {"id": estimate.public_id, "version": estimate.version, "made_at": rfc3339(estimate.made_at), **estimate.content}
