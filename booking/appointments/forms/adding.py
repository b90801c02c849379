"""What can be added to a held or booked visit, as pages and programs are told, and what they send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request

from booking.appointments.actions.add import Adding
from booking.appointments.changes.adding import extra_lines, longer, options_of, row_of
from booking.appointments.models import Hold
from booking.appointments.queries import Booked
from booking.appointments.rules.adding import ADD_ON, Extra
from booking.openings.forms.wishes import read_add_ons
from booking.quotes.rules.adding import with_lines
from marketplace.db import db
from marketplace.webkit.reading import Fields, json_object
from providers.services.rules.calls import PHONE
from providers.services.rules.drafts import LONGEST_MINUTES


def options_for_hold(hold: Hold, now: datetime) -> list[dict[str, object]]:
    """Every add-on that a held visit could have beside those it has, and whether it fits."""
    if hold.setting == PHONE:
        return []
    own = longer(db.session(), hold, now)
    found = options_of(own, own.claim.end_minute - own.claim.begin_minute, hold.minutes, [one["code"] for one in hold.add_ons or ()])
    return [one for one in found if one["kind"] == ADD_ON]


def options_for_visit(booked: Booked, now: datetime) -> list[dict[str, object]]:
    """Everything that could be added to a booked visit, whether it fits, and the whole price with it."""
    visit = booked.appointment
    if visit.setting == PHONE:
        return []
    own = longer(db.session(), visit, now)
    found = options_of(own, own.claim.end_minute - own.claim.begin_minute, visit.minutes, [one["code"] for one in visit.add_ons or ()])
    row, version = row_of(visit, own.facts), own.service.version if own.service else 0
    return [{**one, "total_cents": with_lines(visit.quote, extra_lines([_extra(one)], version), row)["total_cents"]} for one in found]


def _extra(option: dict[str, Any]) -> Extra:
    return Extra(option["kind"], option["code"], option["name"], option["minutes"], option["price_cents"])


def read_hold_choice() -> tuple[str, ...]:
    """The body of `PUT /holds/{id}/add-ons`: every add-on that the visit shall have."""
    fields = Fields(json_object(request))
    codes = read_add_ons(fields)
    fields.finish()
    return codes


def read_adding() -> Adding:
    """The body of `POST /appointments/{id}/extras`. Amounts are only compared with what was shown, never taken."""
    fields = Fields(json_object(request))
    wanted = Adding(
        read_add_ons(fields),
        fields.integer("minutes", None, least=1, most=LONGEST_MINUTES),
        fields.boolean("client_agreed", default=False),
        fields.integer("expected_total_cents", None),
    )
    fields.finish()
    return wanted
