"""The waitlist as people see it: what they wait for, what is offered, joining, and leaving with or without signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.hold import release_hold
from booking.appointments.actions.wait import join_waitlist, leave_waitlist
from booking.appointments.actions.wait_as_guest import ask_to_wait
from booking.appointments.changes.history import Doer
from booking.appointments.changes.waiting import check_leave_key
from booking.appointments.forms.checkout import PlainForm
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.forms.waiting import GuestJoinForm, JoinForm, usual_days
from booking.appointments.models import WaitlistEntry
from booking.appointments.queries import Waiting, get_waiting, list_waiting
from booking.appointments.rules.waiting import OFFERED, OPEN_ENTRIES, WAITING, state_of
from booking.openings.rules.wanted import SETTINGS
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Limited, Malformed, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import vault
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from providers.profiles.queries import find_provider_id, get_facts

blueprint = Blueprint("waitlist", __name__)
Page = str | Answer | tuple[str, int]
BY_LINK, BY_FORM = Doer("client", "link:waitlist"), Doer("client", "anonymous")


@blueprint.get("/waitlist")
@access("client")
def index() -> str:
    """What one waits for, and what is offered now."""
    now = clock.now()
    rows = [_row(one, now) for one in list_waiting(db.session(), WaitlistEntry.person_id == own_person_id())]
    return render_template("waitlist/index.html", rows=rows, form=PlainForm(), most=OPEN_ENTRIES)


def _row(one: Waiting, now: datetime) -> dict[str, Any]:
    today = local_day(to_minute(now))
    state = state_of(left=one.entry.left_at is not None, until_on=one.entry.until_on, today=today, offers=one.states(now))
    return {"waiting": one, "entry": one.entry, "state": state, "open": state in (WAITING, OFFERED), "offer": one.live_offer(now)}


@blueprint.route("/waitlist/join", methods=["GET", "POST"])
@access("client", "anonymous")
@limiter.limit("30 per minute", methods=["POST"])
def join() -> Page:
    """Say when one could come. Without an account also where a letter reaches one: whoever has used its link stands in line."""
    now, signed_in = clock.now(), viewer().signed_in
    chosen = {name: request.args.get(name) for name in ("provider", "service", "minutes", "setting", "zip")}
    if request.method == "GET" and not ((chosen["minutes"] or "").isdecimal() and chosen["setting"] in SETTINGS):
        flash(_("Choose a visit first. Where nothing is free, you can wait for it."), "info")
        return redirect(url_for("openings.search"))
    form = (JoinForm if signed_in else GuestJoinForm)(data={**chosen, **usual_days(now)})
    if form.validate_on_submit():
        try:
            if isinstance(form, GuestJoinForm):
                ask_to_wait(form.asked(_origin()), BY_FORM, base_url(), now)
                return redirect(url_for(".asked"))
            join_waitlist(form.wanted(), own_person_id(), doer(), base_url(), now)
        except (Malformed, Refused, Limited, NotFound) as refusal:
            form.show(refusal)
        else:
            flash(_("You are on the waitlist. We write as soon as a time is free."), "good")
            return redirect(url_for(".index"))
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    page = render_template("waitlist/join.html", form=form, about=_about(form), sign_in=not signed_in, here=here)
    return (page, 422) if form.errors else page


@blueprint.get("/waitlist/asked")
@access(ANYONE)
def asked() -> str:
    """What comes next for a guest; the same whatever address was typed."""
    return render_template("waitlist/asked.html", most=OPEN_ENTRIES)


def _origin() -> str:
    return vault().fingerprint(request.remote_addr or "", "origin")


def _about(form: JoinForm) -> dict[str, Any]:
    """The visit that is waited for, in words; a provider who is not there is told when the form is sent."""
    slug = form.provider.data or ""
    provider_id = find_provider_id(db.session(), slug) if slug else None
    facts = get_facts(db.session(), provider_id) if provider_id else None
    service = facts.service(form.service.data or "") if facts else None
    return {
        "provider": facts.name if facts else None,
        "service": service.name if service else None,
        "minutes": form.minutes.data,
        "setting": form.setting.data,
        "zip": form.zip.data,
    }


@blueprint.post("/waitlist/<public_id>/leave")
@access("client")
def leave(public_id: str) -> Answer:
    """Stop waiting."""
    leave_waitlist(public_id, own_person_id(), doer(), clock.now())
    flash(_("You are off the waitlist for this visit."), "info")
    return redirect(url_for(".index"))


@blueprint.post("/waitlist/<public_id>/decline")
@access("client")
def decline(public_id: str) -> Answer:
    """Let an offer go to the next in line, and wait on."""
    person_id, now = own_person_id(), clock.now()
    offer = get_waiting(db.session(), public_id, person_id).live_offer(now)
    if offer is not None:
        release_hold(offer.public_id, person_id, doer(), now)
    flash(_("The time goes to the next person. You keep your place for others."), "info")
    return redirect(url_for(".index"))


@blueprint.route("/waitlist/<public_id>/leave/<key>", methods=["GET", "POST"])
@access(ANYONE)
def leave_by_link(public_id: str, key: str) -> Page:
    """Stop waiting by the link of a letter. Opening it changes nothing."""
    check_leave_key(public_id, key)
    waiting, form = get_waiting(db.session(), public_id), PlainForm()
    if form.validate_on_submit():
        leave_waitlist(public_id, None, BY_LINK, clock.now())
        return redirect(url_for(".leave_by_link", public_id=public_id, key=key))
    return render_template("waitlist/leave.html", waiting=waiting, entry=waiting.entry, form=form)
