"""`/api/v1`: classes and seats."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.rules.cancellation import REASONS
from booking.classes.actions.attend import check_in_seat, mark_absent, take_payment
from booking.classes.actions.book_seat import book_seat
from booking.classes.actions.call_off import call_off
from booking.classes.actions.hold_seat import SeatWish, hold_seat, release_seat
from booking.classes.actions.leave_seat import leave_seat
from booking.classes.actions.move_class import move_class
from booking.classes.actions.plan_class import plan_class
from booking.classes.changes.locking import judge_leaving
from booking.classes.forms.programs import (
    leaving_answer,
    lesson_answer,
    own_provider_id,
    read_draft,
    read_how,
    read_leaving,
    read_why,
    seat_answer,
)
from booking.classes.queries import (
    get_lesson,
    get_seat_of_person,
    get_seat_of_provider,
    list_coming,
    list_own,
    seats_of_lesson,
    seats_of_person,
)
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.profiles.queries import find_provider_id
from providers.registry.forms import desk_owner

blueprint = Blueprint("classes_api", __name__, url_prefix="/api/v1")


# --- everybody ----------------------------------------------------------------------------------------------------------------


@blueprint.get("/providers/<slug>/classes")
@access("anyone")
def of_provider(slug: str) -> Response:
    """A provider's coming classes, the soonest first."""
    if find_provider_id(db.session(), slug) is None:
        raise NotFound("not_found", "There is no such provider.")
    return jsonify({"items": [lesson_answer(one) for one in list_coming(db.session(), slug, clock.now())], "next": None})


@blueprint.get("/classes/<public_id>")
@access("anyone")
def show(public_id: str) -> Response:
    """One class with the seats that are left."""
    return jsonify(lesson_answer(get_lesson(db.session(), public_id, clock.now())))


# --- the client ---------------------------------------------------------------------------------------------------------------


@blueprint.post("/seats")
@access("client")
@limiter.limit("60 per minute")
@idempotent
def hold() -> tuple[Response, int]:
    """Hold a seat for ten minutes."""
    fields = Fields(json_object(request))
    lesson = fields.text("class", longest=24)
    fields.finish()
    person_id = own_person_id()
    seat = hold_seat(SeatWish(lesson), person_id, doer(), clock.now())
    return jsonify(seat_answer(get_seat_of_person(db.session(), seat.public_id, person_id))), 201


@blueprint.get("/seats")
@access("client")
def index() -> Response:
    """One's own seats, the latest class first."""
    return jsonify({"items": [seat_answer(one) for one in seats_of_person(db.session(), own_person_id(), clock.now())], "next": None})


@blueprint.get("/seats/<public_id>")
@access("client")
def show_seat(public_id: str) -> Response:
    """One of one's own seats."""
    return jsonify(seat_answer(get_seat_of_person(db.session(), public_id, own_person_id())))


@blueprint.delete("/seats/<public_id>")
@access("client")
def release(public_id: str) -> tuple[str, int]:
    """Give a held seat back."""
    release_seat(public_id, own_person_id(), doer(), clock.now())
    return "", 204


@blueprint.post("/seats/<public_id>/book")
@access("client")
@limiter.limit("60 per minute")
def book(public_id: str) -> Response:
    """Book what is held."""
    Fields(json_object(request)).finish()
    return jsonify(seat_answer(book_seat(public_id, own_person_id(), doer(), base_url(), clock.now()).seated))


@blueprint.get("/seats/<public_id>/cancellation")
@access("client")
def preview(public_id: str) -> Response:
    """What leaving costs now, and until when that holds."""
    seated = get_seat_of_person(db.session(), public_id, own_person_id())
    fields = Fields(request.args.to_dict())
    reason = fields.choice("reason", REASONS, None)
    fields.finish()
    return jsonify(leaving_answer(judge_leaving(db.session(), seated, doer().part, clock.now(), reason)))


@blueprint.post("/seats/<public_id>/cancel")
@access("client")
def leave(public_id: str) -> Response:
    """Leave for the fee that the agreed terms give now."""
    wanted = read_leaving(json_object(request))
    get_seat_of_person(db.session(), public_id, own_person_id())
    seated, _verdict = leave_seat(public_id, wanted, doer(), base_url(), clock.now())
    return jsonify(seat_answer(seated))


# --- the therapist ------------------------------------------------------------------------------------------------------------


@blueprint.get("/provider/classes")
@access("provider")
def list_desk() -> Response:
    """One's own classes that are not over."""
    now = clock.now()
    return jsonify({"items": [lesson_answer(one) for one in list_own(db.session(), own_provider_id(), now, now)], "next": None})


@blueprint.post("/provider/classes")
@access("provider")
@limiter.limit("60 per minute")
@idempotent
def plan() -> tuple[Response, int]:
    """Plan a class; 409 names the visits in the way."""
    draft, now = read_draft(json_object(request)), clock.now()
    lesson = plan_class(desk_owner(), draft, now)
    return jsonify(lesson_answer(get_lesson(db.session(), lesson.public_id, now, provider_id=lesson.provider_id))), 201


@blueprint.get("/provider/classes/<public_id>")
@access("provider")
def show_desk(public_id: str) -> Response:
    """One of one's own classes, and who comes."""
    return _desk(public_id, own_provider_id())


@blueprint.post("/provider/classes/<public_id>/move")
@access("provider")
@limiter.limit("60 per minute")
def move(public_id: str) -> Response:
    """Move a class; everybody who has a seat is told."""
    fields = Fields(json_object(request))
    starts_at = fields.instant("starts_at")
    fields.finish()
    provider_id = own_provider_id()
    move_class(public_id, provider_id, starts_at, doer(), base_url(), clock.now())
    return _desk(public_id, provider_id)


@blueprint.post("/provider/classes/<public_id>/cancel")
@access("provider")
@limiter.limit("60 per minute")
def cancel(public_id: str) -> Response:
    """Call a class off; everybody who has a seat is told, and nobody pays."""
    why, provider_id = read_why(json_object(request)), own_provider_id()
    call_off(public_id, provider_id, why, doer(), base_url(), clock.now())
    return _desk(public_id, provider_id)


def _desk(public_id: str, provider_id: int) -> Response:
    lesson = get_lesson(db.session(), public_id, clock.now(), provider_id=provider_id)
    seats = seats_of_lesson(db.session(), lesson.row.id)
    return jsonify({**lesson_answer(lesson), "seats": [seat_answer(one, for_provider=True) for one in seats]})


@blueprint.post("/provider/seats/<public_id>/check-in")
@access("provider")
def check_in(public_id: str) -> Response:
    """Somebody is here."""
    Fields(json_object(request)).finish()
    _own_seat(public_id)
    return jsonify(seat_answer(check_in_seat(public_id, doer(), clock.now()), for_provider=True))


@blueprint.post("/provider/seats/<public_id>/no-show")
@access("provider")
def no_show(public_id: str) -> Response:
    """Somebody did not come."""
    Fields(json_object(request)).finish()
    _own_seat(public_id)
    return jsonify(seat_answer(mark_absent(public_id, doer(), clock.now()), for_provider=True))


@blueprint.post("/provider/seats/<public_id>/payment")
@access("provider")
def payment(public_id: str) -> Response:
    """What is due was given to the therapist."""
    how = read_how(json_object(request))
    _own_seat(public_id)
    return jsonify(seat_answer(take_payment(public_id, how, doer(), clock.now()), for_provider=True))


def _own_seat(public_id: str) -> None:
    get_seat_of_provider(db.session(), public_id, own_provider_id())
