"""The questions at the door, as a therapist's page."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.progress import check_in
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import get_of_provider
from booking.appointments.rules.naming import short_name
from booking.care.actions.look_guardian import look_guardian
from booking.care.forms.door import DoorForm, ask_at_door, needs_guardian
from booking.care.forms.prescriptions import show_faults
from booking.guardians.models import Guardianship
from booking.screening import catalogue
from booking.screening.rules.door import door_groups
from booking.screening.rules.outcome import CLEARANCE_NEEDED, STOP
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.identity import access
from providers.registry.forms import desk_owner

blueprint = Blueprint("door_check", __name__)


@blueprint.route("/provider/appointments/<public_id>/door-check", methods=["GET", "POST"])
@access("provider")
def ask(public_id: str) -> ResponseReturnValue:
    """Ask aloud, tick each group, and begin; or note what is new, and do not begin where that means stop."""
    booked = get_of_provider(db.session(), public_id, desk_owner().account_id)
    form, now = DoorForm(), clock.now()
    check = form.check()
    if form.validate_on_submit():
        try:
            found = ask_at_door(public_id, check, doer(), base_url(), now)
            if found.left == STOP:
                flash(_("Do not begin. The client needs rest or a physician now."), "warning")
                if found.cancelled:
                    flash(_("The visit is canceled, and the client pays nothing."), "good")
            elif found.left == CLEARANCE_NEEDED:
                flash(_("Noted. A physician has to agree first, so the visit cannot begin."), "warning")
            else:
                check_in(public_id, doer(), now)
                flash(_("Asked and checked in."), "good")
        except NotFound:
            raise
        except Refusal as refusal:
            show_faults(form, [], refusal.sentence)
        else:
            return redirect(url_for("desk_visit.show", public_id=public_id))
    page = render_template(
        "care/door.html", form=form, check=check, groups=door_groups(catalogue.form()), booked=booked, visit=booked.appointment,
        client=short_name(booked.person.name), guarded=needs_guardian(booked.appointment), guardian=_guardian(public_id, now),
    )  # fmt: skip
    return (page, 422) if form.is_submitted() else page


def _guardian(public_id: str, now: datetime) -> Guardianship | None:
    """Who agreed and has to be there; nothing for a visit that is not in care (any more)."""
    try:
        return look_guardian(public_id, doer().name, now)
    except NotFound:
        return None
