"""Filling in what is told once and the comfort card: the same for whoever has an account and for whoever has a visit's secret link."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.care.forms.prescriptions import show_faults
from booking.intake import catalogue
from booking.intake.actions.ask_for_care import ask_for_care, card_still_right
from booking.intake.actions.tell import still_right, tell
from booking.intake.forms.comfort import ComfortForm, why_comfort
from booking.intake.forms.page import HOME_WORDS, intake_form
from booking.intake.forms.telling import why_intake
from booking.intake.queries import find_comfort, find_intake, is_visited
from booking.intake.rules.telling import blood_thinners
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.walltime import local_day, to_minute


@dataclass(frozen=True)
class Way:
    """Who fills in, under which name it is written down, and the addresses of their pages; `visit` is where a guest came from."""

    person_id: int
    actor: str
    intake: str
    confirm_intake: str
    comfort: str
    confirm_comfort: str
    visit: str | None = None


def fill_intake(way: Way) -> ResponseReturnValue:
    """What one tells once: prefilled with what stands."""
    now, session = clock.now(), db.session()
    kept = find_intake(session, way.person_id)
    more = "more" in request.form
    asks_home = is_visited(session, way.person_id) or (kept is not None and kept.intake.home is not None)
    form = intake_form(
        kept.intake if kept else None, request.form, local_day(to_minute(now)).year, asks_home=asks_home, more=more
    )  # fmt: skip
    if not more and form.validate_on_submit():
        made = tell(form.intake(), way.person_id, way.actor, now)
        flash(_("Saved. Your therapist sees it before your visit."), "good")
        if blood_thinners(made.intake.medicines):
            flash(_("One of your medicines may thin the blood. Say so when the health questions ask about it."), "warning")
        return redirect(way.intake)
    page = render_template("intake/telling.html", form=form, kept=kept, why=why_intake(kept, now), home=HOME_WORDS, way=way)
    return page, 422 if form.errors else 200


def confirm_intake(way: Way) -> ResponseReturnValue:
    """Everything still stands."""
    still_right(way.person_id, way.actor, clock.now())
    flash(_("Thank you. We ask again in a year, or when our questions change."), "good")
    return redirect(way.intake)


def fill_comfort(way: Way) -> ResponseReturnValue:
    """How one wants to be touched, and where not."""
    now, text = clock.now(), catalogue.statement()
    kept = find_comfort(db.session(), way.person_id)
    form = ComfortForm(kept.card if kept else None, text)
    if form.validate_on_submit():
        try:
            ask_for_care(form.card(), form.text_version.data or "", way.person_id, way.actor, now)
        except Refusal as refusal:
            form.text_version.data = text.version
            show_faults(form, [], refusal.sentence)
        else:
            flash(_("Saved. Your therapist sees the card before your visit."), "good")
            return redirect(way.comfort)
    page = render_template("intake/comfort.html", form=form, kept=kept, why=why_comfort(kept, now), text=text, way=way)
    return page, 422 if form.errors else 200


def confirm_comfort(way: Way) -> ResponseReturnValue:
    """The card still stands, under the text that was shown."""
    try:
        card_still_right(request.form.get("text_version", ""), way.person_id, way.actor, clock.now())
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(_("Thank you. We ask again in a year, or when the text changes."), "good")
    return redirect(way.comfort)
