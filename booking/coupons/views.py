"""The page of a provider's discount codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from booking.coupons.actions import make_coupon, retire_coupon
from booking.coupons.forms import body_of_form, read_coupon
from booking.coupons.queries import as_draft, list_coupons
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal
from marketplace.webkit.identity import access
from marketplace.webkit.typed import placed_faults
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.services.queries import list_services
from providers.services.rules.calls import is_call

blueprint = Blueprint("coupons", __name__)
NAMES = {"percent": "amount", "amount_cents": "amount", "least_cents": "least"}


@blueprint.get("/provider/codes")
@access("provider")
def index() -> ResponseReturnValue:
    """The codes, and the form for another one."""
    return _page(MultiDict())


@blueprint.post("/provider/codes")
@access("provider")
def create() -> ResponseReturnValue:
    """Give out a code; what cannot stand comes back beside its field."""
    try:
        make_coupon(desk_owner(), read_coupon(body_of_form(request.form)), clock.now())
    except (Refusal, Malformed) as refusal:
        db.session.rollback()
        return _page(request.form, placed_faults(refusal.faults, NAMES), refusal.sentence), 422
    flash(_("The code can be used from now on."), "good")
    return redirect(url_for(".index"))


@blueprint.post("/provider/codes/<public_id>/end")
@access("provider")
def end(public_id: str) -> ResponseReturnValue:
    """End a code."""
    retire_coupon(desk_owner(), public_id, clock.now())
    flash(_("The code is ended. Visits that have it keep their price."), "good")
    return redirect(url_for(".index"))


def _page(typed: MultiDict[str, str], faults: Mapping[str, Sequence[str]] | None = None, sentence: str = "") -> str:
    own_id = find_own_id(db.session(), desk_owner().account_id)
    services = [(one.code, one.name) for one in list_services(db.session(), own_id) if not is_call(one.settings)]
    codes = [{"row": row, "off": as_draft(row).words} for row in list_coupons(db.session(), own_id)]
    return render_template(
        "provider/codes.html", codes=codes, services=services, typed=typed, faults=faults or {}, sentence=sentence
    )  # fmt: skip
