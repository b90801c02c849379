"""Time off as people state it: a therapist their own, the staff anybody's; and the link by which a colleague takes their name off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.checkout import PlainForm
from booking.appointments.forms.reading import base_url
from booking.appointments.forms.time_off import TimeOffForm, visits_inside
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal
from marketplace.kernel.walltime import from_minute, to_minute
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_provider, get_provider
from providers.registry.rules import Owner
from providers.schedule.actions.time_off import add_time_off, end_time_off, take_name_off
from providers.schedule.changes import check_name_off_key
from providers.schedule.queries import get_time_off, list_named_in, list_time_off

blueprint = Blueprint("time_off", __name__)
BY_LINK = "link:time_off"


@blueprint.get("/provider/time-off")
@access("provider")
def index() -> str:
    """One's own time off that is not over, a form for more, and who names one."""
    return _own(TimeOffForm(), ())


@blueprint.post("/provider/time-off")
@access("provider")
def create() -> ResponseReturnValue:
    """State time off; where visits lie inside, they are named first and nothing typed is lost."""
    form = TimeOffForm()
    listed, status = _add(form, desk_owner())
    return redirect(url_for(".index")) if status is None else (_own(form, listed), status)


@blueprint.post("/provider/time-off/<public_id>/end")
@access("provider")
def end(public_id: str) -> ResponseReturnValue:
    """Give back what is left of it."""
    _end(desk_owner(), public_id)
    return redirect(url_for(".index"))


@blueprint.post("/provider/time-off/<public_id>/decline")
@access("provider")
def decline(public_id: str) -> ResponseReturnValue:
    """Take one's own name off a colleague's."""
    take_name_off(public_id, desk_owner(), viewer().actor, clock.now())
    flash(_("Your name is off. Nobody is pointed to you any more."), "good")
    return redirect(url_for(".index"))


@blueprint.get("/admin/providers/<slug>/time-off")
@access("admin")
def index_of(slug: str) -> str:
    """A provider's."""
    return _of(get_provider(db.session(), slug), TimeOffForm(), ())


@blueprint.post("/admin/providers/<slug>/time-off")
@access("admin")
def create_of(slug: str) -> ResponseReturnValue:
    """State it on their behalf."""
    form, provider = TimeOffForm(), get_provider(db.session(), slug)
    listed, status = _add(form, slug)
    return redirect(url_for(".index_of", slug=slug)) if status is None else (_of(provider, form, listed), status)


@blueprint.post("/admin/providers/<slug>/time-off/<public_id>/end")
@access("admin")
def end_of(slug: str, public_id: str) -> ResponseReturnValue:
    """Give back what is left of it."""
    _end(slug, public_id)
    return redirect(url_for(".index_of", slug=slug))


@blueprint.route("/time-off/<public_id>/name/<key>", methods=["GET", "POST"])
@access(ANYONE)
@limiter.limit("30 per minute")
def name_off(public_id: str, key: str) -> ResponseReturnValue:
    """Take one's own name off by the link of a letter. Opening it changes nothing."""
    check_name_off_key(public_id, key)
    off, provider = get_time_off(db.session(), public_id)
    form = PlainForm()
    if form.validate_on_submit():
        take_name_off(public_id, None, BY_LINK, clock.now())
        return redirect(url_for(".name_off", public_id=public_id, key=key))
    return render_template("time_off/name.html", off=off, provider=provider, form=form, instant=from_minute)


def _add(form: TimeOffForm, whom: Owner | str) -> tuple[Any, int | None]:
    """The visits that lie inside and the status to answer with; None where the time off is stated."""
    if not form.validate_on_submit():
        return (), 422
    try:
        add_time_off(whom, form.draft(), viewer().actor, base_url(), clock.now(), visits_inside)
    except (Refusal, Malformed) as refusal:
        if refusal.code == "visits_inside":
            return refusal.details["appointments"], 409
        form.show(refusal)
        return (), 422
    flash(_("Time off is stated. Nobody can book it."), "good")
    return (), None


def _end(whom: Owner | str, public_id: str) -> None:
    end_time_off(whom, public_id, None, viewer().actor, clock.now())
    flash(_("This time can be booked again."), "good")


def _rows(provider_id: int | None) -> list[dict[str, Any]]:
    session, minute = db.session(), to_minute(clock.now())
    return [
        {
            "off": off,
            "colleague": colleague,
            "begun": off.begin_minute <= minute,
            "visits": visits_inside(session, off.provider_id, max(off.begin_minute, minute), off.end_minute),
        }
        for off, colleague in list_time_off(session, provider_id, minute)
    ]


def _own(form: TimeOffForm, listed: object) -> str:
    session = db.session()
    provider = find_own_provider(session, desk_owner().account_id)
    own_id = provider.id if provider else None
    named = list_named_in(session, own_id, to_minute(clock.now()))
    words: dict[str, Any] = {"own": True, "provider": provider, "named": named, "action": url_for(".index")}
    return render_template("provider/time_off.html", form=form, listed=listed, rows=_rows(own_id), instant=from_minute, **words)


def _of(provider: Provider, form: TimeOffForm, listed: object) -> str:
    words: dict[str, Any] = {"own": False, "provider": provider, "named": (), "action": url_for(".index_of", slug=provider.slug)}
    return render_template("admin/time_off.html", form=form, listed=listed, rows=_rows(provider.id), instant=from_minute, **words)
