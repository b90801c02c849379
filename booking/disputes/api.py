"""`/api/v1/admin/disputes`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from booking.disputes.actions import read_case
from booking.disputes.forms import evidence_file
from booking.disputes.queries import Disputed, list_disputes
from booking.disputes.rules import evidence_of
from booking.payments.rules.disputes import keeps_back
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer

blueprint = Blueprint("disputes_api", __name__, url_prefix="/api/v1")


@blueprint.get("/admin/disputes")
@access("admin")
def index() -> Response:
    """All disputes, the newest first."""
    return jsonify(items=[_answer(one) for one in list_disputes(db.session())], next=None)


@blueprint.get("/admin/disputes/<name>/evidence")
@access("admin")
def evidence(name: str) -> Response:
    """What is told to the bank. The look is recorded."""
    return jsonify(evidence_of(read_case(name, viewer().actor, clock.now())[1]))


@blueprint.get("/admin/disputes/<name>/evidence.pdf")
@access("admin")
def evidence_pdf(name: str) -> Response:
    """The same as a file."""
    return evidence_file(read_case(name, viewer().actor, clock.now())[1])


def _answer(one: Disputed) -> dict[str, object]:
    return {
        "id": one.dispute.stripe_dispute,
        "status": one.dispute.status,
        "reason": one.dispute.reason,
        "amount_cents": one.dispute.amount_cents,
        "currency": "USD",
        "opened_at": rfc3339(one.dispute.opened_at),
        "payouts_frozen": keeps_back(one.dispute.status, settled=one.dispute.settled_at is not None),
        "taken_cents": one.dispute.taken_cents,
        "fee_cents": one.dispute.fee_cents,
        "settled_at": None if one.dispute.settled_at is None else rfc3339(one.dispute.settled_at),
        "appointment": one.visit.public_id if one.visit else None,
        "reference": one.visit.reference if one.visit else None,
    }
