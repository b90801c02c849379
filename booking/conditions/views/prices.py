"""The editor of the price rules: each on or off, a cap on all, usual wishes priced beside it, the versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.conditions.forms.previewing import PricesSeen, preview_prices
from booking.conditions.queries import list_price_versions
from booking.conditions.views.terms import blueprint, own_id
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.services.actions import put_prices
from providers.services.forms import prices_page
from providers.services.forms.prices_page import RuleRow, ZoneRow
from providers.services.queries import prices_in_force
from providers.services.rules.prices import CODES, PriceRules, prices_from_dict, prices_to_dict

Faults = Mapping[str, Sequence[str]]


@blueprint.get("/provider/prices")
@access("provider")
def prices() -> ResponseReturnValue:
    """The price rules beside usual wishes."""
    stored = prices_in_force(db.session(), own_id())
    return _editor(prices_page.rows_of_rules(prices_to_dict(stored)), _cap_text(stored), stored)


@blueprint.post("/provider/prices")
@access("provider")
def change_prices() -> ResponseReturnValue:
    """Store them; or look at them first, or show them again with one more or less."""
    rows, cap = prices_page.rows_of_form(request.form), request.form.get("cap_percent", "")
    if "add" in request.form or "drop" in request.form or "zone" in request.form:
        rows = _changed(rows)
        return _editor(rows, cap, _readable(rows, cap))
    try:
        stated = prices_from_dict(prices_page.body_of_rows(rows, cap))
    except (Refused, Malformed) as refusal:
        return _editor(rows, cap, None, prices_page.faults_of_rows(rows, refusal.faults), refusal.sentence), 422
    if "preview" in request.form:
        return _editor(rows, cap, stated)
    put_prices(desk_owner(), stated, clock.now())
    flash(_("Your price rules are stored. Visits already booked keep the price they were booked at."), "good")
    return redirect(url_for("conditions.prices"))


@blueprint.post("/provider/prices/preview")
@access("provider")
def preview_page() -> ResponseReturnValue:
    """For scripts: what stands beside the form as it is typed. Nothing is stored."""
    rows, cap = prices_page.rows_of_form(request.form), request.form.get("cap_percent", "")
    try:
        stated = prices_from_dict(prices_page.body_of_rows(rows, cap))
    except (Refused, Malformed) as refusal:
        placed = prices_page.faults_of_rows(rows, refusal.faults)
        return render_template("provider/_unfinished.html", faults=placed, sentence=refusal.sentence), 422
    return render_template("provider/_prices_seen.html", seen=_seen(stated))


def _cap_text(stored: PriceRules) -> str:
    return "" if stored.cap_percent is None else str(stored.cap_percent)


def _changed(rows: list[RuleRow]) -> list[RuleRow]:
    code = request.form.get("add", "")
    if code in CODES:
        number = 1 + max((int(row.name[2:]) for row in rows), default=-1)
        rows.append(RuleRow(f"r-{number}", code, zones=[ZoneRow()] if code == "travel" else []))
    for row in rows:
        if row.name == request.form.get("zone"):
            row.zones.append(ZoneRow())
    return [row for row in rows if row.name != request.form.get("drop")]


def _readable(rows: Sequence[RuleRow], cap: str) -> PriceRules | None:
    """The rules as typed, where they can be read already."""
    try:
        return prices_from_dict(prices_page.body_of_rows(rows, cap))
    except (Refused, Malformed):
        return None


def _seen(stated: PriceRules) -> PricesSeen:
    return preview_prices(db.session(), own_id(), stated, clock.now())


def _editor(rows: list[RuleRow], cap: str, shown: PriceRules | None, faults: Faults | None = None, sentence: str = "") -> str:
    return render_template(
        "provider/prices.html", rows=rows, cap=cap, faults=faults or {}, sentence=sentence, codes=CODES,
        seen=None if shown is None else _seen(shown), versions=list_price_versions(db.session(), own_id(), clock.now()),
        actor=desk_owner().actor,
    )  # fmt: skip
