"""Booking by hand: a therapist for their clients, the staff with anybody; and the link by which somebody new takes up the time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.actions.keep_by_hand import keep_by_hand, take_back
from booking.appointments.changes.by_hand import check_kept_key
from booking.appointments.forms.by_hand import HandForm, hand_form, read_by_hand, typed_reasons
from booking.appointments.forms.checkout import PlainForm
from booking.appointments.forms.reading import base_url, doer
from booking.appointments.queries import get_kept
from booking.openings.rules.wanted import SETTINGS
from booking.openings.views.words import setting_words
from marketplace import clock
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Malformed, NotFound, Refusal
from marketplace.webkit.filters import ny_date
from marketplace.webkit.identity import ANYONE, access
from marketplace.webkit.limits import limiter
from providers.profiles.queries import get_facts
from providers.profiles.rules import ProviderFacts
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id, get_provider
from providers.registry.rules import Owner

blueprint = Blueprint("by_hand", __name__)
a_day = limiter.shared_limit("60 per day", scope="visits booked by hand on pages", methods=["POST"])


@blueprint.route("/provider/book", methods=["GET", "POST"])
@access("provider")
@a_day
def book() -> ResponseReturnValue:
    """For a client of one's own."""
    owner = desk_owner()
    own_id = find_own_id(db.session(), owner.account_id)
    if own_id is None:
        raise NotFound("not_found", "Offer a service first.")
    return _book(owner, get_facts(db.session(), own_id), url_for("desk.week"))


@blueprint.route("/admin/providers/<slug>/book", methods=["GET", "POST"])
@access("admin")
@a_day
def book_for(slug: str) -> ResponseReturnValue:
    """With any provider."""
    facts = get_facts(db.session(), get_provider(db.session(), slug).id)
    return _book(slug, facts, url_for("profiles.provider", slug=slug))


@blueprint.post("/provider/kept/<public_id>/back")
@access("provider")
def give_back(public_id: str) -> ResponseReturnValue:
    """Take back a time kept by hand."""
    take_back(desk_owner(), public_id, doer(), clock.now())
    flash(_("This time can be booked again."), "good")
    return redirect(url_for("desk.week"))


@blueprint.route("/kept/<public_id>/<key>", methods=["GET", "POST"])
@access(ANYONE)
@limiter.limit("30 per minute")
def kept(public_id: str, key: str) -> ResponseReturnValue:
    """What is kept for somebody, by the link of their letter. Opening it changes nothing; going on makes this browser theirs."""
    check_kept_key(public_id, key)
    hold = get_kept(db.session(), None, public_id)
    person, form = db.session.get_one(Person, hold.person_id), PlainForm()
    open_still = hold.state == "live" and clock.now() < hold.expires_at and person.account_id is None
    if open_still and form.validate_on_submit():
        session["guest"] = person.public_id
        return redirect(url_for("appointments.health", public_id=public_id))
    facts = get_facts(db.session(), hold.provider_id)
    return render_template("by_hand/kept.html", hold=hold, provider=facts, form=form, open_still=open_still)


def _book(whom: Owner | str, facts: ProviderFacts, back: str) -> ResponseReturnValue:
    form, refused = hand_form(facts, {code: setting_words(code) for code in SETTINGS}), None
    if form.validate_on_submit():
        try:
            hold = keep_by_hand(whom, read_by_hand(form.body(typed_reasons(request.form))), doer(), base_url(), clock.now())
        except (Refusal, Malformed) as refusal:
            form.show(refusal)
            refused = refusal
        else:
            flash(_("Kept. Your client gets a letter: it is a visit once they have answered the health questions and agreed."), "good")
            return redirect(url_for("desk.week", week=ny_date(hold.starts_at).isoformat()) if isinstance(whom, Owner) else back)
    page = _page(form, facts, refused, back, own=isinstance(whom, Owner))
    return (page, 409 if refused and refused.code == "slot_taken" else 422) if form.errors or refused else page


def _page(form: HandForm, facts: ProviderFacts, refused: Refusal | None, back: str, *, own: bool) -> str:
    details: dict[str, Any] = dict(refused.details) if refused else {}
    return render_template(
        "by_hand/book.html",
        form=form,
        provider=facts,
        objections=details.get("objections", ()),
        in_the_way=details.get("in_the_way", ()),
        reasons=typed_reasons(request.form),
        back=back,
        own=own,
    )
