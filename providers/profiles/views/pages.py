"""A provider's own profile, and the admin's list of providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refusal, Refused
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.paging import encode_cursor, read_cursor
from providers.credentials.catalogue import kinds
from providers.credentials.queries import list_facts, list_own, load_policies
from providers.credentials.rules.settings import missing_there
from providers.credentials.rules.standing import standing_on
from providers.places.forms import current_geocoder
from providers.places.models import Clinic
from providers.places.queries import list_clinics
from providers.profiles.actions.oversee import approve_provider, reinstate_provider, suspend_provider
from providers.profiles.actions.present import put_profile
from providers.profiles.catalogue import interview
from providers.profiles.forms import languages, profile_answer, read_profile
from providers.profiles.forms.page import COMMON_LANGUAGES, PlaceRow, ProfilePage, page_of_body, page_of_form
from providers.profiles.queries import list_providers
from providers.profiles.rules import GENDERS, PROFESSIONS
from providers.registry.forms import desk_owner
from providers.registry.queries import get_provider
from providers.registry.rules import STATES
from providers.wording.catalogue import advice_on

blueprint = Blueprint("profiles", __name__)
PAGE = 50


def clinic_words(clinic: Clinic) -> str:
    """A shared clinic as a choice, with how many rooms there are for all who work in it."""
    name = f"{clinic.name}, {clinic.line1}"
    if clinic.rooms is None:
        return name
    return f"{name} ({ngettext('%(num)s treatment room', '%(num)s treatment rooms', clinic.rooms)})"


class ReasonForm(FlaskForm):
    """Why an admin does it."""

    reason = StringField("Reason", validators=[InputRequired("Say why."), Length(max=300)])
    confidential = BooleanField("Do not tell the provider this reason")


@blueprint.get("/provider/profile")
@access("provider")
def profile() -> ResponseReturnValue:
    """One's own profile, and what is missing before it may be sent in."""
    return _show(page_of_body(profile_answer(db.session(), desk_owner())))


@blueprint.post("/provider/profile")
@access("provider")
def change_profile() -> ResponseReturnValue:
    """Store it; or show it again with a place more or less."""
    page = page_of_form(request.form)
    if "add" in request.form:
        number = 1 + max((int(row.name[2:]) for row in page.places), default=-1)
        page.places.append(PlaceRow(f"p-{number}", {"kind": "clinic"}))
        return _show(page)
    if "drop" in request.form:
        page.places = [row for row in page.places if row.name != request.form["drop"]]
        return _show(page)
    stored = profile_answer(db.session(), desk_owner())
    try:
        draft, places = read_profile(page.body(), stored)
        put_profile(desk_owner(), draft, places, current_geocoder(), clock.now())
    except Refusal as refusal:
        return _show(page, page.placed(refusal.faults), refusal.sentence), 422
    flash(_("Your profile is stored."), "good")
    return redirect(url_for("profiles.profile"))


@blueprint.get("/admin/providers")
@access("admin")
def providers() -> ResponseReturnValue:
    """Every provider with state and standing; `state` narrows."""
    state = request.args.get("state")
    if state not in STATES:
        state = None
    try:
        after = read_cursor(request.args.get("cursor"))
    except Malformed:
        return redirect(url_for("profiles.providers"))
    rows = list_providers(db.session(), state, after, PAGE)
    following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
    return render_template("admin/providers.html", rows=rows[:PAGE], following=following, state=state, states=STATES)


@blueprint.get("/admin/providers/<slug>")
@access("admin")
def provider(slug: str) -> ResponseReturnValue:
    """One provider: standing today, credentials, and what may be done."""
    return _provider(slug, ReasonForm())


@blueprint.post("/admin/providers/<slug>/<any(suspend,reinstate):verb>")
@access("admin")
def change_state(slug: str, verb: str) -> ResponseReturnValue:
    """Suspend or reinstate, with a reason and a letter."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _provider(slug, form), 422
    reason, actor, confidential = str(form.reason.data).strip(), viewer().actor, bool(form.confidential.data)
    if verb == "suspend":
        return _done(slug, lambda: suspend_provider(slug, reason, actor, clock.now(), confidential=confidential))
    return _done(slug, lambda: reinstate_provider(slug, reason, actor, clock.now()))


@blueprint.post("/admin/providers/<slug>/approve")
@access("admin")
def approve(slug: str) -> ResponseReturnValue:
    """List somebody whose required credentials are in force."""
    return _done(slug, lambda: approve_provider(slug, viewer().actor, clock.now()))


def _done(slug: str, verb: Callable[[], object]) -> ResponseReturnValue:
    try:
        verb()
        flash(_("Done, and recorded."), "good")
    except Refused as refusal:
        flash(refusal.sentence, "bad")
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        flash(refusal.sentence, "warning")
    return redirect(url_for("profiles.provider", slug=slug))


def _provider(slug: str, form: ReasonForm) -> str:
    session = db.session()
    found = get_provider(session, slug)
    today, facts, policies = ny_date(clock.now()), list_facts(session, found.id), load_policies(session)
    return render_template(
        "admin/provider.html",
        provider=found,
        form=form,
        standing=standing_on(today, facts, policies, {}, profession=found.profession),
        missing_there=missing_there(today, facts, policies, found.profession),
        credentials=list_own(session, found.id),
        titles={code: kind.title for code, kind in kinds().kinds.items()},
    )


def _show(page: ProfilePage, faults: Mapping[str, Sequence[str]] | None = None, sentence: str = "") -> str:
    named = languages()
    offered = dict.fromkeys((*COMMON_LANGUAGES, *(code for code in page.languages if code in named)))
    return render_template(
        "provider/profile.html",
        page=page,
        stored=profile_answer(db.session(), desk_owner()),
        faults=faults or {},
        sentence=sentence,
        genders=GENDERS,
        professions=PROFESSIONS,
        clinics=[(clinic.public_id, clinic_words(clinic)) for clinic in list_clinics(db.session())],
        advice=advice_on(page.public(), page.texts["profession"]),
        questions=interview().questions,
        longest=interview().longest,
        language_options=[(code, named[code]) for code in offered],
    )
