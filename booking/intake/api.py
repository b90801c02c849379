"""`/api/v1`: what a client tells, how they want to be touched, and their papers; for therapists those of the client of a visit."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.care.forms.people import own_provider_id
from booking.intake import catalogue
from booking.intake.actions.ask_for_care import ask_for_care, card_still_right
from booking.intake.actions.keep_files import keep_file, remove_file
from booking.intake.actions.look import look_at_comfort, look_at_file, look_at_intake
from booking.intake.actions.tell import still_right, tell
from booking.intake.forms.comfort import comfort_answer, read_comfort, why_comfort
from booking.intake.forms.files import as_attachment, file_answer, read_about
from booking.intake.forms.telling import intake_answer, read_intake, why_intake
from booking.intake.queries import KeptComfort, KeptIntake, find_comfort, find_intake, get_own_file, list_files
from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.credentials.forms import read_upload
from providers.profiles.rules import MOBILE

blueprint = Blueprint("intake_api", __name__, url_prefix="/api/v1")


@blueprint.get("/me/intake")
@access("client")
def show_intake() -> Response:
    """One's own intake, and whether it is asked for."""
    return jsonify(_own_intake(find_intake(db.session(), own_person_id())))


@blueprint.put("/me/intake")
@access("client")
@limiter.limit("60 per hour")
def put_intake() -> Response:
    """Tell anew."""
    return jsonify(_own_intake(tell(read_intake(json_object(request)), own_person_id(), doer().name, clock.now())))


@blueprint.post("/me/intake/confirm")
@access("client")
@limiter.limit("60 per hour")
def confirm_intake() -> Response:
    """Everything still stands."""
    Fields(json_object(request)).finish()
    return jsonify(_own_intake(still_right(own_person_id(), doer().name, clock.now())))


@blueprint.get("/me/comfort")
@access("client")
def show_comfort() -> Response:
    """One's own comfort card, the text above it, and whether it is asked for."""
    return jsonify(_own_comfort(find_comfort(db.session(), own_person_id())))


@blueprint.put("/me/comfort")
@access("client")
@limiter.limit("60 per hour")
def put_comfort() -> Response:
    """Say it anew, under the text that was read."""
    card, read = read_comfort(json_object(request))
    return jsonify(_own_comfort(ask_for_care(card, read, own_person_id(), doer().name, clock.now())))


@blueprint.post("/me/comfort/confirm")
@access("client")
@limiter.limit("60 per hour")
def confirm_comfort() -> Response:
    """The card still stands, under the text that was read."""
    fields = Fields(json_object(request))
    read = fields.text("text_version", longest=20)
    fields.finish()
    return jsonify(_own_comfort(card_still_right(read, own_person_id(), doer().name, clock.now())))


@blueprint.get("/appointments/<public_id>/intake")
@access("provider")
def look(public_id: str) -> Response:
    """What the client of one's visit told, with what is new since the last look, their comfort card and the list of their papers."""
    booked = own_appointment(public_id)
    seen = look_at_intake(public_id, doer().name, clock.now())
    told = intake_answer(seen.kept) if seen.kept else None
    if told is not None and booked.appointment.setting not in MOBILE:
        told["home"] = None
    return jsonify(
        intake=told,
        changed=list(seen.changes.fields),
        changed_since=rfc3339(seen.before.written_at) if seen.before else None,
        comfort=comfort_answer(seen.comfort) if seen.comfort else None,
        files=[file_answer(one) for one in seen.files],
    )


@blueprint.get("/appointments/<public_id>/comfort")
@access("provider")
def look_at_card(public_id: str) -> Response:
    """The comfort card of the client of one's visit."""
    own_appointment(public_id)
    kept = look_at_comfort(public_id, doer().name, clock.now())
    return jsonify(comfort=comfort_answer(kept) if kept else None, asked=why_comfort(kept, clock.now()))


@blueprint.get("/files")
@access("client")
def files() -> Response:
    """One's own papers, the latest day first."""
    return jsonify(items=[file_answer(one) for one in list_files(db.session(), own_person_id())], next=None)


@blueprint.post("/files")
@access("client")
@limiter.limit("60 per hour")
@idempotent
def keep() -> tuple[Response, int]:
    """Keep a paper for one's visits."""
    about = read_about(request)
    return jsonify(file_answer(keep_file(about, read_upload(request), own_person_id(), doer().name, clock.now()))), 201


@blueprint.get("/files/<public_id>")
@access("client", "provider")
def file(public_id: str) -> Response:
    """One's own paper, or one of the client of a visit in care."""
    if viewer().role == "provider":
        return as_attachment(*look_at_file(public_id, own_provider_id(), doer().name, clock.now()))
    row = get_own_file(db.session(), public_id, own_person_id())
    return as_attachment(row.media_type, row.content)


@blueprint.delete("/files/<public_id>")
@access("client")
def remove(public_id: str) -> tuple[str, int]:
    """Remove a paper for good."""
    remove_file(public_id, own_person_id(), doer().name, clock.now())
    return "", 204


def _own_intake(kept: KeptIntake | None) -> dict[str, object]:
    about = {"asked": why_intake(kept, clock.now()), "current_form_version": catalogue.form_version()}
    return {**about, "intake": intake_answer(kept) if kept else None}


def _own_comfort(kept: KeptComfort | None) -> dict[str, object]:
    text = catalogue.statement()
    about = {"asked": why_comfort(kept, clock.now()), "text": {"version": text.version, "lines": list(text.lines)}}
    return {**about, "comfort": comfort_answer(kept) if kept else None}
