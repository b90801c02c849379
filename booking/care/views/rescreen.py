"""The health questions once more, before a visit: for accounts and behind a guest's link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from booking.appointments.actions.cancel import cancel
from booking.appointments.changes.history import Doer
from booking.appointments.forms.health import asked, health_form, read_answers
from booking.appointments.forms.reading import base_url, doer, own_person_id
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person
from booking.care.actions.rescreen import rescreen
from booking.care.forms.rescreen import ANEW, cancel_if_free, marks_of
from booking.care.queries.consents import CURRENT, state_of
from booking.screening import catalogue
from booking.screening.queries import find_newest
from booking.screening.rules.outcome import CLEARANCE_NEEDED, STOP, Submission
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access

blueprint = Blueprint("rescreening", __name__)
Page = str | Answer | tuple[str, int]


@blueprint.route("/appointments/<public_id>/health", methods=["GET", "POST"])
@access("client")
def health(public_id: str) -> Page:
    """Answer anew for one's own visit."""
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _health(booked, doer(), url_for("visits.show", public_id=public_id))


@blueprint.route("/visits/<key>/health", methods=["GET", "POST"])
@access("anyone")
def guest_health(key: str) -> Page:
    """A guest answers anew."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    return _health(booked, Doer("client", f"person:{booked.person.id}"), url_for("visits.guest", key=key))


def _health(booked: Booked, who: Doer, back: str) -> Page:
    form, now = catalogue.form(), clock.now()
    earlier = find_newest(db.session(), booked.appointment.person_id, now)
    known: dict[str, Any] = {code: value for code, value in earlier.answers["answers"].items() if code not in ANEW} if earlier else {}
    questions = tuple(question for screen in form.screens for question in asked(form, known, screen.code))
    shown = health_form(questions, known, catalogue.body_map())
    if shown.validate_on_submit():
        answers = read_answers(shown, questions)
        further = tuple(question for screen in form.screens for question in asked(form, answers, screen.code) if question not in questions)
        if further:
            # An answer opened other questions: they are asked on the same page, with everything as it was answered.
            shown = health_form((*questions, *further), answers, catalogue.body_map())
            shown.validate()
            answers |= read_answers(shown, further)
            questions = (*questions, *further)
        if not shown.errors:
            return _keep(booked, Submission(answers, marks_of(answers)), who, back)
    page = render_template("care/rescreen.html", form=shown, questions=questions, booked=booked, visit=booked.appointment, back=back)
    return (page, 422) if shown.errors else page


def _keep(booked: Booked, sent: Submission, who: Doer, back: str) -> Answer:
    public_id, now = booked.appointment.public_id, clock.now()
    try:
        made = rescreen(public_id, sent, who, now)
        wanted = cancel_if_free(made.booked.appointment, now) if made.left == STOP else None
        if wanted is not None:
            cancel(public_id, wanted, who, base_url(), now)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(back)
    if made.left == STOP:
        advice = catalogue.advice()[made.screened.outcome.advice or "see_physician"]
        flash(advice.title + ". " + advice.text.replace("We have let the time go, and nothing is charged.", ""), "warning")
        if wanted is not None:
            flash(_("Your visit is canceled, and you pay nothing for that. Get well soon."), "good")
    elif made.left == CLEARANCE_NEEDED:
        flash(_("Thank you. A physician has to agree first: please send a document, or let us ask."), "warning")
    else:
        flash(_("Thank you. Your therapist sees what matters to the visit."), "good")
    if made.left != STOP and state_of(db.session(), made.booked.appointment) != CURRENT:
        flash(_("One thing more: please read what you agree to. The text has changed."), "warning")
        return redirect(f"{back}/consent")
    return redirect(back)
