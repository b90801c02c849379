"""Packages under /api/v1: what is offered, bought, used and ended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from booking.packages.actions.buying import order_package, record_sale, withdraw_order
from booking.packages.actions.ending import end_package, record_given_back
from booking.packages.actions.offering import allow_packages, offer_package, withdraw_offer
from booking.packages.forms import (
    ask_card,
    ends_as,
    offer_answer,
    package_answer,
    read_end,
    read_offer,
    read_order,
    read_policy,
)
from booking.packages.queries import Kept, are_allowed, get_kept, list_offers, list_packages, list_policies
from booking.payments.forms import read_card, read_way
from booking.payments.rules.states import ACTION, CANCELLED, FAILED
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import NotFound, PaymentNeeded
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.idempotency import idempotent
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import Fields, json_object
from providers.profiles.queries import get_listed_facts
from providers.registry.forms import desk_owner, own_side
from providers.registry.queries import find_own_id

blueprint = Blueprint("packages_api", __name__, url_prefix="/api/v1")


@blueprint.get("/providers/<slug>/packages")
@access("anyone")
def offered(slug: str) -> Response:
    """What a listed provider offers; nothing while packages are off."""
    facts = get_listed_facts(db.session(), slug)
    offers = list_offers(db.session(), facts.id) if are_allowed(db.session()) else ()
    return jsonify({"items": [offer_answer(one) for one in offers]})


@blueprint.post("/packages")
@access("client")
@idempotent
def order() -> tuple[Response, int]:
    """Order a package; it can be used once it is paid."""
    kept = order_package(read_order(json_object(request)), _client_id(), viewer().actor, clock.now())
    return jsonify(package_answer(kept, whole=True)), 201


@blueprint.get("/packages")
@access("client", "provider", "admin")
def index() -> Response:
    """One's own packages, as a client or as who sold them, the newest first."""
    return jsonify({"items": [package_answer(kept) for kept in list_packages(db.session(), **own_side())]})


@blueprint.get("/packages/<public_id>")
@access("client", "provider", "admin")
def show(public_id: str) -> Response:
    """One package with what used it and its papers."""
    return _whole(get_kept(db.session(), public_id, **own_side()))


@blueprint.delete("/packages/<public_id>")
@access("client")
def withdraw(public_id: str) -> tuple[str, int]:
    """Let go of an order that is not paid."""
    withdraw_order(public_id, _client_id(), viewer().actor, clock.now())
    return "", 204


@blueprint.post("/packages/<public_id>/payment")
@access("provider", "admin")
def pay(public_id: str) -> Response:
    """The client paid the therapist."""
    how = read_way(json_object(request))
    return _whole(record_sale(public_id, own_side()["provider_id"], how, viewer().actor, clock.now()))


@blueprint.post("/packages/<public_id>/card")
@access("client")
@limiter.limit("5 per hour")
def pay_by_card(public_id: str) -> Response:
    """Ask a card for an order; once the money has arrived the package can be used. Where Stripe does not answer a job goes on."""
    settled = ask_card(public_id, read_card(json_object(request)), clock.now())
    if settled is None:
        return _whole(get_kept(db.session(), public_id, **own_side()))
    if settled.state == ACTION:
        raise PaymentNeeded("action_required", "Your bank wants you to confirm this.", details={"client_secret": settled.client_secret})
    if settled.state in (FAILED, CANCELLED):
        raise PaymentNeeded("payment_failed", "The card was declined. Try another one, or pay your therapist.")
    return _whole(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/packages/<public_id>/end")
@access("client", "provider", "admin")
def end(public_id: str) -> Response:
    """End a package; what is left goes back by the rule."""
    expected = read_end(json_object(request))
    kept, _ = end_package(public_id, ends_as(), viewer().actor, clock.now(), expected_refund_cents=expected, **own_side())
    return _whole(kept)


@blueprint.post("/packages/<public_id>/given-back")
@access("provider", "admin")
def given_back(public_id: str) -> Response:
    """The therapist gave back what was left."""
    Fields(json_object(request)).finish()
    return _whole(record_given_back(public_id, own_side()["provider_id"], viewer().actor, clock.now()))


@blueprint.get("/provider/package-offers")
@access("provider")
def offers() -> Response:
    """What one offers oneself, and whether packages are sold here at all."""
    session = db.session()
    mine = list_offers(session, _provider_id())
    return jsonify({"allowed": are_allowed(session), "items": [offer_answer(one) for one in mine]})


@blueprint.post("/provider/package-offers")
@access("provider")
@idempotent
def make_offer() -> tuple[Response, int]:
    """Offer so many visits for one price."""
    made = offer_package(_provider_id(), read_offer(json_object(request)), viewer().actor, clock.now())
    return jsonify(offer_answer(made)), 201


@blueprint.delete("/provider/package-offers/<public_id>")
@access("provider")
def drop_offer(public_id: str) -> tuple[str, int]:
    """Offer it no more."""
    withdraw_offer(_provider_id(), public_id, viewer().actor, clock.now())
    return "", 204


@blueprint.get("/admin/package-policy")
@access("admin")
def policy() -> Response:
    """Whether packages are sold here, and what was said about that."""
    return jsonify(_policy())


@blueprint.put("/admin/package-policy")
@access("admin")
def put_policy() -> Response:
    """Switch packages on or off, with a reason."""
    allowed, reason = read_policy(json_object(request))
    allow_packages(allowed, reason, viewer().actor, clock.now())
    return jsonify(_policy())


def _policy() -> dict[str, Any]:
    said = [{"allowed": one.allowed, "reason": one.reason, "by": one.by, "at": rfc3339(one.at)} for one in list_policies(db.session())]
    return {"allowed": are_allowed(db.session()), "history": said}


def _whole(kept: Kept) -> Response:
    return jsonify(package_answer(kept, whole=True))


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
