"""Plans as pages: a client's own, and for a therapist that of the client of a visit with what has to be decided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.models import Appointment
from booking.appointments.rules.naming import short_name
from booking.appointments.rules.states import CHECKED_IN, COMPLETED
from booking.outcomes.forms import OVERALL_WORDS
from booking.outcomes.rules.measures import MEASURES
from booking.plans.actions.accept_plan import accept_plan
from booking.plans.actions.decide_plan import Decision, decide_plan
from booking.plans.actions.look_at_plan import Opened, find_opened
from booking.plans.actions.pause import call_off_visits, pause_visits, resume_visits
from booking.plans.actions.set_policy import set_policy
from booking.plans.actions.write_plan import write_plan
from booking.plans.forms.pages import DecisionForm, PauseForm, PlanForm, plan_form
from booking.plans.forms.programs import own_provider_id
from booking.plans.models import CarePause, CarePlan
from booking.plans.queries.pauses import find_pause, list_pauses, paused_of, paused_visits
from booking.plans.queries.plans import find_plan, list_plans, services_by_plan
from booking.plans.rules.course import ENDED
from booking.plans.rules.judging import DECISIONS, GO_ON, STOP_WORDS, UNMEASURED_WORDS
from booking.plans.rules.written import goals_of
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refusal, Refused
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access
from marketplace.webkit.limits import limiter
from providers.profiles.queries import get_facts
from providers.services.rules.calls import PHONE

blueprint = Blueprint("plans", __name__)
STATE_WORDS = {"offered": "Waits for the client", "accepted": "In force", "changed": "Changed", "paused": "Paused", "ended": "Over"}


@blueprint.app_context_processor
def parts() -> dict[str, object]:
    """What the pages of a visit and of the day say about plans."""
    return {"plan_part_of": _part, "plans_to_look_at": _to_look_at}


def _part(visit: Appointment) -> Mapping[str, Any] | None:
    """Which visit of which plan a visit is, and whether it is paused; None for a call."""
    if visit.setting == PHONE:
        return None
    session = db.session()
    whole = find_plan(session, visit.provider_id, visit.person_id)
    number = whole.numbers.get(visit.id) if whole is not None else None
    shown = whole is not None and (number is not None or whole.base.id == visit.id)
    return {"plan": whole if shown else None, "number": number, "paused": visit.id in paused_visits(session, [visit])}


def _to_look_at() -> int:
    """How many of a therapist's plans wait for a look."""
    return sum(
        one.review_due for one in list_plans(db.session(), (CarePlan.provider_id == own_provider_id()) & CarePlan.ended_at.is_(None))
    )


# --- the client ---------------------------------------------------------------------------------------------------------------


@blueprint.get("/plans")
@access("client")
def index() -> str:
    """One's own plans, what waits for a yes, and what is paused."""
    person_id, session = own_person_id(), db.session()
    plans = list_plans(session, CarePlan.person_id == person_id)
    pauses = list_pauses(session, (CarePause.person_id == person_id) & CarePause.ended_at.is_(None))
    return render_template("plans/index.html", plans=plans, pauses=pauses, goals_of=goals_of, measures=MEASURES)


@blueprint.post("/plans/<public_id>/accept")
@access("client")
def accept(public_id: str) -> ResponseReturnValue:
    """Say yes to the version that was shown."""
    shown = request.form.get("version", "")
    version, person_id = int(shown) if shown.isdecimal() and len(shown) < 6 else 0, own_person_id()
    words = _("Accepted. A plan promises nothing: you book and leave visits as before.")
    return do_and_say(url_for("plans.index"), lambda: accept_plan(public_id, version, person_id, doer().name, clock.now()), words)


# --- the therapist ------------------------------------------------------------------------------------------------------------


@blueprint.route("/provider/plans", methods=["GET", "POST"])
@access("provider")
def desk() -> ResponseReturnValue:
    """A therapist's plans, those that wait for a look first, and which services are given by plan."""
    provider_id, session = own_provider_id(), db.session()
    if request.method == "POST":
        chosen = request.form.getlist("services")
        return do_and_say(url_for("plans.desk"), lambda: set_policy(provider_id, chosen, doer().name, clock.now()), _("Saved."))
    plans = sorted(list_plans(session, CarePlan.provider_id == provider_id), key=lambda one: (one.state == ENDED, not one.review_due))
    facts = get_facts(session, provider_id) if provider_id else None
    services = [one for one in facts.services if not one.first_visit_only and not one.is_call] if facts else []
    chosen_now = services_by_plan(session, provider_id)
    return render_template("plans/desk.html", plans=plans, services=services, chosen=chosen_now, short_name=short_name, words=STATE_WORDS)


