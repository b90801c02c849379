"""Pages of packages: offers and sales at the therapist's desk, buying and one's own for clients, the switch for the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.ledger.rules.entries import HOW
from booking.packages.actions.buying import order_package, record_sale, withdraw_order
from booking.packages.actions.ending import end_package, record_given_back
from booking.packages.actions.offering import allow_packages, offer_package, withdraw_offer
from booking.packages.forms import LONGEST_REASON, ask_card, chosen_card, read_end, read_offer, typed_offer
from booking.packages.queries import (
    Kept,
    are_allowed,
    get_kept,
    list_offers,
    list_packages,
    list_policies,
    offers_openly,
    papers_of,
    uses_of,
)
from booking.packages.rules import ACTIVE, CLIENT_ENDS, PROVIDER_ENDS, assess_end
from booking.payments.forms import find_port
from booking.payments.queries import cards_of_person
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Malformed, NotFound, Refused
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.typed import number_or_text, placed_faults
from providers.profiles.queries import get_facts, get_listed_facts
from providers.registry.forms import desk_owner, own_side
from providers.registry.queries import find_own_id

blueprint = Blueprint("packages", __name__)
NAMES = {"service": "what", "minutes": "what", "price_cents": "price"}
Faults = Mapping[str, Sequence[str]]


@blueprint.app_context_processor
def offers_of() -> dict[str, object]:
    """Whether a provider offers packages, for their public page."""
    return {"has_packages": _has_packages}


def _has_packages(slug: str) -> bool:
    return offers_openly(db.session(), slug)


# --- the therapist -----------------------------------------------------------------------------------------------------------


@blueprint.get("/provider/packages")
@access("provider")
def desk() -> ResponseReturnValue:
    """What one offers, and what was bought."""
    provider_id = _provider_id()
    return redirect(url_for("apply.begin")) if provider_id is None else _desk_page(provider_id, {}, {}, "")


@blueprint.post("/provider/packages")
@access("provider")
def offer() -> ResponseReturnValue:
    """Offer so many visits for one price."""
    provider_id = _provider_id()
    if provider_id is None:
        return redirect(url_for("apply.begin"))
    try:
        offer_package(provider_id, read_offer(typed_offer(request.form)), _actor(), clock.now())
    except (Refused, Malformed) as refusal:
        page = _desk_page(provider_id, request.form, placed_faults(refusal.faults, NAMES), refusal.sentence)
        return page, 422
    flash(_("Offered on your public page."), "good")
    return redirect(url_for("packages.desk"))


@blueprint.post("/provider/packages/offers/<public_id>/withdrawal")
@access("provider")
def drop(public_id: str) -> ResponseReturnValue:
    """Offer it no more."""
    return do_and_say(
        url_for("packages.desk"), lambda: withdraw_offer(_provider_id() or 0, public_id, _actor(), clock.now()), _("Offered no more.")
    )


@blueprint.get("/provider/packages/<public_id>")
@access("provider")
def sold(public_id: str) -> str:
    """One package that a client bought."""
    return _show(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/provider/packages/<public_id>/payment")
@access("provider")
def pay(public_id: str) -> ResponseReturnValue:
    """The client paid."""
    how = request.form.get("how", "")
    if how not in HOW:
        flash(_("Say how it was paid."), "warning")
        return redirect(url_for("packages.sold", public_id=public_id))
    words = _("Recorded. The client has a receipt and can book with it.")
    return do_and_say(
        url_for("packages.sold", public_id=public_id),
        lambda: record_sale(public_id, _provider_id() or 0, how, _actor(), clock.now()),
        words,
    )


@blueprint.post("/provider/packages/<public_id>/given-back")
@access("provider")
def given_back(public_id: str) -> ResponseReturnValue:
    """What was left was given back."""
    provider_id = _provider_id() or 0
    return do_and_say(
        url_for("packages.sold", public_id=public_id),
        lambda: record_given_back(public_id, provider_id, _actor(), clock.now()),
        _("Recorded."),
    )


@blueprint.post("/provider/packages/<public_id>/end")
@access("provider")
def end_as_provider(public_id: str) -> ResponseReturnValue:
    """The therapist ends a package."""
    return _end("packages.sold", public_id, PROVIDER_ENDS)


# --- the client --------------------------------------------------------------------------------------------------------------


@blueprint.get("/providers/<slug>/packages")
@access("anyone")
def shop(slug: str) -> str:
    """What a provider offers, with the rules of a package."""
    session = db.session()
    facts = get_listed_facts(session, slug)
    offers = list_offers(session, facts.id) if are_allowed(session) else ()
    if not offers:
        raise NotFound("not_found", "There are no packages here.")
    names = {service.code: service for service in facts.services}
    rows = [(one, names[one.service_code]) for one in offers if one.minutes in getattr(names.get(one.service_code), "prices", {})]
    return render_template("packages/shop.html", provider=facts, rows=rows)


@blueprint.post("/packages")
@access("client")
def order() -> ResponseReturnValue:
    """Order a package."""
    try:
        kept = order_package(request.form.get("offer", ""), _client_id(), _actor(), clock.now())
    except Refused as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("packages.index"))
    flash(_("Ordered. Once it is paid you can book with it."), "good")
    return redirect(url_for("packages.show", public_id=kept.package.public_id))


@blueprint.get("/packages")
@access("client")
def index() -> str:
    """One's own packages."""
    return render_template("packages/index.html", rows=list_packages(db.session(), person_id=_client_id()))


