"""`/api/v1/admin/clinics` and their rosters."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.db import db
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import json_object, read_date
from providers.places.forms import current_geocoder
from providers.places.queries import get_clinic, list_clinics
from providers.schedule.actions.clinics import plan_week, put_clinic
from providers.schedule.forms.clinics import clinic_answer, read_clinic, read_roster, roster_answer
from providers.schedule.queries import providers_at, shifts_between
from providers.schedule.rules.clinics import WEEK_DAYS, week_of

blueprint = Blueprint("clinics_api", __name__, url_prefix="/api/v1")


@blueprint.get("/clinics")
@access("provider", "admin")
def clinics() -> ResponseReturnValue:
    """The shared clinics, for whoever says where they work."""
    return jsonify(items=[clinic_answer(clinic) for clinic in list_clinics(db.session())], next=None)


@blueprint.post("/admin/clinics")
@access("admin")
def add_clinic() -> ResponseReturnValue:
    """A new one."""
    clinic = put_clinic(None, read_clinic(json_object(request)), current_geocoder(), viewer().actor, clock.now())
    return jsonify(clinic_answer(clinic)), 201


@blueprint.put("/admin/clinics/<slug>")
@access("admin")
def change_clinic(slug: str) -> ResponseReturnValue:
    """Change one; rooms in it move along."""
    return jsonify(clinic_answer(put_clinic(slug, read_clinic(json_object(request)), current_geocoder(), viewer().actor, clock.now())))


@blueprint.get("/admin/clinics/<slug>/roster")
@access("admin")
def show_roster(slug: str) -> ResponseReturnValue:
    """The shifts of the week that `week` lies in, of this week without it."""
    clinic = get_clinic(db.session(), slug)
    asked = request.args.get("week")
    monday = week_of(read_date(asked) if asked else ny_date(clock.now()))
    names = {provider_id: name for provider_id, name, _ in providers_at(db.session(), clinic.id)}
    shifts = shifts_between(db.session(), monday, monday + timedelta(days=WEEK_DAYS - 1), clinic_id=clinic.id)
    return jsonify(roster_answer(monday, shifts, names))


@blueprint.put("/admin/clinics/<slug>/roster")
@access("admin")
def change_roster(slug: str) -> ResponseReturnValue:
    """Replace a week's shifts."""
    get_clinic(db.session(), slug)
    monday, shifts = read_roster(json_object(request))
    plan_week(slug, monday, shifts, viewer().actor, clock.now())
    clinic = get_clinic(db.session(), slug)
    names = {provider_id: name for provider_id, name, _ in providers_at(db.session(), clinic.id)}
    return jsonify(
        roster_answer(monday, shifts_between(db.session(), monday, monday + timedelta(days=WEEK_DAYS - 1), clinic_id=clinic.id), names)
    )
