"""`/api/v1/provider/blocks`: time a provider takes out of what can be booked, and the visits in its way."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from booking.appointments.forms.blocks import visits_between
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.reading import json_object
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.schedule.actions import add_block, remove_block
from providers.schedule.forms import read_block
from providers.schedule.models import Claim
from providers.schedule.queries import list_blocks

blueprint = Blueprint("blocks_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/blocks")
@access("provider")
def list_own_blocks() -> ResponseReturnValue:
    """One's own blocks that are not over."""
    own_id = find_own_id(db.session(), desk_owner().account_id)
    return jsonify({"items": [_answer(claim) for claim in list_blocks(db.session(), own_id, to_minute(clock.now()))], "next": None})


@blueprint.post("/provider/blocks")
@access("provider")
@idempotent
def create_block() -> ResponseReturnValue:
    """Take time out of what can be booked; 409 names the appointments in the way."""
    claim = add_block(desk_owner(), read_block(json_object(request)), clock.now(), visits_between)
    return jsonify(_answer(claim)), 201


@blueprint.delete("/provider/blocks/<public_id>")
@access("provider")
def delete_block(public_id: str) -> ResponseReturnValue:
    """Give its time back."""
    remove_block(desk_owner(), public_id, clock.now())
    return "", 204


def _answer(claim: Claim) -> dict[str, object]:
    return {
        "id": claim.public_id,
        "starts_at": rfc3339(from_minute(claim.begin_minute)),
        "ends_at": rfc3339(from_minute(claim.end_minute)),
        "note": claim.note,
    }
