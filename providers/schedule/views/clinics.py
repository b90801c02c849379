"""The admins' pages of shared clinics and the week's roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.reading import read_date
from marketplace.webkit.typed import placed_faults
from providers.credentials.queries import load_policies
from providers.places.forms import current_geocoder
from providers.places.models import Clinic
from providers.places.queries import get_clinic, list_clinics
from providers.schedule.actions.clinics import plan_week, put_clinic
from providers.schedule.forms.clinics import clinic_answer, clinic_body, read_clinic, read_roster, roster_answer, roster_body
from providers.schedule.queries import providers_at, shifts_between
from providers.schedule.rules.clinics import CLINIC_KINDS, WEEK_DAYS, week_of
from providers.schedule.views.hours import WEEKDAYS

blueprint = Blueprint("clinics", __name__)
NOTHING: dict[str, Any] = {
    "name": "",
    "kind": "pt_clinic",
    "line1": "",
    "unit": "",
    "zip": "",
    "hours": [],
    "rostered": False,
    "rooms": None,
}
Faults = Mapping[str, Sequence[str]]


@blueprint.get("/admin/clinics")
@access("admin")
def index() -> str:
    """Every shared clinic."""
    rows = [(clinic, len(providers_at(db.session(), clinic.id))) for clinic in list_clinics(db.session())]
    return render_template("admin/clinics.html", rows=rows)


@blueprint.get("/admin/clinics/new")
@access("admin")
def begin() -> str:
    """An empty form."""
    return _show(None, NOTHING)


@blueprint.post("/admin/clinics/new")
@access("admin")
def add() -> ResponseReturnValue:
    """A new clinic."""
    return _store(None)


@blueprint.get("/admin/clinics/<slug>")
@access("admin")
def clinic(slug: str) -> str:
    """One clinic."""
    found = get_clinic(db.session(), slug)
    return _show(found, clinic_answer(found))


@blueprint.post("/admin/clinics/<slug>")
@access("admin")
def change(slug: str) -> ResponseReturnValue:
    """Change it; rooms in it move along."""
    return _store(get_clinic(db.session(), slug))


def _store(found: Clinic | None) -> ResponseReturnValue:
    body = clinic_body(request.form)
    try:
        stored = put_clinic(found.slug if found else None, read_clinic(body), current_geocoder(), viewer().actor, clock.now())
    except (Refused, Malformed) as refusal:
        names = {f"hours[{at}]": f"d{row['weekday']}" for at, row in enumerate(body["hours"])}
        return _show(found, body, placed_faults(refusal.faults, names), refusal.sentence), 422
    flash(_("Saved. What is booked stays booked."), "good")
    return redirect(url_for("clinics.clinic", slug=stored.slug))


def _show(found: Clinic | None, body: Mapping[str, Any], faults: Faults | None = None, sentence: str = "") -> str:
    hours = {row["weekday"]: row for row in body["hours"]}
    return render_template(
        "admin/clinic.html",
        clinic=found,
        body=body,
        days=[(number, WEEKDAYS[number], hours.get(number, {"opens": "", "closes": ""})) for number in range(WEEK_DAYS)],
        several=len(hours) < len(body["hours"]),
        kinds=CLINIC_KINDS,
        people=providers_at(db.session(), found.id) if found else [],
        faults=faults or {},
        sentence=sentence,
    )


@blueprint.get("/admin/clinics/<slug>/roster")
@access("admin")
def roster(slug: str) -> ResponseReturnValue:
    """A week's roster; `copy=1` fills the form with the shifts of the week before, still to be saved."""
    found, monday = get_clinic(db.session(), slug), _monday()
    copied = request.args.get("copy") == "1"
    body = _week(found, monday - timedelta(days=WEEK_DAYS) if copied else monday)
    if copied:
        for row in body["shifts"]:
            row["on"] = (read_date(row["on"]) + timedelta(days=WEEK_DAYS)).isoformat()
    return _show_roster(found, monday, body, copied=copied)


@blueprint.post("/admin/clinics/<slug>/roster")
@access("admin")
def plan(slug: str) -> ResponseReturnValue:
    """Make the form the week's roster."""
    found, monday = get_clinic(db.session(), slug), _monday()
    body, names = roster_body(request.form, monday)
    try:
        planned = read_roster(body)[1]
        plan_week(slug, monday, planned, viewer().actor, clock.now())
    except (Refused, Malformed) as refusal:
        faults = placed_faults(refusal.faults, {f"shifts[{at}]": name for at, name in enumerate(names)})
        return _show_roster(found, monday, body, faults, refusal.sentence), 422
    flash(_("The week is planned. What is booked stays booked."), "good")
    return redirect(url_for("clinics.roster", slug=slug, week=monday.isoformat()))


def _monday() -> date:
    """The Monday of the week in the address; nonsense shows the present one."""
    try:
        return week_of(read_date(request.args.get("week", "")))
    except Malformed:
        return week_of(ny_date(clock.now()))


def _week(found: Clinic, monday: date) -> dict[str, Any]:
    names = {provider_id: name for provider_id, name, _name in providers_at(db.session(), found.id)}
    return roster_answer(monday, shifts_between(db.session(), monday, monday + timedelta(days=WEEK_DAYS - 1), clinic_id=found.id), names)


def _show_roster(
    found: Clinic, monday: date, body: Mapping[str, Any], faults: Faults | None = None, sentence: str = "", *, copied: bool = False
) -> str:
    days = [monday + timedelta(days=number) for number in range(WEEK_DAYS)]
    shifts = {(row["provider"], row["on"]): row for row in body["shifts"]}
    empty = {"opens": "", "closes": "", "staffing": "full_time"}
    people = [
        (f"r{number}", slug, name, [(f"r{number}-d{at}", day, shifts.get((slug, day.isoformat()), empty)) for at, day in enumerate(days)])
        for number, (_id, slug, name) in enumerate(providers_at(db.session(), found.id))
    ]
    week = timedelta(days=WEEK_DAYS)
    return render_template(
        "admin/roster.html",
        clinic=found,
        days=days,
        people=people,
        monday=monday.isoformat(),
        previous=(monday - week).isoformat(),
        following=(monday + week).isoformat(),
        copied=copied,
        asked=load_policies(db.session()).on(ny_date(clock.now())),
        faults=faults or {},
        sentence=sentence,
    )
