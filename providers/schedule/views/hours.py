"""The hours editor: a plain form whose buttons add and take lines away, beside what clients will find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused, Stale
from marketplace.webkit.filters import month_of, ny_date
from marketplace.webkit.identity import access
from providers.credentials.queries import load_policies
from providers.places.queries import list_places
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_provider
from providers.schedule.actions import put_schedule
from providers.schedule.forms import read_schedule
from providers.schedule.forms.page import MOST_A_DAY, HoursPage, Row, add_dates, add_line, drop_line, page_of_body, page_of_form
from providers.schedule.queries import list_clinic_hours, list_exceptions, list_weekly, rules_in_force, stated_schedule
from providers.schedule.rules.clinics import WEEK_DAYS
from providers.schedule.rules.hours import Asked, turns_of
from providers.schedule.rules.months import Month, month_for
from providers.schedule.rules.preview import coming_days
from providers.services.queries import list_services
from providers.services.rules.holidays import PUBLIC_HOLIDAYS, public_holidays

blueprint = Blueprint("schedule", __name__)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERS = frozenset("0123456")
BLANK = "w9-9"
"""The name of the line that scripts copy; no weekday's, so that it is never read."""


@dataclass(frozen=True)
class Place:
    """A place to choose."""

    public_id: str
    name: str


@blueprint.get("/provider/hours")
@access("provider")
def hours() -> ResponseReturnValue:
    """The editor with what is stored."""
    return show_editor(page_of_body(_stored()))


@blueprint.post("/provider/hours")
@access("provider")
def change_hours() -> ResponseReturnValue:
    """Store it; or, by another button, show it again with a line more or less, or more to say about a line. Nothing typed is lost."""
    page = page_of_form(request.form)
    if {"add", "drop", "more", "show_month"} & set(request.form):
        _change_lines(page)
        return show_editor(page, opened=_touched(page))
    if page.picked:
        return show_editor(page, {"picked": [_("These dates are chosen and not added yet: add them, or take them off.")]}), 422
    try:
        put_schedule(desk_owner(), read_schedule(page.body()), clock.now(), page.mark or None)
    except Stale as stale:
        page.mark = str(stale.details["mark"])
        return show_editor(page, sentence=stale.sentence, changed=True), 409
    except (Refused, Malformed) as refusal:
        placed = page.place_faults(refusal.faults)
        return show_editor(page, placed, refusal.sentence if not placed else ""), 422
    flash(_("Your hours are stored. New starts are offered from now on; visits already booked stay."), "good")
    return redirect(url_for("schedule.hours"))


def _change_lines(page: HoursPage) -> None:
    where = request.form.get("add", "")
    if where in ("e", *(f"w{number}" for number in range(7))):
        add_line(page, where, _settings())
    if where in ("dates-closed", "dates-hours"):
        add_dates(page, _settings(), closed=where == "dates-closed")
    drop_line(page, request.form.get("drop", ""))


def _touched(page: HoursPage) -> frozenset[int]:
    """The weekdays to leave unfolded: where a line came or went, and where one is still to be filled in."""
    words = [request.form.get(name, "") for name in ("add", "drop", "more")]
    pressed = {int(word[1]) for word in words if word[:1] == "w" and word[1:2] in NUMBERS}
    unfinished = {number for number, rows in enumerate(page.weekdays) if any(not (row.opens and row.closes) for row in rows)}
    return frozenset(pressed | unfinished)


def _words() -> dict[str, object]:
    """What the drawn week says, with what is filled in later in braces."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return {
        "days": days,
        "short": (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")),
        "settings": {"clinic": _("Clinic"), "home": _("Home"), "office": _("Office"), "hotel": _("Hotel")},
        "weeks": {"a": _("Weeks A"), "b": _("Weeks B")},
        "nowhere": _("no setting yet"),
        "contact": _("By arrangement"),
        "first_visits": _("First visits only"),
        "services": _("Some services only"),
        "from_to": _("{from} to {to}"),
        "next_day": _("ends the next day"),
        "closed": _("Not working"),
        "add": _("Draw hours on {day}"),
        "added": _("Added: {what}"),
        "remove": _("Remove"),
        "removed": _("Removed: {what}"),
        "kept": _("Kept: {what}"),
        "editing": _("Changing {what}. Arrow keys move, with Shift the end, with Alt the beginning. Enter keeps, Escape takes back."),
        "undone": _("Taken back."),
        "full": _("A day has four ranges at most."),
        "copy": _("Copy {day} to other days"),
        "copy_help": _("What stands on those days is replaced."),
        "copy_do": _("Copy"),
        "copied": _("{from} copied to {to}."),
        "cancel": _("Cancel"),
        "done": _("Done"),
        "chosen": _("The chosen hours"),
        "begins": _("Begins"),
        "ends": _("Ends"),
        "whole": _("Moves"),
        "day": _("Day"),
        "a_day": _("one day"),
        "minutes": _("{count} min"),
        "more": _("Place, staffing, for whom"),
        "clients": _("For clients"),
    }


def _marks(page: HoursPage, month: Month) -> dict[str, str]:
    """What the lines and the holidays say of the days of a month, by day."""
    closed = {day.isoformat() for day, code in public_holidays(month.first.year).items() if code in page.holidays}
    marks = dict.fromkeys(closed, _("Closed"))
    for row in page.exceptions:
        marks |= dict.fromkeys(row.days, _("Closed") if row.closed else _("Other hours"))
    return marks


def _settings() -> list[str]:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    return list(provider.settings) if provider else []


def _stored() -> dict[str, Any]:
    provider = find_own_provider(db.session(), desk_owner().account_id)
    return stated_schedule(db.session(), provider.id if provider else None)


def show_editor(
    page: HoursPage,
    faults: dict[str, list[str]] | None = None,
    sentence: str = "",
    opened: frozenset[int] = frozenset(),
    **beside: object,
) -> str:
    """The editor with what is typed in it. What clients would see comes `beside` it from a floor above, where visits are known."""
    session = db.session()
    provider = find_own_provider(session, desk_owner().account_id)
    own_id = provider.id if provider else None
    places = [Place(place.public_id, place.name) for place in list_places(session, own_id)] if own_id else []
    today = ny_date(clock.now())
    clinics = list_clinic_hours(session, own_id, today, today + timedelta(days=WEEK_DAYS))
    return render_template(
        "provider/hours.html",
        page=page,
        month=(month := month_for(page.month, today)),
        month_title=month_of(month.first),
        marks=_marks(page, month),
        today=today,
        blank=Row(BLANK, settings=_settings()),
        words=_words(),
        asked=load_policies(session).on(today),
        opened=opened | {int(name[1]) for name in faults or () if name[0] == "w" and name[1:2] in NUMBERS},
        faults=faults or {},
        sentence=sentence,
        weekdays=WEEKDAYS,
        most=MOST_A_DAY,
        more=request.form.get("more", ""),
        places=places,
        holidays=list(PUBLIC_HOLIDAYS.items()),
        services=[(one.code, one.name) for one in list_services(session, own_id)],
        coming=coming_days(
            list_weekly(session, own_id),
            list_exceptions(session, own_id),
            today,
            clinics=clinics,
            asked_for=Asked(turns_of(rules_in_force(session, own_id))),
        ),
        **{"seen": None, "changed": False} | beside,
    )
