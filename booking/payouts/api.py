"""Payouts under /api/v1: one's own with their visits, everybody's for the staff."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for

from booking.payments.stripe_port.values import Invalid, Missing, Unknown
from booking.payouts.actions.accounts import begin_account
from booking.payouts.forms import account_state, find_connect, own_provider_id, payout_answer, year_answer
from booking.payouts.queries import disputed_visits, get_payout, lines_of, list_payouts, moved_of, years_of
from booking.payouts.rules import plan_payout
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Refused
from marketplace.webkit.identity import access, require_fresh, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.problems import problem

blueprint = Blueprint("payouts_api", __name__, url_prefix="/api/v1")


@blueprint.get("/provider/payouts")
@access("provider")
def index() -> Response:
    """What was sent, what is to be sent next, what a bank disputes, and the years."""
    session, provider_id = db.session(), own_provider_id()
    plan = plan_payout(moved_of(session, provider_id), disputed_visits(session, provider_id))
    return jsonify(
        {
            "account": account_state(provider_id), "next_cents": plan.total_cents, "frozen_cents": plan.frozen_cents, "currency": "USD",
            "items": [payout_answer(payout) for payout, _provider in list_payouts(session, provider_id=provider_id)],
            "years": [year_answer(year) for year in years_of(session, provider_id)],
        }
    )  # fmt: skip


@blueprint.post("/provider/payouts/account")
@access("provider")
@limiter.limit("10 per hour")
def account() -> Response:
    """The address of Stripe's page where the account is set up or changed; for a sign-in of the last quarter of an hour alone."""
    now, port = clock.now(), find_connect()
    require_fresh(now)
    if port is None:
        raise Refused("cards_off", "Cards are off here, so there is nothing to pay out.")
    try:
        url = begin_account(port, own_provider_id(), url_for("payouts.back", _external=True), viewer().actor, now)
    except (Unknown, Invalid, Missing):
        return problem(503, "unavailable", "Unavailable", "Stripe cannot be reached at present. Try again in some minutes.")
    return jsonify(url=url)


@blueprint.get("/provider/payouts/<public_id>")
@access("provider")
def show(public_id: str) -> Response:
    """One payout, each line with its visit."""
    payout = get_payout(db.session(), public_id, provider_id=own_provider_id())
    return jsonify(payout_answer(payout, lines=lines_of(db.session(), payout.id)))


@blueprint.get("/admin/payouts")
@access("admin")
def everybodys() -> Response:
    """The newest payouts of everybody."""
    return jsonify({"items": [payout_answer(payout, provider) for payout, provider in list_payouts(db.session())]})
