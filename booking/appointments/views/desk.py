"""A therapist's day and week, and time off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.changes.fitting import misfit_visits
from booking.appointments.changes.loading import clashing_visits, lapsed_visits
from booking.appointments.changes.pairing import visits_beside
from booking.appointments.forms.blocks import BlockForm, visits_between
from booking.appointments.queries import Booked, list_kept, list_of_provider_between, waiting_requests
from booking.appointments.rules.naming import short_name
from booking.appointments.rules.states import LIVE
from booking.appointments.views.desk_sheet import gather
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute, wall_minute_of_day
from marketplace.webkit.identity import access
from marketplace.webkit.reading import read_date
from providers.credentials.queries import list_facts, load_policies
from providers.credentials.rules.standing import Standing, standing_on
from providers.profiles.queries import load_gaps
from providers.registry.forms import desk_owner
from providers.registry.models import Provider
from providers.registry.queries import find_own_id, find_own_provider
from providers.schedule.actions import add_block, remove_block
from providers.schedule.queries import list_blocks

blueprint = Blueprint("desk", __name__)
FARTHEST_WEEKS = 110


@dataclass(frozen=True)
class Day:
    """The visits of one day: the next one, those before and after."""

    on: date
    visits: list[Booked]
    now: datetime
    evening_minute: int

    @property
    def coming(self) -> Booked | None:
        """The visit under way, or the next."""
        return next((one for one in self.visits if one.appointment.status in LIVE and one.appointment.ends_at > self.now), None)

    @property
    def evening(self) -> bool:
        """Whether the next visit begins in the evening, by the policy."""
        return self.coming is not None and wall_minute_of_day(to_minute(self.coming.appointment.starts_at)) >= self.evening_minute

    @property
    def left(self) -> int:
        """How many are still to come."""
        return sum(one.appointment.status in LIVE and one.appointment.ends_at > self.now for one in self.visits)


@blueprint.get("/provider")
@access("provider")
def today() -> str:
    """Today's visits, tomorrow's first, and what asks for something."""
    session, now = db.session(), clock.now()
    provider = find_own_provider(session, desk_owner().account_id)
    on = local_day(to_minute(now))
    day, tomorrow = _day(provider, on, now), _day(provider, on + timedelta(days=1), now)
    return render_template(
        "provider/today.html",
        provider=provider,
        day=day,
        tomorrow=tomorrow,
        besides=visits_beside(session, [one.appointment for one in (*day.visits, *tomorrow.visits)]),
        standing=_standing(provider, on),
        lapsed=lapsed_visits(session, now, [provider.id]) if provider else (),
        clashing=clashing_visits(session, now, provider.id) if provider else (),
        unfit=misfit_visits(session, now, provider.id) if provider else (),
        gaps=load_gaps(session, provider) if provider and provider.state == "draft" else (),
        requests=waiting_requests(session, provider.id, now) if provider else (),
        kept=list_kept(session, provider.id, now) if provider else (),
        short_name=short_name,
    )


@blueprint.get("/provider/calendar")
@access("provider")
def week() -> ResponseReturnValue:
    """A week as a sheet, or as a list that says the same."""
    session, now = db.session(), clock.now()
    on = local_day(to_minute(now))
    monday = _monday(request.args.get("week"), on)
    if monday is None:
        return redirect(url_for("desk.week"))
    own_id, evening_minute = find_own_id(session, desk_owner().account_id), _evening_minute(on)
    return render_template(
        "provider/week.html",
        requests=waiting_requests(session, own_id, now),
        kept=list_kept(session, own_id or 0, now),
        sheet=gather(session, own_id or 0, monday, 7, evening_minute, now),
        evening_minute=evening_minute,
        monday=monday,
        sunday=monday + timedelta(days=6),
        today=on,
        listed=request.args.get("view") == "list",
        previous=monday - timedelta(days=7),
        following=monday + timedelta(days=7),
        short_name=short_name,
        instant=from_minute,
    )


@blueprint.get("/provider/blocks")
@access("provider")
def blocks() -> str:
    """Time off that is not over, and a form for more."""
    return _blocks(BlockForm(), ())


@blueprint.post("/provider/blocks")
@access("provider")
def create_block() -> ResponseReturnValue:
    """Take time out; where visits are in the way, they are named and nothing typed is lost."""
    form = BlockForm()
    if form.validate_on_submit():
        try:
            add_block(desk_owner(), form.draft(), clock.now(), visits_between)
        except (Refusal, Malformed) as refusal:
            form.show(refusal)
            return _blocks(form, refusal.details.get("appointments", ())), 409 if refusal.code == "slot_taken" else 422
        flash(_("Blocked. Nobody can book this time."), "good")
        return redirect(url_for("desk.blocks"))
    return _blocks(form, ()), 422


@blueprint.post("/provider/blocks/<public_id>/remove")
@access("provider")
def drop_block(public_id: str) -> ResponseReturnValue:
    """Give a block's time back."""
    remove_block(desk_owner(), public_id, clock.now())
    flash(_("This time can be booked again."), "good")
    return redirect(url_for("desk.blocks"))


def _blocks(form: BlockForm, in_the_way: object) -> str:
    own_id = find_own_id(db.session(), desk_owner().account_id)
    rows = list_blocks(db.session(), own_id, to_minute(clock.now()))
    return render_template("provider/blocks.html", form=form, rows=rows, in_the_way=in_the_way, instant=from_minute)


def _day(provider: Provider | None, on: date, now: datetime) -> Day:
    low, high = from_minute(day_begin(on)), from_minute(day_begin(on + timedelta(days=1)))
    return Day(on, list_of_provider_between(db.session(), provider.id if provider else None, low, high), now, _evening_minute(on))


def _evening_minute(on: date) -> int:
    return load_policies(db.session()).on(on).evening_from_minute


def _standing(provider: Provider | None, on: date) -> Standing | None:
    if provider is None:
        return None
    session = db.session()
    return standing_on(on, list_facts(session, provider.id), load_policies(session), {}, profession=provider.profession)


def _monday(text: str | None, on: date) -> date | None:
    """The Monday of the week asked for; None for what is no date or too far from today."""
    try:
        asked = read_date(text) if text else on
    except Malformed:
        return None
    return None if abs((asked - on).days) > 7 * FARTHEST_WEEKS else asked - timedelta(days=asked.weekday())
