"""The page on which a provider states with which insurers they deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access
from providers.insurers.actions import state_insurance
from providers.insurers.catalogue import table
from providers.insurers.forms import Row, body_of, faults_of, rows_of, rows_of_form, shown_version, with_empty
from providers.insurers.models import InsuranceStatement
from providers.insurers.queries import newest_statement
from providers.insurers.rules import WAY_WORDS, Stated, insurance_from_list, read_entries
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

blueprint = Blueprint("insurers", __name__)


@blueprint.get("/provider/insurance")
@access("provider")
def insurance() -> str:
    """What is stated, line by line."""
    row = _newest()
    stated = _stated(row)
    return _page(rows_of(stated.entries if stated else ()), row)


@blueprint.post("/provider/insurance")
@access("provider")
def change_insurance() -> ResponseReturnValue:
    """State it as of today; what cannot stand comes back beside its field."""
    rows = rows_of_form(request.form)
    try:
        entries = read_entries(body_of(rows), table())
        state_insurance(desk_owner(), entries, table().version, clock.now(), shown_version(request.form))
    except (Refused, Malformed) as refusal:
        return _page(rows, _newest(), faults_of(refusal.faults), refusal.sentence), 422
    flash(_("Stated as of today. Clients read it as your own words, with the day."), "good")
    return redirect(url_for("insurers.insurance"))


def _newest() -> InsuranceStatement | None:
    return newest_statement(db.session(), find_own_id(db.session(), desk_owner().account_id))


def _stated(row: InsuranceStatement | None) -> Stated | None:
    return None if row is None else insurance_from_list(row.entries, row.stated_at)


def _page(
    rows: Sequence[Row], row: InsuranceStatement | None, faults: Mapping[str, Sequence[str]] | None = None, sentence: str = ""
) -> str:
    known = table()
    return render_template(
        "provider/insurance.html",
        rows=with_empty(rows),
        version=row.version if row else 0,
        stated_on=ny_date(row.stated_at) if row else None,
        carriers=[(one.code, one.name) for one in known.carriers.values()],
        plans=[(one.code, one.name) for one in known.plans.values()],
        ways=[(code, _(words)) for code, words in WAY_WORDS.items()],
        faults=faults or {},
        sentence=sentence,
    )
