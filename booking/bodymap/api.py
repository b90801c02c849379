"""`/api/v1`: a client's pain maps, and for a therapist that of a visit."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.bodymap.actions import draw_map, open_map
from booking.bodymap.forms import change_answer, map_answer, read_map
from booking.bodymap.queries import load_maps, shown_at
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.paging import encode_cursor, read_cursor
from marketplace.webkit.reading import Fields

blueprint = Blueprint("bodymap_api", __name__, url_prefix="/api/v1")
MOST, USUAL = 50, 20


@blueprint.get("/me/pain-map")
@access("client")
def list_maps() -> Response:
    """One's own maps, the newest first."""
    fields = Fields(request.args.to_dict())
    cursor, typed = fields.text("cursor", None, longest=40), fields.text("limit", str(USUAL), longest=3)
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= MOST:
        fields.fault("limit", f"This must be between 1 and {MOST}.")
    fields.finish()
    found = load_maps(db.session(), own_person_id(), read_cursor(cursor), int(typed))
    return jsonify(
        items=[map_answer(one) for one in found.items], next=None if found.more_before is None else encode_cursor(found.more_before)
    )


@blueprint.post("/me/pain-map")
@access("client")
@limiter.limit("30 per minute")
@idempotent
def draw() -> tuple[Response, int]:
    """Keep a map of one's own, for a visit or for none."""
    return jsonify(map_answer(draw_map(read_map(), own_person_id(), doer().name, clock.now()))), 201


@blueprint.get("/appointments/<public_id>/pain-map")
@access("client", "provider")
def show_of_visit(public_id: str) -> Response:
    """The map that counts at a visit, the one before it, what changed, and what is left out. A therapist's look is written down."""
    own_appointment(public_id)
    now = clock.now()
    shown = shown_at(db.session(), public_id, now) if viewer().role == "client" else open_map(public_id, doer().name, now)
    return jsonify(
        map=None if shown.drawn is None else map_answer(shown.drawn),
        before=None if shown.before is None else map_answer(shown.before),
        changes=[change_answer(change) for change in shown.changes],
        left_out=list(shown.left_out),
    )
