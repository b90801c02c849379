"""The pages of what a provider offers, and to new clients. Price rules and terms have editors with previews further up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.identity import access
from marketplace.webkit.typed import placed_faults
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, find_own_provider
from providers.services.actions import put_first_visits, put_services
from providers.services.catalogue import techniques
from providers.services.forms import first_visits_page, read_services, services_page
from providers.services.forms.services_page import ServiceRow
from providers.services.queries import first_visits_in_force, list_services
from providers.services.rules.first_visits import first_visits_from_dict
from providers.wording.catalogue import advice_on

blueprint = Blueprint("services", __name__)
Faults = Mapping[str, Sequence[str]]


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """The names of techniques, for every template."""
    return {"technique_names": {code: technique.name for code, technique in techniques().items()}}


def _own_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)


@blueprint.get("/provider/services")
@access("provider")
def services() -> ResponseReturnValue:
    """The services with their lengths and prices."""
    stored = list_services(db.session(), _own_id())
    return _services(services_page.rows_of_drafts(stored), call=services_page.offers_call(stored))


@blueprint.post("/provider/services")
@access("provider")
def change_services() -> ResponseReturnValue:
    """Store them; or show them again with one more or less."""
    rows, call = services_page.rows_of_form(request.form), "call" in request.form
    if "add" in request.form:
        return _services([*rows, ServiceRow(f"s-{len(rows) and 1 + max(int(row.name[2:]) for row in rows)}")], call=call)
    if "drop" in request.form:
        return _services([row for row in rows if row.name != request.form["drop"]], call=call)
    try:
        body = services_page.body_of_rows(rows, list_services(db.session(), _own_id()), call=call)
        put_services(desk_owner(), read_services(body), clock.now())
    except (Refused, Malformed) as refusal:
        return _services(rows, services_page.faults_of_rows(rows, refusal.faults), refusal.sentence, call=call), 422
    flash(_("Your services are stored. Visits already booked keep the price they were booked at."), "good")
    return redirect(url_for("services.services"))


def _services(rows: list[ServiceRow], faults: Faults | None = None, sentence: str = "", *, call: bool) -> str:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    texts = {f"service:{row.name}": row.title for row in rows} | {f"preparation:{row.name}": row.preparation for row in rows}
    advice = advice_on(texts, provider.profession if provider else "")
    return render_template("provider/services.html", rows=rows, call=call, faults=faults or {}, sentence=sentence, advice=advice)


@blueprint.get("/provider/first-visits")
@access("provider")
def first_visits() -> ResponseReturnValue:
    """What is asked of new clients."""
    return _first_visits(first_visits_page.texts_of(first_visits_in_force(db.session(), _own_id())))


@blueprint.post("/provider/first-visits")
@access("provider")
def change_first_visits() -> ResponseReturnValue:
    """Store it; what cannot stand comes back beside its field."""
    texts = first_visits_page.texts_of_form(request.form)
    try:
        put_first_visits(desk_owner(), first_visits_from_dict(first_visits_page.body_of(texts)), clock.now())
    except (Refused, Malformed) as refusal:
        return _first_visits(texts, placed_faults(refusal.faults, {}), refusal.sentence), 422
    flash(_("Stored. Visits already held or booked stay as they were agreed."), "good")
    return redirect(url_for("services.first_visits"))


def _first_visits(texts: Mapping[str, str], faults: Faults | None = None, sentence: str = "") -> str:
    return render_template("provider/first_visits.html", texts=texts, faults=faults or {}, sentence=sentence)
