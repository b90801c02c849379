"""Planning visits together as people see it: the plan with its clashes, holding all of them, and one's own series."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.hold_series import hold_series
from booking.appointments.forms.reading import doer, own_person_id
from booking.appointments.forms.series import SeriesPlan, planned, read_chosen, read_series_wish
from booking.appointments.models import Series
from booking.appointments.queries import SeriesHeld, list_series, visits_of_holds
from booking.appointments.rules.series import (
    FREE_WORDS,
    LEAST_EVERY,
    LEAST_VISITS,
    MOST_EVERY,
    MOST_VISITS,
    STOP_RULE,
    WHY_MOST,
    Option,
    review_after,
)
from marketplace import clock
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Limited, Malformed, NotFound, Refused
from marketplace.kernel.walltime import from_minute
from marketplace.vault import vault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from providers.profiles.queries import get_listed_facts

blueprint = Blueprint("series", __name__)
Page = str | Answer | tuple[str, int]
ASKED = ("provider", "service", "minutes", "setting", "zip", "visits", "every_days", "first", "time", "evenings")


@blueprint.get("/series/plan")
@access("client", "anonymous")
@limiter.limit("60 per minute")
def plan() -> Page:
    """So many visits, so many days apart: each with its state, and for every clash a choice."""
    asked = {name: text for name in ASKED if (text := request.args.get(name, "").strip())}
    fault, made = None, None
    try:
        slug, wanted = read_series_wish(asked, None)
        made = planned(slug, wanted, clock.now())
    except (Malformed, Refused) as refusal:
        fault = refusal.sentence
    facts = made.facts if made else get_listed_facts(db.session(), asked.get("provider", ""))
    bounds = {"visits": (LEAST_VISITS, MOST_VISITS), "every": (LEAST_EVERY, MOST_EVERY)}
    shown = {"facts": facts, "asked": asked, "fault": fault, "plan": made, "rows": _rows(made) if made else [], "bounds": bounds}
    page = render_template("series/plan.html", **shown, stop_rule=STOP_RULE, why_most=WHY_MOST)
    return (page, 422) if fault else page


def _rows(made: SeriesPlan) -> list[dict[str, Any]]:
    """Each visit with its ways out as choices of the form."""
    return [
        {
            "visit": one,
            "left_out": one.sentence != FREE_WORDS,
            "wanted_at": from_minute(one.wanted_minute),
            "value": None if one.start_minute is None else _value(one.start_minute, one.minutes),
            "options": [_way(way) for way in one.options],
        }
        for one in made.visits
    ]


def _way(way: Option) -> dict[str, Any]:
    value = _value(way.start_minute, way.minutes)
    return {"kind": way.kind, "minutes": way.minutes, "starts_at": from_minute(way.start_minute), "value": value}


def _value(start: int, minutes: int) -> str:
    return f"{rfc3339(from_minute(start))}|{minutes}"


@blueprint.post("/series")
@access("client", "anonymous")
@limiter.limit("30 per minute")
def hold() -> Answer:
    """Hold all chosen visits, or none: then the plan comes back with what is free now."""
    origin = None if viewer().signed_in else vault().fingerprint(request.remote_addr or "", "origin")
    try:
        held = hold_series(read_chosen(request.form.to_dict(), origin), viewer().person_id, doer(), clock.now())
    except (Conflict, Refused, Limited) as refusal:
        flash(refusal.sentence, "warning")
        asked: dict[str, Any] = {name: request.form[name] for name in ASKED if request.form.get(name)}
        return redirect(url_for(".plan", **asked))
    if held.series.person_id != viewer().person_id:
        session["guest"] = db.session.get_one(Person, held.series.person_id).public_id
    return redirect(url_for("appointments.health", public_id=held.holds[0].public_id))


@blueprint.get("/series")
@access("client")
def index() -> str:
    """One's own series: each visit with its state, and the points of review."""
    rows = [_shown(one) for one in list_series(db.session(), Series.person_id == own_person_id())]
    return render_template("series/index.html", rows=[row for row in rows if row["visits"]], stop_rule=STOP_RULE)


def _shown(one: SeriesHeld) -> dict[str, Any]:
    """A series with its booked visits; one that led to nothing has none."""
    booked, points = visits_of_holds(db.session(), [hold.id for hold in one.holds]), review_after(len(one.holds))
    visits = [{"number": at, "visit": booked[hold.id], "review": at in points} for at, hold in enumerate(one.holds, 1) if hold.id in booked]
    try:
        name = get_listed_facts(db.session(), one.slug).name
    except NotFound:
        name = one.slug
    return {"series": one.series, "name": name, "visits": visits, "total": len(one.holds)}
