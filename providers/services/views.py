"""Pages for what a provider offers: services with prices, price rules, terms with a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.kernel.walltime import NEW_YORK
from marketplace.webkit.identity import access
from marketplace.webkit.typed import placed_faults
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, find_own_provider
from providers.services.actions import put_prices, put_services, put_terms
from providers.services.catalogue import techniques
from providers.services.forms import prices_page, read_services, services_page, terms_page
from providers.services.forms.prices_page import RuleRow, ZoneRow
from providers.services.forms.services_page import ServiceRow
from providers.services.queries import list_services, prices_in_force, terms_in_force
from providers.services.rules.calls import is_call
from providers.services.rules.preview import Preview, preview_terms
from providers.services.rules.prices import CODES, prices_from_dict, prices_to_dict
from providers.services.rules.terms import Terms, terms_from_dict, terms_to_dict
from providers.wording.catalogue import advice_on

blueprint = Blueprint("services", __name__)
EXAMPLE_CENTS = 16_500
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


@blueprint.get("/provider/prices")
@access("provider")
def prices() -> ResponseReturnValue:
    """The price rules."""
    stored = prices_in_force(db.session(), _own_id())
    cap = "" if stored.cap_percent is None else str(stored.cap_percent)
    return _prices(prices_page.rows_of_rules(prices_to_dict(stored)), cap)


@blueprint.post("/provider/prices")
@access("provider")
def change_prices() -> ResponseReturnValue:
    """Store them; or show them again with one more or less."""
    rows, cap = prices_page.rows_of_form(request.form), request.form.get("cap_percent", "")
    if "add" in request.form or "drop" in request.form or "zone" in request.form:
        return _prices(_changed(rows), cap)
    try:
        put_prices(desk_owner(), prices_from_dict(prices_page.body_of_rows(rows, cap)), clock.now())
    except (Refused, Malformed) as refusal:
        return _prices(rows, cap, prices_page.faults_of_rows(rows, refusal.faults), refusal.sentence), 422
    flash(_("Your price rules are stored. Visits already booked keep the price they were booked at."), "good")
    return redirect(url_for("services.prices"))


@blueprint.get("/provider/terms")
@access("provider")
def terms() -> ResponseReturnValue:
    """The terms beside an example as a client reads it."""
    stored = terms_in_force(db.session(), _own_id())
    return _terms(terms_page.texts_of_terms(terms_to_dict(stored)), stored)


@blueprint.post("/provider/terms")
@access("provider")
def change_terms() -> ResponseReturnValue:
    """Store them, or look at them first."""
    texts = terms_page.texts_of_form(request.form)
    try:
        stated = terms_from_dict(terms_page.body_of_texts(texts))
    except (Refused, Malformed) as refusal:
        names = {f"steps.{at}": f"steps-{at}" for at in range(terms_page.MOST_STEPS)} | {"steps": "steps-0-hours"}
        stored = terms_in_force(db.session(), _own_id())
        return _terms(texts, stored, placed_faults(refusal.faults, names), refusal.sentence), 422
    if "preview" in request.form:
        return _terms(texts, stated)
    put_terms(desk_owner(), stated, clock.now())
    flash(_("Your terms are stored. Visits already booked keep the terms they were booked with."), "good")
    return redirect(url_for("services.terms"))


def _changed(rows: list[RuleRow]) -> list[RuleRow]:
    code = request.form.get("add", "")
    if code in CODES:
        number = 1 + max((int(row.name[2:]) for row in rows), default=-1)
        rows.append(RuleRow(f"r-{number}", code, zones=[ZoneRow()] if code == "travel" else []))
    for row in rows:
        if row.name == request.form.get("zone"):
            row.zones.append(ZoneRow())
    return [row for row in rows if row.name != request.form.get("drop")]


def _services(rows: list[ServiceRow], faults: Faults | None = None, sentence: str = "", *, call: bool) -> str:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    texts = {f"service:{row.name}": row.title for row in rows}
    advice = advice_on(texts, provider.profession if provider else "")
    return render_template("provider/services.html", rows=rows, call=call, faults=faults or {}, sentence=sentence, advice=advice)


def _prices(rows: list[RuleRow], cap: str, faults: Faults | None = None, sentence: str = "") -> str:
    return render_template("provider/prices.html", rows=rows, cap=cap, faults=faults or {}, sentence=sentence, codes=CODES)


def _terms(texts: Mapping[str, str], shown: Terms, faults: Faults | None = None, sentence: str = "") -> str:
    return render_template(
        "provider/terms.html", texts=texts, faults=faults or {}, sentence=sentence, most=terms_page.MOST_STEPS, preview=_example(shown)
    )


def _example(shown: Terms, zone: ZoneInfo = NEW_YORK) -> Preview:
    """A visit at 6:30 PM three days from now, for the first price that is offered."""
    offered = [cents for draft in list_services(db.session(), _own_id()) for cents in draft.prices.values() if not is_call(draft.settings)]
    day = clock.now().astimezone(zone).date() + timedelta(days=3)
    starts_at = datetime(day.year, day.month, day.day, 18, 30, tzinfo=zone)
    return preview_terms(shown, offered[0] if offered else EXAMPLE_CENTS, starts_at)
