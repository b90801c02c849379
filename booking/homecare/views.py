"""Home care as pages: a client's journal with what was left for them, and a therapist's page to leave it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.rules.naming import short_name
from booking.homecare.actions import give_program, open_journal, remove_entry, write_entry
from booking.homecare.forms import KIND_WORDS, EntryForm, program_form
from booking.homecare.queries import load_journal, load_programs
from booking.homecare.rules.programs import KINDS, still_to_do
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter

blueprint = Blueprint("homecare", __name__)


@blueprint.route("/journal", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute")
def journal() -> ResponseReturnValue:
    """What to do at home, and one's journal."""
    person_id, now = own_person_id(), clock.now()
    today = local_day(to_minute(now))
    form = EntryForm(today)
    if form.validate_on_submit():
        write_entry(form.entry(), person_id, doer().name, now)
        flash(_("Saved. Your therapist can read it before your next visit."), "good")
        return redirect(url_for("homecare.journal"))
    given = [(one, still_to_do(one.program, today)) for one in load_programs(db.session(), person_id)]
    page = render_template(
        "homecare/journal.html", form=form, entries=load_journal(db.session(), person_id), kinds=KINDS, words=KIND_WORDS,
        given=[(one, items) for one, items in given if items],
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/journal/<public_id>/remove")
@access("client")
def remove(public_id: str) -> ResponseReturnValue:
    """Remove an entry for good."""
    remove_entry(public_id, own_person_id(), doer().name, clock.now())
    flash(_("The entry is gone."), "good")
    return redirect(url_for("homecare.journal"))


@blueprint.route("/provider/appointments/<public_id>/home-program", methods=["GET", "POST"])
@access("provider")
@limiter.limit("30 per minute")
def program(public_id: str) -> ResponseReturnValue:
    """What a therapist leaves for the client of a visit, beside what the client wrote since the visit before."""
    booked, now = own_appointment(public_id), clock.now()
    before = load_programs(db.session(), booked.person.id, booked.appointment.id)
    form = program_form(local_day(to_minute(now)), before[0].program if before else None)
    if form.validate_on_submit():
        give_program(public_id, form.program(), doer().name, base_url(), now)
        flash(_("Saved. Your client is told."), "good")
        return redirect(url_for("homecare.program", public_id=public_id))
    page = render_template(
        "homecare/program.html", form=form, kinds=KINDS, entries=open_journal(public_id, doer().name, now), visit=booked.appointment,
        client=short_name(booked.person.name),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200
