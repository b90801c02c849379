"""Joining on a therapist's page, and one's own memberships."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.memberships.actions.joining import Wish, join
from booking.memberships.actions.keeping import choose_card, end_membership, pause_membership, resume_membership
from booking.memberships.changes.charging import today_of
from booking.memberships.forms import begin_card, bring_on, needs_bank, pay_now, read_pause, terms_today
from booking.memberships.models import MembershipPlan
from booking.memberships.queries import (
    Kept,
    card_of,
    count_members,
    find_live,
    find_owed,
    find_said,
    get_kept,
    get_plan,
    list_memberships,
    list_plans,
    months_of,
    offers_membership,
)
from booking.memberships.rules.months import CLIENT_ENDS, MOST_PAUSE
from booking.packages.queries import are_allowed
from booking.payments.actions.settle import Settled
from booking.payments.forms import find_port
from booking.payments.queries import cards_of_person
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refusal
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.typed import number_or_text
from providers.profiles.queries import get_facts, get_listed_facts
from providers.registry.forms import own_side

blueprint = Blueprint("memberships", __name__)
NAMES = {"service": "what", "minutes": "what", "price_cents": "price"}
NO_ANSWER = "Our card company gives no answer at present. Look here again in a minute."


@blueprint.app_context_processor
def offers_of() -> dict[str, object]:
    """Whether a provider offers memberships, for their public page."""
    return {"has_memberships": _has_memberships}


def _has_memberships(slug: str) -> bool:
    return offers_membership(db.session(), slug)


# --- the client --------------------------------------------------------------------------------------------------------------


@blueprint.get("/providers/<slug>/memberships")
@access("anyone")
def shop(slug: str) -> str:
    """What a provider offers, with the terms beside the button."""
    facts = get_listed_facts(db.session(), slug)
    plans = list_plans(db.session(), facts.id) if are_allowed(db.session()) else ()
    if not plans:
        raise NotFound("not_found", "There are no memberships here.")
    now = clock.now()
    said = [(plan, find_said(db.session(), plan, today_of(now))) for plan in plans]
    rows = [(plan, one, terms_today(one, now)) for plan, one in said if one is not None]
    taken = count_members(db.session(), [plan.line for plan in plans])
    full = {plan.public_id for plan in plans if plan.most_members is not None and taken.get(plan.line, 0) >= plan.most_members}
    person_id = viewer().person_id if viewer().role == "client" else None
    mine = None if person_id is None else find_live(db.session(), person_id, facts.id)
    return render_template(
        "memberships/shop.html", provider=facts, rows=rows, full=full, cards_on=find_port() is not None, mine=mine,
        cards=() if person_id is None else cards_of_person(db.session(), person_id), on_page=ON_PAGE,
    )  # fmt: skip


@blueprint.post("/memberships")
@access("client")
@limiter.limit("10 per hour")
def begin() -> ResponseReturnValue:
    """Join with a saved card, or go to the card company's page to save one first."""
    form, now = request.form, clock.now()
    plan = get_plan(db.session(), form.get("plan", ""))
    at = url_for("memberships.shop", slug=get_facts(db.session(), plan.provider_id).slug)
    try:
        if form.get("card") == ON_PAGE:
            return _to_card_page(at)
        expected = number_or_text(form.get("expected_cents", ""))
        wish = Wish(plan.public_id, form.get("card", ""), expected if isinstance(expected, int) else 0, form.get("agreed") == "yes")
        joined = join(wish, _client_id(), _actor(), now)
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(at)
    return _after_paying(bring_on(joined.payment, now), joined.membership, _("You are a member. The letter with the terms is on its way."))


def _to_card_page(at: str) -> ResponseReturnValue:
    """On to Stripe's page to save a card; whoever comes back goes on where they were."""
    url = begin_card(clock.now())
    if url is None:
        flash(_(NO_ANSWER), "warning")
        return redirect(at)
    session["membership_at"] = at
    return render_template("memberships/go_on.html", url=url, at=at)


@blueprint.get("/memberships")
@access("client")
def index() -> str:
    """One's own memberships."""
    return render_template("memberships/index.html", rows=list_memberships(db.session(), person_id=_client_id()))


