"""What clients would see of hours that are still being typed, beside the editor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from booking.appointments.forms.hours import Seen, preview_hours
from booking.appointments.rules.naming import short_name
from booking.openings.rules.previewing import Change
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import short_day
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.schedule.forms import read_schedule
from providers.schedule.forms.page import page_of_form
from providers.schedule.views.hours import show_editor

blueprint = Blueprint("hours_preview", __name__)


@blueprint.post("/provider/hours/preview")
@access("provider")
def preview() -> ResponseReturnValue:
    """The editor as it was sent, with what clients would see; for scripts, who send `part`, that alone. Nothing is stored."""
    page, session = page_of_form(request.form), db.session()
    alone = "part" in request.form
    try:
        seen = preview_hours(session, find_own_id(session, desk_owner().account_id), read_schedule(page.body()), clock.now())
    except (Refused, Malformed) as refusal:
        placed = page.place_faults(refusal.faults)
        sentence = "" if placed else refusal.sentence
        if alone:
            return render_template("provider/_seen.html", seen=None, faults=placed, sentence=sentence), 422
        return show_editor(page, placed, sentence), 422
    beside = seen_words(seen)
    return render_template("provider/_seen.html", faults={}, sentence="", **beside) if alone else show_editor(page, **beside)


def seen_words(seen: Seen) -> dict[str, Any]:
    """What the template needs to say it."""
    return {
        "seen": seen,
        "changes": [_change_words(change) for change in seen.changes],
        "reason": _reason_words(seen.reason),
        "in_settings": in_settings,
        "instant": from_minute,
        "short_name": short_name,
    }


def in_settings(settings: tuple[str, ...]) -> str:
    """Settings in one breath: `clinic, home`."""
    known = {"clinic": _("clinic"), "home": _("home"), "office": _("office"), "hotel": _("hotel"), "phone": _("phone")}
    return ", ".join(known[code] for code in settings)


def _change_words(change: Change) -> str:
    """`Tue, Jan 19, evening: 6 starts fewer (clinic)`."""
    parts = {"morning": _("morning"), "afternoon": _("afternoon"), "evening": _("evening"), "late": _("late")}
    fewer = ngettext("%(num)s start fewer", "%(num)s starts fewer", change.fewer) if change.fewer else ""
    more = ngettext("%(num)s start more", "%(num)s starts more", change.more) if change.more else ""
    both = ", ".join(words for words in (fewer, more) if words)
    return _(
        "%(day)s, %(part)s: %(change)s (%(where)s)",
        day=short_day(change.on), part=parts[change.part], change=both, where=in_settings(change.settings),
    )  # fmt: skip


def _reason_words(reason: str | None) -> str:
    return {
        "not_listed": _("Your page is not listed yet, so nobody is offered a start."),
        "paused": _("Booking is stopped at present, so nobody is offered a start."),
        "no_services": _("You offer no service with a price yet, so there are no starts."),
        None: "",
    }[reason]
