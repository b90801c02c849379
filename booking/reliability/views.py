"""How late a visit began, for both sides; a therapist's own record; and the staff's desk where limits are lifted."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.changes.history import Doer
from booking.appointments.forms.reading import base_url, doer, own_appointment, own_person_id
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, get_by_guest_key, get_of_person
from booking.appointments.rules.naming import short_name
from booking.appointments.rules.states import CLIENT, PROVIDER
from booking.payments.forms import pursue_visit
from booking.reliability.actions.lift import lift_limit
from booking.reliability.actions.say_late import say_late
from booking.reliability.forms.records import everybody, own_provider_id, read_lift, whole_record
from booking.reliability.forms.saying import Beginning, SayForm, look
from booking.reliability.queries import assess, list_differing
from booking.reliability.rules.levels import LEVEL_WORDS
from booking.reliability.rules.lines import WHYS
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal, Refused
from marketplace.kernel.walltime import day_begin, from_minute
from marketplace.vault import secret_hash
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.typed import placed_faults
from providers.registry.queries import get_provider

blueprint = Blueprint("reliability", __name__)
LEVEL_NAMES = {"clear": "In order", "warned": "Warned", "requests_only": "Requests only", "resting": "Rests"}
LEVEL_TAGS = {"clear": "good", "warned": "warning", "requests_only": "bad", "resting": "bad"}


@blueprint.app_context_processor
def parts() -> dict[str, object]:
    """What the pages of a visit and of the day say of it."""
    return {"beginning_of": _beginning, "own_reliability": _own_level}


def _beginning(visit: Appointment, side: str) -> Beginning:
    return look(visit, side, clock.now())


def _own_level() -> str:
    """The level that the viewer was told last."""
    provider_id = own_provider_id()
    return assess(db.session(), [provider_id], clock.now())[provider_id].standing.level


# --- a visit that began late --------------------------------------------------------------------------------------------------


@blueprint.route("/appointments/<public_id>/lateness", methods=["GET", "POST"])
@access("client")
@limiter.limit("30 per minute", methods=["POST"])
def of_client(public_id: str) -> ResponseReturnValue:
    """A client says it of their own visit."""
    booked = get_of_person(db.session(), public_id, own_person_id())
    return _say(booked, doer(), CLIENT, url_for("visits.show", public_id=public_id))


@blueprint.route("/visits/<key>/lateness", methods=["GET", "POST"])
@access("anyone")
@limiter.limit("30 per minute", methods=["POST"])
def of_guest(key: str) -> ResponseReturnValue:
    """A guest says it."""
    booked = get_by_guest_key(db.session(), secret_hash(key))
    return _say(booked, Doer(CLIENT, f"person:{booked.person.id}"), CLIENT, url_for("visits.guest", key=key))


@blueprint.route("/provider/appointments/<public_id>/lateness", methods=["GET", "POST"])
@access("provider")
@limiter.limit("30 per minute", methods=["POST"])
def of_provider(public_id: str) -> ResponseReturnValue:
    """The therapist says it, and how many minutes were given."""
    booked = own_appointment(public_id)
    return _say(booked, doer(), PROVIDER, url_for("desk_visit.show", public_id=public_id))


def _say(booked: Booked, who: Doer, side: str, back: str) -> ResponseReturnValue:
    visit, now, form = booked.appointment, clock.now(), SayForm()
    found = look(visit, side, now)
    if found.own is not None and not form.is_submitted():
        form.minutes.data = found.own.minutes
    if form.validate_on_submit():
        try:
            told = say_late(visit.public_id, form.wanted(), who, base_url(), now)
            pursue_visit(told.appointment.id, now)
        except Refused as refusal:
            form.given_minutes.errors = [refusal.sentence]
        except Refusal as refusal:
            flash(refusal.sentence, "warning")
            return redirect(back)
        else:
            flash(_("Written down. The other side is told."), "good")
            return redirect(back)
    page = render_template("reliability/say.html", form=form, found=found, booked=booked, visit=visit, side=side, back=back)
    return (page, 422) if form.errors else page


# --- the record ---------------------------------------------------------------------------------------------------------------


@blueprint.get("/provider/reliability")
@access("provider")
def own() -> str:
    """A therapist's own record: every line, and why it counts or does not."""
    whole = whole_record(own_provider_id(), clock.now())
    return render_template("reliability/own.html", whole=whole, whys=WHYS, words=LEVEL_WORDS, names=LEVEL_NAMES, tags=LEVEL_TAGS)


@blueprint.get("/admin/reliability")
@access("admin")
def index() -> str:
    """On whose record something stands."""
    return render_template("reliability/index.html", rows=everybody(clock.now()), names=LEVEL_NAMES, tags=LEVEL_TAGS)


@blueprint.route("/admin/reliability/<slug>", methods=["GET", "POST"])
@access("admin")
def of_one(slug: str) -> ResponseReturnValue:
    """One record, what the two sides say differently, and lifting."""
    provider, now = get_provider(db.session(), slug), clock.now()
    faults, sentence = {}, ""
    if request.method == "POST":
        try:
            reason, until_on = read_lift({name: request.form.get(name, "") for name in ("reason", "until_on")})
            lift_limit(slug, reason, until_on, viewer().actor, base_url(), now)
        except (Refused, Malformed) as refusal:
            faults, sentence = placed_faults(refusal.faults, {}), refusal.sentence
        else:
            flash(_("Lifted. The therapist is told until when and why."), "good")
            return redirect(url_for("reliability.of_one", slug=slug))
    whole = whole_record(provider.id, now)
    differing = list_differing(db.session(), provider.id, from_minute(day_begin(whole.found.from_on)))
    page = render_template(
        "reliability/of_one.html", provider=provider, whole=whole, differing=differing, typed=request.form, faults=faults,
        sentence=sentence, whys=WHYS, words=LEVEL_WORDS, names=LEVEL_NAMES, tags=LEVEL_TAGS, short_name=short_name,
    )  # fmt: skip
    return (page, 422) if faults or sentence else page
