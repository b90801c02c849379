"""What the platform takes, for both sides, and its announcing by the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.fees.actions import announce_agreement
from booking.fees.forms import read_agreement, typed_agreement
from booking.fees.queries import find_agreement, find_visit_fee, list_agreements
from booking.fees.rules import KINDS, words
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.typed import placed_faults

blueprint = Blueprint("fees", __name__)


@blueprint.app_context_processor
def agreed() -> dict[str, object]:
    """What was agreed for a visit, for the pages of both sides."""
    return {"platform_fee_of": lambda appointment_id: find_visit_fee(db.session(), appointment_id)}


@blueprint.get("/platform-fee")
@access("anyone")
def show() -> str:
    """Who pays us, what, and since when."""
    today = local_day(to_minute(clock.now()))
    rows = [(row, words(row.agreement)) for row in reversed(list_agreements(db.session()))]
    return render_template("fees/show.html", current=find_agreement(db.session(), today), rows=rows, today=today)


@blueprint.get("/admin/platform-fee")
@access("admin")
def form() -> str:
    """Every agreement, and a form for the next one."""
    return _page({}, {}, "")


@blueprint.post("/admin/platform-fee")
@access("admin")
def announce() -> ResponseReturnValue:
    """Say what is taken from a day on."""
    try:
        agreement, reason = read_agreement(typed_agreement(request.form))
        announce_agreement(agreement, reason, viewer().actor, clock.now())
    except (Refused, Malformed) as refusal:
        return _page(request.form, placed_faults(refusal.faults, {}), refusal.sentence), 422
    flash(_("Announced. Both sides can read it now."), "good")
    return redirect(url_for("fees.form"))


def _page(typed: Mapping[str, str], faults: Mapping[str, Sequence[str]], sentence: str) -> str:
    today = local_day(to_minute(clock.now()))
    rows = [(row, words(row.agreement)) for row in reversed(list_agreements(db.session()))]
    current = find_agreement(db.session(), today)
    return render_template("fees/admin.html", rows=rows, current=current, kinds=KINDS, typed=typed, faults=faults, sentence=sentence)