@blueprint.route("/provider/appointments/<public_id>/plan", methods=["GET", "POST"])
@access("provider")
@limiter.limit("60 per minute")
def of_client(public_id: str) -> ResponseReturnValue:
    """The plan of the client of a visit: how it stands, what has to be decided, and writing it anew."""
    visit, now = own_appointment(public_id).appointment, clock.now()
    opened = find_opened(public_id, doer().name, now)
    form = _form(visit, opened)
    if form.validate_on_submit():
        try:
            write_plan(public_id, form.wanted(visit.setting), doer().name, base_url(), now)
        except Refused as refusal:
            form.show(refusal.faults, refusal.sentence)
        except Refusal as refusal:
            form.form_errors.append(refusal.sentence)
        else:
            flash(_("Saved. Your client is asked for a yes."), "good")
            return redirect(url_for("plans.of_client", public_id=public_id))
    return _page(public_id, opened, form), 422 if form.is_submitted() else 200


@blueprint.post("/provider/appointments/<public_id>/plan/decision")
@access("provider")
def decide(public_id: str) -> ResponseReturnValue:
    """Go on, or end the plan."""
    visit, form = own_appointment(public_id).appointment, DecisionForm()
    whole, chosen = find_plan(db.session(), visit.provider_id, visit.person_id), request.form.get("decision", GO_ON)
    said = Decision(chosen if chosen in DECISIONS else GO_ON, form.words.data or "")
    plan_id = whole.plan.public_id if whole is not None else ""
    deed = partial(decide_plan, plan_id, said, visit.provider_id, doer().name, base_url(), clock.now())
    return do_and_say(url_for("plans.of_client", public_id=public_id), deed, _("Written down."))


@blueprint.route("/provider/appointments/<public_id>/pause", methods=["GET", "POST"])
@access("provider")
@limiter.limit("60 per minute")
def pause(public_id: str) -> ResponseReturnValue:
    """Refer back: pause the coming visits of the client of a visit, with a letter drafted; or end the pause."""
    booked, now, session = own_appointment(public_id), clock.now(), db.session()
    visit = booked.appointment
    opened, form = find_opened(public_id, doer().name, now), PauseForm()
    paused = find_pause(session, visit.provider_id, visit.person_id)
    if paused is None and form.validate_on_submit():
        pause_visits(public_id, form.words.data or "", form.letter.data or "", doer(), base_url(), now)
        flash(_("Paused. Your client is told, without a word of why in the letter."), "good")
        return redirect(url_for("plans.pause", public_id=public_id))
    if not form.is_submitted() and opened is not None:
        form.letter.data = opened.letter
    kept = len(paused_of(session, paused.pause)) if paused else 0
    page = render_template(
        "plans/pause.html", form=form, paused=paused, kept=kept, visit=visit, client=short_name(booked.person.name)
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/provider/appointments/<public_id>/pause/end")
@access("provider")
def end_pause(public_id: str) -> ResponseReturnValue:
    """The visits take place again, or are called off."""
    visit = own_appointment(public_id).appointment
    paused = find_pause(db.session(), visit.provider_id, visit.person_id)
    resumes = request.form.get("how") == "resumed"
    verb, words = (resume_visits, _("The visits take place as booked.")) if resumes else (call_off_visits, _("Called off, at no cost."))
    pause_id = paused.pause.public_id if paused is not None else ""
    deed = partial(verb, pause_id, visit.provider_id, doer(), base_url(), clock.now())
    return do_and_say(url_for("plans.pause", public_id=public_id), deed, words)


def _form(visit: Appointment, opened: Opened | None) -> PlanForm:
    facts = get_facts(db.session(), visit.provider_id)
    version = opened.whole.newest if opened is not None and opened.whole.state != ENDED else None
    return plan_form(facts.services, visit.setting, version, f"{visit.service_code}:{visit.minutes}")


def _page(public_id: str, opened: Opened | None, form: PlanForm) -> str:
    booked = own_appointment(public_id)
    return render_template(
        "plans/of_client.html", opened=opened, form=form, decision=DecisionForm(formdata=None), visit=booked.appointment,
        client=short_name(booked.person.name), measures=MEASURES, overall=OVERALL_WORDS, words=STATE_WORDS,
        may_write=booked.appointment.status in (CHECKED_IN, COMPLETED), stop=STOP_WORDS, unmeasured=UNMEASURED_WORDS,
    )  # fmt: skip
