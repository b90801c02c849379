"""Different visits for one checkout, as programs send them and as a browser remembers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import session

from booking.appointments.actions.hold_together import BasketWanted
from booking.appointments.changes.holding import HoldWish
from booking.appointments.models import Hold
from booking.appointments.queries import get_hold
from booking.openings.forms.wishes import read_add_ons
from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import SETTINGS
from marketplace.db import db
from marketplace.kernel.errors import NotFound
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields
from providers.places.gazetteer import find_zip

_BESIDE = "beside"


def read_basket(body: dict[str, Any], saved_zip: str | None) -> BasketWanted:
    """The body of `POST /baskets`."""
    fields = Fields(body)
    beside = fields.text("hold", None)
    items = fields.items("visits") or []
    visits = tuple(_visit(Fields(item, f"visits[{at}]."), saved_zip) for at, item in enumerate(items))
    fields.finish()
    return BasketWanted(visits, beside)


def _visit(fields: Fields, saved_zip: str | None) -> HoldWish:
    provider, service = fields.text("provider"), fields.text("service", longest=40)
    minutes, setting = fields.integer("minutes", least=1, most=480), fields.choice("setting", SETTINGS)
    starts_at = fields.instant("starts_at")
    code = fields.text("zip", saved_zip if setting != "clinic" else None, longest=10)
    area = find_zip(code) if code and setting != "clinic" else None
    if code and setting != "clinic" and area is None:
        fields.fault("zip", f"{code} is not a ZIP code in Manhattan.")
    add_ons = read_add_ons(fields)
    fields.finish()
    return HoldWish(provider, Wish(service, minutes, setting, area.zip if area else None, add_ons=add_ons), starts_at)


def remember_beside(public_id: str) -> None:
    """The next start that this browser holds joins the checkout of this hold."""
    session[_BESIDE] = public_id


def forget_beside() -> None:
    """The next start is held by itself."""
    session.pop(_BESIDE, None)


def find_beside(now: datetime) -> Hold | None:
    """The hold whose checkout the next start joins, while it is held; None for everybody who did not ask for that."""
    public_id = session.get(_BESIDE)
    if not public_id or viewer().person_id is None:
        return None
    try:
        hold = get_hold(db.session(), public_id, viewer().person_id)
    except NotFound:
        return None
    return hold if hold.state == "live" and hold.expires_at > now else None
