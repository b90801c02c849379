"""Money of a visit and its papers under /api/v1: paid at the visit, corrected, waived; receipts for who paid and who was paid."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.appointments.actions.refund import refund
from booking.appointments.actions.settle import Settled, correct_payment, record_payment, waive
from booking.appointments.api.shapes import appointment_answer
from booking.appointments.forms.money import read_correction, read_payment, read_refunding, read_waiver
from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.ledger.models import Receipt
from booking.ledger.queries import (
    credits_of_person,
    find_voiding,
    get_newest_receipt,
    get_receipt,
    receipts_of_person,
    receipts_of_visit,
    story_of_visit,
    visit_sums,
)
from booking.payments.forms import pursue_visit
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import Fields, json_object

blueprint = Blueprint("money_api", __name__, url_prefix="/api/v1")
PAGE = 50


@blueprint.get("/appointments/<public_id>/payments")
@access("client", "provider", "admin")
def show(public_id: str) -> Response:
    """Where a visit stands, and what money did about it, step by step."""
    visit, session = own_appointment(public_id).appointment, db.session()
    sums = visit_sums(session, visit.id)
    items = [
        {
            "at": rfc3339(step.at), "what": step.what, "amount_cents": step.cents, "number": step.number, "corrected": step.corrected,
            "reason": step.reason,
        }
        for step in story_of_visit(session, visit.id)
    ]  # fmt: skip
    return jsonify(
        charged_cents=sums.charged - sums.forgiven, waived_cents=sums.waived, paid_cents=visit.paid_cents, due_cents=visit.due_cents,
        currency="USD", items=items, receipts=[one.name for one in receipts_of_visit(session, visit.id)],
    )  # fmt: skip


@blueprint.post("/appointments/<public_id>/payments")
@access("provider", "admin")
@idempotent
def pay(public_id: str) -> tuple[Response, int]:
    """Paid to the therapist, in whole or in part."""
    own_appointment(public_id)
    return _settled(record_payment(public_id, read_payment(json_object(request)), doer(), base_url(), clock.now())), 201


@blueprint.post("/appointments/<public_id>/payments/correction")
@access("provider", "admin")
def correct(public_id: str) -> Response:
    """A payment was recorded by mistake."""
    own_appointment(public_id)
    number, reason = read_correction(json_object(request))
    return _settled(correct_payment(public_id, number, reason, doer(), base_url(), clock.now()))


@blueprint.post("/appointments/<public_id>/waiver")
@access("provider", "admin")
def let_go(public_id: str) -> Response:
    """What is due is let go of, or a part."""
    own_appointment(public_id)
    cents, reason = read_waiver(json_object(request))
    return jsonify(appointment_answer(waive(public_id, cents, reason, doer(), clock.now()), role=viewer().role, now=clock.now()))


@blueprint.post("/appointments/<public_id>/refund")
@access("admin")
@idempotent
def give_back(public_id: str) -> tuple[Response, int]:
    """Card money goes back, in whole or in part."""
    own_appointment(public_id)
    now = clock.now()
    booked = refund(public_id, read_refunding(json_object(request)), doer(), now)
    pursue_visit(booked.appointment.id, now)
    return jsonify(appointment_answer(own_appointment(public_id), role="admin", now=now)), 201


@blueprint.get("/appointments/<public_id>/receipt")
@access("client", "provider", "admin")
def newest(public_id: str) -> Response:
    """The newest receipt of a visit, or its credit note."""
    booked = own_appointment(public_id)
    return jsonify(_answer(get_newest_receipt(db.session(), booked.appointment.id), booked.person.name))


@blueprint.get("/me/payments")
@access("client")
def mine() -> Response:
    """One's own receipts and credit notes, the newest first."""
    fields = Fields(request.args.to_dict())
    after_id = read_cursor(fields.text("cursor", None))
    fields.finish()
    rows = receipts_of_person(db.session(), own_person_id(), limit=PAGE + 1, after_id=after_id)
    following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
    return jsonify({"items": [_answer(one, viewer().name) for one in rows[:PAGE]], "next": following})


@blueprint.get("/me/credits")
@access("client")
def credits_left() -> Response:
    """Credit that can still be used, what ends first first."""
    rows = credits_of_person(db.session(), own_person_id(), clock.now())
    items = [
        {
            "id": credit.public_id, "provider": {"slug": provider.slug, "name": provider.name}, "amount_cents": credit.amount_cents,
            "left_cents": credit.left_cents, "currency": "USD", "issued_at": rfc3339(credit.issued_at),
            "expires_at": rfc3339(credit.expires_at),
        }
        for credit, provider in rows
    ]  # fmt: skip
    return jsonify({"items": items, "next": None})


@blueprint.get("/me/receipts/<name>")
@access("client")
def mine_one(name: str) -> Response:
    """One of one's own papers, by its number."""
    return jsonify(_answer(get_receipt(db.session(), name, person_id=own_person_id()), viewer().name))


def _settled(done: Settled) -> Response:
    """The visit after money moved, and the paper about it."""
    answer = appointment_answer(done.booked, role=viewer().role, now=clock.now())
    return jsonify({**answer, "receipt": _answer(done.receipt, done.booked.person.name)})


def _answer(receipt: Receipt, client: str) -> dict[str, Any]:
    """A paper as it was given, and whether it still counts."""
    voided = find_voiding(db.session(), receipt.id)
    return {
        **receipt.content,
        "number": receipt.name,
        "kind": receipt.kind,
        "issued_at": rfc3339(receipt.issued_at),
        "client": {"name": client},
        "voids": receipt.content.get("voids"),
        "voided_by": None if voided is None else voided.name,
    }