@blueprint.get("/packages/<public_id>")
@access("client")
def show(public_id: str) -> str:
    """One of one's own packages, with its history."""
    return _show(get_kept(db.session(), public_id, **own_side()))


@blueprint.post("/packages/<public_id>/withdrawal")
@access("client")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Let go of an order that is not paid."""
    return do_and_say(
        url_for("packages.index"), lambda: withdraw_order(public_id, _client_id(), _actor(), clock.now()), _("Withdrawn. You owe nothing.")
    )


@blueprint.post("/packages/<public_id>/card")
@access("client")
@limiter.limit("5 per hour")
def card(public_id: str) -> ResponseReturnValue:
    """Pay an order with a kept card, or on the card company's own page; whoever began goes on where they were."""
    try:
        settled = ask_card(public_id, chosen_card(_client_id(), request.form.get("card", "")), clock.now())
    except (Conflict, Refused) as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("packages.show", public_id=public_id))
    if settled is not None and settled.action_url:
        return render_template("packages/go_on.html", url=settled.action_url, public_id=public_id)
    flash(*_paid_words(None if settled is None else settled.state))
    return redirect(url_for("packages.show", public_id=public_id))


def _paid_words(state: str | None) -> tuple[str, str]:
    if state == CAPTURED:
        return _("Paid. A booking that fits uses one visit by itself."), "good"
    if state in {FAILED, CANCELLED}:
        return _("The card was declined. Try another one, or pay your therapist."), "warning"
    return _("Our card company gives no answer at present. Look here again in a minute."), "warning"


@blueprint.post("/packages/<public_id>/end")
@access("client")
def end(public_id: str) -> ResponseReturnValue:
    """The client ends a package."""
    return _end("packages.show", public_id, CLIENT_ENDS)


# --- the staff ---------------------------------------------------------------------------------------------------------------


@blueprint.get("/admin/packages")
@access("admin")
def switch() -> str:
    """Whether packages are sold here, and who said so."""
    return _switch_page("")


@blueprint.post("/admin/packages")
@access("admin")
def say() -> ResponseReturnValue:
    """Switch packages on or off."""
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        page = render_template(
            "packages/admin.html", allowed=are_allowed(db.session()), rows=list_policies(db.session()), fault=_("Say why.")
        )
        return page, 422
    allow_packages(request.form.get("allowed") == "yes", reason, _actor(), clock.now())
    flash(_("Saved."), "good")
    return redirect(url_for("packages.switch"))


# --- all -----------------------------------------------------------------------------------------------------------------------


def _desk_page(provider_id: int, typed: Mapping[str, str], faults: Faults, sentence: str) -> str:
    session = db.session()
    services = [one for one in get_facts(session, provider_id).services if not one.is_call]
    return render_template(
        "packages/desk.html", allowed=are_allowed(session), offers=list_offers(session, provider_id),
        names={one.code: one.name for one in services}, services=services, sold=list_packages(session, provider_id=provider_id),
        typed=typed, faults=faults, sentence=sentence,
    )  # fmt: skip


def _switch_page(fault: str) -> str:
    session = db.session()
    return render_template("packages/admin.html", allowed=are_allowed(session), rows=list_policies(session), fault=fault)


def _show(kept: Kept) -> str:
    package, by = kept.package, CLIENT_ENDS if viewer().role == "client" else PROVIDER_ENDS
    end_now = assess_end(package.worth, package.used, by) if package.state == ACTIVE else None
    return render_template(
        "packages/show.html", kept=kept, package=package, worth=package.worth, uses=uses_of(db.session(), package.id),
        papers=papers_of(db.session(), package.id), end_now=end_now, mine=by == CLIENT_ENDS, cards_on=find_port() is not None,
        cards=cards_of_person(db.session(), package.person_id) if by == CLIENT_ENDS else (),
    )  # fmt: skip


def _end(endpoint: str, public_id: str, by: str) -> ResponseReturnValue:
    shown = number_or_text(request.form.get("expected_refund_cents", ""))
    expected = read_end({"expected_refund_cents": shown})

    def deed() -> object:
        return end_package(public_id, by, _actor(), clock.now(), expected_refund_cents=expected, **own_side())

    return do_and_say(url_for(endpoint, public_id=public_id), deed, _("The package has ended."))


def _actor() -> str:
    return viewer().actor


def _client_id() -> int:
    return viewer().person_id or 0


def _provider_id() -> int | None:
    return find_own_id(db.session(), desk_owner().account_id)
