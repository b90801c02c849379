"""One visit as its therapist sees it: when, what, where, the next step, and leaving."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.look import look_at_address, look_at_phone
from booking.appointments.actions.progress import check_in, check_out, complete, mark_no_show
from booking.appointments.changes.fitting import misfits_of
from booking.appointments.changes.loading import verdict_facts
from booking.appointments.changes.pairing import visits_beside
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.forms.visits import CancelForm
from booking.appointments.models import Appointment, Handover
from booking.appointments.queries import Booked, find_handover, find_told_door, get_of_provider, list_events, part_of_series
from booking.appointments.rules.cancellation import assess_cancellation
from booking.appointments.rules.doors import assess_door
from booking.appointments.rules.handing import ACCEPTED
from booking.appointments.rules.naming import short_name
from booking.appointments.rules.requests import assess_answer
from booking.appointments.rules.revealing import assess_reveal
from booking.appointments.rules.states import CANCELLED, CHECK_IN, COMPLETE, MISS, PROVIDER, assess_step
from booking.payments.forms import pursue_visit
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner

blueprint = Blueprint("desk_visit", __name__)
STEPS: dict[str, Callable[..., Booked]] = {"check-in": check_in, "complete": complete, "check-out": check_out, "no-show": mark_no_show}
VERBS = {"check-in": CHECK_IN, "complete": COMPLETE, "no-show": MISS}


def _own(public_id: str) -> Booked:
    return get_of_provider(db.session(), public_id, desk_owner().account_id)


@blueprint.get("/provider/appointments/<public_id>")
@access("provider")
def show(public_id: str) -> str:
    """One visit."""
    booked, now = _own(public_id), clock.now()
    visit = booked.appointment
    facts = verdict_facts(db.session(), visit)
    late = facts.agreed.terms.late_minutes
    steps = {
        name: assess_step(verb, visit.status, "provider", starts_at=visit.starts_at, late_minutes=late, now=now)
        for name, verb in VERBS.items()
    }
    return render_template(
        "provider/visit.html",
        booked=booked,
        visit=visit,
        client=short_name(booked.person.name),
        steps=steps,
        may_check_out=visit.checked_in_at is not None and visit.checked_out_at is None and visit.status != CANCELLED,
        lapsed=facts.lapsed and visit.starts_at >= now,
        unfit=misfits_of(db.session(), [visit], now).get(visit.id, ()),
        door=assess_door(visit.status, visit.setting, visit.ends_at, PROVIDER, now),
        told_door=find_told_door(db.session(), visit.provider_id, visit.person_id, visit.address) if visit.address else None,
        leaving=assess_cancellation(facts, actor="provider", now=now),
        reveal=assess_reveal(visit.status, visit.starts_at, visit.ends_at, now),
        events=list_events(db.session(), visit.id),
        handed=_handed(visit, booked),
        part=part_of_series(db.session(), visit),
        beside=visits_beside(db.session(), [visit]).get(visit.id),
        answer=assess_answer(visit.status, visit.attention, visit.respond_by_at, PROVIDER, now),
    )


def _handed(visit: Appointment, booked: Booked) -> Handover | None:
    """How this visit came to its therapist, where it was handed over to them."""
    newest = find_handover(db.session(), visit.id)
    return newest if newest is not None and newest.state == ACCEPTED and newest.to_provider_id == booked.provider.id else None


@blueprint.get("/provider/appointments/<public_id>/address")
@access("provider")
def address(public_id: str) -> ResponseReturnValue:
    """Where the visit is, as far as it may be seen now; the look is recorded."""
    owner, now = desk_owner(), clock.now()
    try:
        booked, lines = look_at_address(public_id, owner.account_id, owner.actor, now)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    reveal = assess_reveal(booked.appointment.status, booked.appointment.starts_at, booked.appointment.ends_at, now)
    return render_template("provider/address.html", booked=booked, visit=booked.appointment, lines=lines, reveal=reveal)


@blueprint.get("/provider/appointments/<public_id>/phone")
@access("provider")
def phone(public_id: str) -> ResponseReturnValue:
    """Whom to call, as far as it may be seen now; the look is recorded."""
    owner = desk_owner()
    try:
        booked, number = look_at_phone(public_id, owner.account_id, owner.actor, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    return render_template(
        "provider/phone.html", booked=booked, visit=booked.appointment, client=short_name(booked.person.name), number=number
    )


@blueprint.post("/provider/appointments/<public_id>/<any('check-in','check-out',complete,'no-show'):step>")
@access("provider")
def take_step(public_id: str, step: str) -> ResponseReturnValue:
    """Check in, complete, check out, or say that nobody came."""
    _own(public_id)
    try:
        pursue_visit(STEPS[step](public_id, doer(), clock.now()).appointment.id, clock.now())
        flash(_("Recorded."), "good")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("desk_visit.show", public_id=public_id))


@blueprint.route("/provider/appointments/<public_id>/cancel", methods=["GET", "POST"])
@access("provider")
def leave(public_id: str) -> ResponseReturnValue:
    """Cancel from the therapist's side: the client pays nothing."""
    booked, now = _own(public_id), clock.now()
    form = CancelForm()
    verdict = assess_cancellation(verdict_facts(db.session(), booked.appointment), actor="provider", now=now)
    if verdict.allowed and form.validate_on_submit():
        try:
            leaving = Cancelling(None, form.reason.data or None, form.note.data or None)
            pursue_visit(cancel(public_id, leaving, doer(), base_url(), now)[0].appointment.id, now)
            flash(_("Canceled. The client has a letter and pays nothing."), "good")
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    if not verdict.allowed:
        flash(verdict.sentence, "warning")
        return redirect(url_for("desk_visit.show", public_id=public_id))
    return render_template(
        "provider/cancel.html", booked=booked, visit=booked.appointment, form=form, client=short_name(booked.person.name),
        credit_cents=verdict.credit_cents,
    )  # fmt: skip
