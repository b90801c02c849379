"""The pain map as pages: a client's own over time, a new one (for a visit or for none), and a visit's for its therapist."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import doer, own_appointment, own_person_id
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person
from booking.appointments.rules.naming import short_name
from booking.bodymap.actions import draw_map, open_map
from booking.bodymap.catalogue import picture
from booking.bodymap.forms import QUALITY_WORDS, levels, map_form, parts
from booking.bodymap.queries import Drawn, compared, find_before, find_of_visit, get_map, load_maps
from booking.bodymap.rules import REGIONS, in_words
from marketplace import clock
from marketplace.db import db
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("bodymap", __name__)
DATES_BESIDE = 5


@blueprint.get("/account/pain-map")
@access("client")
def mine() -> str:
    """One's own maps: the newest or the one asked for, the one before it, and the last ones side by side."""
    session, person_id = db.session(), own_person_id()
    found = load_maps(session, person_id)
    wanted = request.args.get("map")
    drawn = get_map(session, wanted, person_id) if wanted else next(iter(found.items), None)
    before = find_before(session, person_id, drawn) if drawn is not None else None
    return render_template(
        "bodymap/mine.html", drawn=drawn, before=before, changes=compared(before, drawn), maps=found.items,
        beside=found.items[:DATES_BESIDE], levels=levels, picture=picture(), regions=REGIONS, in_words=in_words,
    )  # fmt: skip


@blueprint.route("/account/pain-map/new", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute", methods=["POST"])
def new() -> ResponseReturnValue:
    """Draw how it is today; what was marked the last time is filled in."""
    person_id = own_person_id()
    return _draw(person_id, next(iter(load_maps(db.session(), person_id, most=1).items), None), None, url_for("bodymap.mine"))


@blueprint.route("/appointments/<public_id>/pain-map", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute", methods=["POST"])
def for_visit(public_id: str) -> ResponseReturnValue:
    """Draw for one's own visit."""
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _for_visit(booked, url_for("visits.show", public_id=public_id))


@blueprint.route("/visits/<key>/pain-map", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("30 per minute", methods=["POST"])
def guest(key: str) -> ResponseReturnValue:
    """A guest draws for their visit."""
    return _for_visit(get_by_guest_key(db.session(), secret_hash(key)), url_for("visits.guest", key=key))


@blueprint.get("/provider/appointments/<public_id>/pain-map")
@access("provider")
def of_client(public_id: str) -> str:
    """A visit's map as its therapist sees it. The look is written down and shown to the client."""
    booked = own_appointment(public_id)
    shown = open_map(public_id, doer().name, clock.now())
    return render_template(
        "bodymap/of_client.html", visit=booked.appointment, client=short_name(booked.person.name), shown=shown, levels=levels,
        picture=picture(), regions=REGIONS, in_words=in_words,
    )  # fmt: skip


def _for_visit(booked: Booked, back: str) -> ResponseReturnValue:
    return _draw(booked.person.id, find_of_visit(db.session(), booked.appointment), booked, back)


def _draw(person_id: int, before: Drawn | None, booked: Booked | None, back: str) -> ResponseReturnValue:
    form = map_form(before)
    if form.validate_on_submit():
        actor = doer().name if booked is None or booked.person.account_id is not None else f"person:{booked.person.id}"
        draw_map(form.drawing(None if booked is None else booked.appointment.public_id), person_id, actor, clock.now())
        flash(_("Saved. Only you and the therapists you visit can see it."), "good")
        return redirect(back)
    page = render_template(
        "bodymap/draw.html", form=form, parts=parts(), regions=REGIONS, qualities=QUALITY_WORDS, picture=picture(), booked=booked,
        back=back, levels=levels(form.marks()),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200