@blueprint.get("/memberships/<public_id>")
@access("client")
def show(public_id: str) -> str:
    """One of one's own memberships: how it stands, and every way out of it."""
    return show_page(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/memberships/<public_id>/pause")
@access("client")
def pause(public_id: str) -> ResponseReturnValue:
    """Let the next months pass without a charge."""

    def deed() -> object:
        months = read_pause({"months": number_or_text(request.form.get("months", ""))})
        return pause_membership(public_id, months, _client_id(), _actor(), clock.now())

    return do_and_say(url_for("memberships.show", public_id=public_id), deed, _("Paused. Nothing is charged until it goes on."))


@blueprint.post("/memberships/<public_id>/resume")
@access("client")
def resume(public_id: str) -> ResponseReturnValue:
    """Go on before the pause is over."""
    words = _("It goes on. The day of the next charge stands here.")
    return do_and_say(
        url_for("memberships.show", public_id=public_id), lambda: resume_membership(public_id, _client_id(), _actor(), clock.now()), words
    )


@blueprint.post("/memberships/<public_id>/card")
@access("client")
def card(public_id: str) -> ResponseReturnValue:
    """Charge another card from now on."""
    kept, name = get_kept(db.session(), public_id, **own_side()), request.form.get("card", "")
    if name == ON_PAGE and find_port() is not None:
        return _to_card_page(url_for("memberships.show", public_id=kept.membership.public_id))
    words = _("Saved. This card is charged from now on.")
    return do_and_say(
        url_for("memberships.show", public_id=public_id), lambda: choose_card(public_id, name, _client_id(), _actor(), clock.now()), words
    )


@blueprint.post("/memberships/<public_id>/payment")
@access("client")
@limiter.limit("10 per hour")
def pay(public_id: str) -> ResponseReturnValue:
    """Pay the open month now."""
    try:
        settled = pay_now(public_id, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("memberships.show", public_id=public_id))
    return _after_paying(settled, public_id, _("Paid. A letter is on its way."))


@blueprint.post("/memberships/<public_id>/end")
@access("client")
def end(public_id: str) -> ResponseReturnValue:
    """End it, in one step."""
    return end_it("memberships.show", public_id, CLIENT_ENDS)


# --- all -----------------------------------------------------------------------------------------------------------------------


def _after_paying(settled: Settled | None, public_id: str, words: str) -> ResponseReturnValue:
    at = url_for("memberships.show", public_id=public_id)
    if settled is not None and settled.action_url:
        return render_template("memberships/go_on.html", url=settled.action_url, at=at)
    state = None if settled is None else settled.state
    if state == CAPTURED:
        flash(words, "good")
    elif state in {FAILED, CANCELLED}:
        flash(_("The card was declined. Try another one."), "warning")
    else:
        flash(_(NO_ANSWER), "warning")
    return redirect(at)


def show_page(kept: Kept) -> str:
    """One membership, for either side."""
    one, now = kept.membership, clock.now()
    owed, mine = find_owed(db.session(), one.id), viewer().role == "client"
    said = None if one.ended_at is not None else find_said(db.session(), kept.plan, one.next_on)
    change = None if one.next_plan_id is None else db.session.get_one(MembershipPlan, one.next_plan_id)
    return render_template(
        "memberships/show.html", kept=kept, one=one, plan=kept.plan, months=months_of(db.session(), one.id), owed=owed, mine=mine,
        bank=needs_bank(owed and owed[0].failure_code), card=card_of(db.session(), one), said=said, change=change, today=today_of(now),
        cards=cards_of_person(db.session(), one.person_id) if mine else (), most_pause=MOST_PAUSE, on_page=ON_PAGE,
        cards_on=find_port() is not None,
    )  # fmt: skip


def end_it(endpoint: str, public_id: str, by: str) -> ResponseReturnValue:
    """End a membership of the viewer's side."""
    words = _("It has ended. Nothing is charged any more.")
    return do_and_say(
        url_for(endpoint, public_id=public_id), lambda: end_membership(public_id, by, _actor(), clock.now(), **own_side()), words
    )


def _actor() -> str:
    return viewer().actor


def _client_id() -> int:
    return viewer().person_id or 0
