"""`/api/v1`: releases, letters in the making, and the log of what left."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.care.forms.people import own_provider_id
from booking.sharing.actions.revoke_release import revoke_release
from booking.sharing.actions.send_letter import Sending, send_letter
from booking.sharing.actions.sign_release import sign_release
from booking.sharing.actions.write_letter import begin_letter, edit_letter, look_at_draft
from booking.sharing.catalogue import current_version, text_of
from booking.sharing.forms.answers import draft_answer, letter_answer, release_answer
from booking.sharing.forms.letters import read_beginning, read_sending, read_words
from booking.sharing.forms.releases import read_release
from booking.sharing.queries.letters import get_letter_of, get_own_letter, letters_by, letters_of
from booking.sharing.queries.releases import get_own_release, live_releases_for, releases_of
from booking.sharing.rules.letters import paper_to_dict
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import json_object

blueprint = Blueprint("sharing_api", __name__, url_prefix="/api/v1")


@blueprint.get("/releases")
@access("client", "provider")
def list_releases() -> Response:
    """Everything that one signed; a therapist's: what is in force and names them. Beside it the text that is signed today."""
    session, now = db.session(), clock.now()
    own = viewer().role == "client"
    rows = releases_of(session, own_person_id(), now) if own else live_releases_for(session, own_provider_id(), now)
    version = current_version()
    return jsonify(items=[release_answer(one) for one in rows], next=None, text={"version": version, "paragraphs": text_of(version)})


@blueprint.post("/releases")
@access("client")
@limiter.limit("30 per hour")
@idempotent
def make_release() -> tuple[Response, int]:
    """Sign a release."""
    person_id, now = own_person_id(), clock.now()
    draft, provider = read_release(json_object(request))
    made = sign_release(draft, provider, person_id, doer().name, now)
    return jsonify(release_answer(get_own_release(db.session(), made, person_id, now))), 201


@blueprint.delete("/releases/<public_id>")
@access("client")
def drop_release(public_id: str) -> tuple[str, int]:
    """Take a release back: it holds at once."""
    revoke_release(public_id, own_person_id(), doer().name, clock.now())
    return "", 204


@blueprint.get("/letters")
@access("client", "provider")
def list_letters() -> Response:
    """What left: of oneself, to whom, which parts, when it was opened; a therapist's: what they sent."""
    session, now = db.session(), clock.now()
    own = viewer().role == "client"
    rows = letters_of(session, own_person_id(), now) if own else letters_by(session, own_provider_id(), now)
    return jsonify(items=[letter_answer(one) for one in rows], next=None)


@blueprint.get("/letters/<public_id>")
@access("client")
def show_letter(public_id: str) -> Response:
    """A letter about oneself, word for word."""
    sent = get_own_letter(db.session(), public_id, own_person_id(), clock.now())
    return jsonify(**letter_answer(sent), letter=paper_to_dict(sent.paper))


@blueprint.get("/appointments/<public_id>/letter")
@access("provider")
def show_draft(public_id: str) -> Response:
    """The letter in the making at one's visit, and how it would leave. The look is written down."""
    own_appointment(public_id)
    return jsonify(draft_answer(look_at_draft(public_id, doer().name, clock.now())))


@blueprint.post("/appointments/<public_id>/letter")
@access("provider")
@limiter.limit("60 per hour")
@idempotent
def begin(public_id: str) -> tuple[Response, int]:
    """Draft a letter from what there is."""
    own_appointment(public_id)
    release = read_beginning(json_object(request))
    return jsonify(draft_answer(begin_letter(public_id, release, doer().name, clock.now()))), 201


@blueprint.put("/appointments/<public_id>/letter")
@access("provider")
@limiter.limit("120 per hour")
def edit(public_id: str) -> Response:
    """Put one's own words."""
    own_appointment(public_id)
    words = read_words(json_object(request))
    return jsonify(draft_answer(edit_letter(public_id, words, doer().name, clock.now())))


@blueprint.post("/appointments/<public_id>/letter/send")
@access("provider")
@limiter.limit("30 per hour")
@idempotent
def send(public_id: str) -> tuple[Response, int]:
    """Send the letter that was read."""
    booked, now = own_appointment(public_id), clock.now()
    way, mark = read_sending(json_object(request))
    made = send_letter(public_id, Sending(way, mark, doer().name, base_url()), now)
    return jsonify(letter_answer(get_letter_of(db.session(), made, booked.appointment.id, now))), 201
