"""Memberships under /api/v1: what is offered, joined, paused, paid and ended."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from booking.memberships.actions.joining import join
from booking.memberships.actions.keeping import choose_card, end_membership, pause_membership, resume_membership
from booking.memberships.actions.offering import change_plan, close_plan, offer_plan
from booking.memberships.forms import (
    bring_on,
    ends_as,
    membership_answer,
    offered_answer,
    pay_now,
    plan_answer,
    read_card,
    read_join,
    read_pause,
    read_plan,
    usable_card,
)
from booking.memberships.queries import Kept, count_members, get_kept, list_memberships, list_plans
from booking.packages.queries import are_allowed
from booking.payments.actions.settle import Settled
from booking.payments.rules.states import ACTION, CANCELLED, FAILED
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, PaymentNeeded
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.profiles.queries import get_listed_facts
from providers.registry.forms import desk_owner, own_side
from providers.registry.queries import find_own_id

blueprint = Blueprint("memberships_api", __name__, url_prefix="/api/v1")


@blueprint.get("/providers/<slug>/memberships")
@access("anyone")
def offered(slug: str) -> Response:
    """What a listed provider offers, with its terms as whoever joins today agrees to them."""
    session = db.session()
    facts = get_listed_facts(session, slug)
    plans = list_plans(session, facts.id) if are_allowed(session) else ()
    answers = (offered_answer(plan, clock.now()) for plan in plans)
    return jsonify({"items": [answer for answer in answers if answer is not None]})


@blueprint.post("/memberships")
@access("client")
@limiter.limit("10 per hour")
@idempotent
def begin() -> tuple[Response, int]:
    """Join: the first month is charged to a saved card at once. Where Stripe does not answer a job goes on."""
    wish = read_join(json_object(request))
    wish = replace(wish, card=usable_card(wish.card, clock.now()))
    joined = join(wish, _client_id(), viewer().actor, clock.now())
    _must_act(bring_on(joined.payment, clock.now()), joined.membership)
    return _whole(joined.membership), 201


@blueprint.get("/memberships")
@access("client", "provider", "admin")
def index() -> Response:
    """One's own memberships; for a provider those of their members, for the staff all."""
    return jsonify({"items": [membership_answer(kept) for kept in list_memberships(db.session(), **own_side())]})


@blueprint.get("/memberships/<public_id>")
@access("client", "provider", "admin")
def show(public_id: str) -> Response:
    """One membership with its terms and its months."""
    return _whole(public_id)


@blueprint.post("/memberships/<public_id>/pause")
@access("client")
def pause(public_id: str) -> Response:
    """Let the next months pass without a charge."""
    months = read_pause(json_object(request))
    return _said(pause_membership(public_id, months, _client_id(), viewer().actor, clock.now()))


@blueprint.post("/memberships/<public_id>/resume")
@access("client")
def resume(public_id: str) -> Response:
    """Go on before the pause is over."""
    Fields(json_object(request)).finish()
    return _said(resume_membership(public_id, _client_id(), viewer().actor, clock.now()))


@blueprint.put("/memberships/<public_id>/card")
@access("client")
def card(public_id: str) -> Response:
    """Charge another saved card from now on."""
    name = read_card(json_object(request))
    get_kept(db.session(), public_id, **own_side())
    name = usable_card(name, clock.now())
    return _said(choose_card(public_id, name, _client_id(), viewer().actor, clock.now()))


@blueprint.post("/memberships/<public_id>/payment")
@access("client")
@limiter.limit("10 per hour")
def pay(public_id: str) -> Response:
    """Pay the open month now; the bank may want the client to confirm."""
    Fields(json_object(request)).finish()
    _must_act(pay_now(public_id, clock.now()), public_id)
    return _whole(public_id)


@blueprint.post("/memberships/<public_id>/end")
@access("client", "provider", "admin")
def end(public_id: str) -> Response:
    """End it at once; what was paid stays as agreed."""
    Fields(json_object(request)).finish()
    return _said(end_membership(public_id, ends_as(), viewer().actor, clock.now(), **own_side()))


@blueprint.get("/provider/membership-plans")
@access("provider")
def plans() -> Response:
    """What one offers oneself, how many have it, and whether visits are sold in advance here at all."""
    session = db.session()
    mine = list_plans(session, _provider_id())
    members = count_members(session, [plan.line for plan in mine])
    return jsonify({"allowed": are_allowed(session), "items": [plan_answer(plan, members.get(plan.line, 0)) for plan in mine]})


@blueprint.post("/provider/membership-plans")
@access("provider")
@idempotent
def make_plan() -> tuple[Response, int]:
    """Offer a membership."""
    made = offer_plan(_provider_id(), read_plan(json_object(request)), viewer().actor, clock.now())
    return jsonify(plan_answer(made, 0)), 201


@blueprint.put("/provider/membership-plans/<public_id>")
@access("provider")
def put_plan(public_id: str) -> Response:
    """Offer it otherwise: another version, of which members are told."""
    made = change_plan(_provider_id(), public_id, read_plan(json_object(request)), viewer().actor, clock.now())
    return jsonify(plan_answer(made, count_members(db.session(), [made.line]).get(made.line, 0)))


@blueprint.delete("/provider/membership-plans/<public_id>")
@access("provider")
def drop_plan(public_id: str) -> tuple[str, int]:
    """Nobody joins any more."""
    close_plan(_provider_id(), public_id, viewer().actor, clock.now())
    return "", 204


def _must_act(settled: Settled | None, membership: str) -> None:
    """Raises PaymentNeeded where the bank or another card is wanted; the membership's id goes along."""
    if settled is not None and settled.state == ACTION:
        details = {"membership": membership, "client_secret": settled.client_secret}
        raise PaymentNeeded("action_required", "Your bank wants you to confirm this.", details=details)
    if settled is not None and settled.state in (FAILED, CANCELLED):
        raise PaymentNeeded("payment_failed", "The card was declined. Try another one.", details={"membership": membership})


def _said(kept: Kept) -> Response:
    return _whole(kept.membership.public_id)


def _whole(public_id: str) -> Response:
    return jsonify(membership_answer(get_kept(db.session(), public_id, **own_side()), whole=True))


def _client_id() -> int:
    person_id = viewer().person_id
    if person_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    return person_id


def _provider_id() -> int:
    found = find_own_id(db.session(), desk_owner().account_id)
    if found is None:
        raise NotFound("not_found", "Begin your application first.")
    return found
