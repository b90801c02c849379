"""Plans and members at the therapist's desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.memberships.actions.offering import change_plan, close_plan, offer_plan
from booking.memberships.forms import read_plan, typed_plan
from booking.memberships.models import MembershipPlan
from booking.memberships.queries import (
    count_members,
    get_kept,
    get_plan,
    list_memberships,
    list_plans,
)
from booking.memberships.rules.months import PROVIDER_ENDS
from booking.memberships.rules.plans import Plan
from booking.memberships.views.pages import end_it, show_page
from booking.packages.queries import are_allowed
from booking.payments.forms import find_port
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.typed import dollars, placed_faults
from providers.profiles.queries import get_facts
from providers.registry.forms import desk_owner, own_side
from providers.registry.queries import find_own_id

blueprint = Blueprint("membership_desk", __name__)
NAMES = {"service": "what", "minutes": "what", "price_cents": "price"}
NO_ANSWER = "Our card company gives no answer at present. Look here again in a minute."


@blueprint.get("/provider/memberships")
@access("provider")
def desk() -> ResponseReturnValue:
    """What one offers, and who is a member."""
    provider_id = _provider_id()
    return redirect(url_for("apply.begin")) if provider_id is None else _desk_page(provider_id, {}, {}, "")


@blueprint.post("/provider/memberships")
@access("provider")
def offer() -> ResponseReturnValue:
    """Offer a membership."""
    provider_id = _provider_id()
    if provider_id is None:
        return redirect(url_for("apply.begin"))
    deed = _planning(lambda plan: offer_plan(provider_id, plan, _actor(), clock.now()))
    if deed is None:
        flash(_("Offered on your public page."), "good")
        return redirect(url_for("membership_desk.desk"))
    return _desk_page(provider_id, request.form, *deed), 422


@blueprint.get("/provider/memberships/plans/<public_id>")
@access("provider")
def plan_page(public_id: str) -> str:
    """One plan, to be offered otherwise."""
    plan = get_plan(db.session(), public_id, _provider_id() or 0)
    return _plan_page(plan, _typed_of(plan), {}, "")


@blueprint.post("/provider/memberships/plans/<public_id>")
@access("provider")
def change(public_id: str) -> ResponseReturnValue:
    """Offer it otherwise; members are told."""
    provider_id = _provider_id() or 0
    plan = get_plan(db.session(), public_id, provider_id)
    deed = _planning(lambda wanted: change_plan(provider_id, public_id, wanted, _actor(), clock.now()))
    if deed is None:
        flash(_("Saved. Your members are told by letter."), "good")
        return redirect(url_for("membership_desk.desk"))
    return _plan_page(plan, request.form, *deed), 422


@blueprint.post("/provider/memberships/plans/<public_id>/close")
@access("provider")
def close(public_id: str) -> ResponseReturnValue:
    """Nobody joins any more."""
    words = _("Nobody can join any more. Your members keep what they have.")
    return do_and_say(url_for("membership_desk.desk"), lambda: close_plan(_provider_id() or 0, public_id, _actor(), clock.now()), words)


@blueprint.get("/provider/memberships/<public_id>")
@access("provider")
def member(public_id: str) -> str:
    """One member."""
    return show_page(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/provider/memberships/<public_id>/end")
@access("provider")
def end_as_provider(public_id: str) -> ResponseReturnValue:
    """The therapist ends a membership."""
    return end_it("membership_desk.member", public_id, PROVIDER_ENDS)


def _planning(deed: Callable[[Plan], object]) -> tuple[Mapping[str, Sequence[str]], str] | None:
    """Read a plan and do it; gives the faults by field with the sentence where it is refused."""
    try:
        deed(read_plan(typed_plan(request.form)))
    except (Refused, Malformed) as refusal:
        return placed_faults(refusal.faults, NAMES), refusal.sentence
    return None


def _desk_page(provider_id: int, typed: Mapping[str, str], faults: Mapping[str, Sequence[str]], sentence: str) -> str:
    services = [one for one in get_facts(db.session(), provider_id).services if not one.is_call and not one.first_visit_only]
    plans = list_plans(db.session(), provider_id)
    return render_template(
        "memberships/desk.html", allowed=are_allowed(db.session()), plans=plans, services=services, typed=typed, faults=faults,
        sentence=sentence, members=list_memberships(db.session(), provider_id=provider_id),
        taken=count_members(db.session(), [plan.line for plan in plans]), cards_on=find_port() is not None,
    )  # fmt: skip


def _plan_page(plan: MembershipPlan, typed: Mapping[str, str], faults: Mapping[str, Sequence[str]], sentence: str) -> str:
    return render_template("memberships/plan.html", plan=plan, typed=typed, faults=faults, sentence=sentence)


def _typed_of(plan: MembershipPlan) -> dict[str, str]:
    return {
        "visits": str(plan.visits), "price": dollars(plan.visits * plan.each_cents), "stays_months": str(plan.stays_months),
        "most_members": "" if plan.most_members is None else str(plan.most_members),
    }  # fmt: skip


def _provider_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)


def _actor() -> str:
    return viewer().actor
