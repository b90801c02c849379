"""Pages of gift cards: bought by anybody, looked at by whoever holds a code, sold at the therapist's desk, watched over by the staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from booking.giftcards.actions.buying import order_gift, record_gift_sale, withdraw_gift
from booking.giftcards.actions.holding import add_to_account, look_up, pay_rest, void_card
from booking.giftcards.actions.refunding import record_given_back, refund_card
from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.forms import (
    LONGEST_REASON,
    LONGEST_TYPED,
    ask_card,
    balance_answer,
    chosen_card,
    few_codes,
    few_orders,
    gift_of_form,
    held_answers,
    law_at,
    own_person,
    own_provider,
    policy_of_form,
    read_policy,
    sold_here,
)
from booking.giftcards.queries import (
    Kept,
    are_sold,
    find_policy,
    get_kept,
    held_cards,
    list_cards,
    list_policies,
    moves_of,
    papers_of,
    refunds_of,
    sells_cards,
)
from booking.giftcards.rules import pretty
from booking.ledger.rules.entries import HOW
from booking.payments.forms import find_port
from booking.payments.queries import cards_of_person
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from marketplace import clock
from marketplace.accounts.models import Person
from marketplace.db import db
from marketplace.kernel.errors import Malformed, NotFound, Refusal
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.deeds import do_and_say
from marketplace.webkit.identity import access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.typed import placed_faults
from providers.registry.forms import own_side
from providers.registry.models import Provider

blueprint = Blueprint("giftcards", __name__)
NAMES = {"amount_cents": "own_amount", "most_cents": "most", "least_cents": "least"}
Faults = Mapping[str, Sequence[str]]


@blueprint.app_context_processor
def cards_of() -> dict[str, object]:
    """Whether a provider's gift cards can be bought, for their public page and the checkout."""
    return {"sells_gift_cards": _sells}


def _sells(provider_id: int) -> bool:
    return are_sold(db.session(), provider_id)


# --- anybody -----------------------------------------------------------------------------------------------------------------


@blueprint.get("/providers/<slug>/gift-cards")
@access("anyone")
def shop(slug: str) -> str:
    """A card for somebody."""
    return _shop(slug, MultiDict(), {}, "")


@blueprint.post("/providers/<slug>/gift-cards")
@access("anyone")
@few_orders
def order(slug: str) -> ResponseReturnValue:
    """Order it; what cannot stand comes back beside its field."""
    facts, _policy = sold_here(slug)
    try:
        gift, buyer = gift_of_form(request.form)
        kept = order_gift(facts.id, gift, buyer, viewer().actor, clock.now())
    except (Malformed, Refusal) as refusal:
        if isinstance(refusal, NotFound):
            raise
        db.session.rollback()
        return _shop(slug, request.form, placed_faults(refusal.faults, NAMES), refusal.sentence), 422
    return redirect(url_for(".ordered", public_id=kept.card.public_id))


@blueprint.get("/gift-cards/orders/<public_id>")
@access("anyone")
def ordered(public_id: str) -> str:
    """How an order stands, for whoever knows its address. Neither the code nor what is left is told here."""
    kept = get_kept(db.session(), public_id)
    own = viewer().person_id == kept.card.person_id and viewer().signed_in
    cards = cards_of_person(db.session(), kept.card.person_id) if own else ()
    papers = papers_of(db.session(), [kept.card.id])
    return render_template(
        "giftcards/ordered.html", kept=kept, card=kept.card, cards=cards, cards_on=find_port() is not None, own=own, papers=papers
    )


@blueprint.post("/gift-cards/orders/<public_id>/card")
@access("anyone")
@limiter.limit("10 per hour")
def card(public_id: str) -> ResponseReturnValue:
    """Pay with a kept card, or on the card company's own page; whoever began goes on where they were."""
    kept = get_kept(db.session(), public_id)
    own = viewer().signed_in and viewer().person_id == kept.card.person_id
    chosen = chosen_card(kept.card.person_id if own else None, request.form.get("card", ""))
    try:
        settled = ask_card(public_id, chosen, clock.now(), None)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        flash(refusal.sentence, "warning")
        return redirect(url_for(".ordered", public_id=public_id))
    if settled is not None and settled.action_url:
        return render_template("giftcards/go_on.html", url=settled.action_url, public_id=public_id)
    state = None if settled is None else settled.state
    if state == CAPTURED:
        flash(_("Paid. The letters are on their way."), "good")
    elif state in {FAILED, CANCELLED}:
        flash(_("The card was declined. Try another one, or pay the therapist."), "warning")
    else:
        flash(_("Our card company gives no answer at present. Look here again in a minute."), "warning")
    return redirect(url_for(".ordered", public_id=public_id))


@blueprint.post("/gift-cards/orders/<public_id>/withdrawal")
@access("anyone")
@limiter.limit("10 per hour")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Let go of an order that is not paid."""
    get_kept(db.session(), public_id)
    where = url_for(".ordered", public_id=public_id)
    return do_and_say(where, lambda: withdraw_gift(public_id, None, viewer().actor, clock.now()), _("Withdrawn. You owe nothing."))


@blueprint.get("/gift-cards")
@access("anyone")
def index() -> str:
    """Ask what is left on a card; for clients also those in their account and those they bought."""
    return _index(None, "")


@blueprint.post("/gift-cards")
@access("anyone")
@few_codes
def look() -> ResponseReturnValue:
    """What is left, or the card into the account. A code never stands in an address."""
    typed = request.form.get("code", "")[:LONGEST_TYPED]
    try:
        if "add" in request.form and viewer().role == "client":
            add_to_account(typed, own_person(), viewer().actor, clock.now())
            flash(_("The card is in your account. At the checkout it is offered by itself."), "good")
            return redirect(url_for(".index"))
        return _index(look_up(db.session(), typed), "")
    except Refusal as refusal:
        db.session.rollback()
        return _index(None, refusal.sentence), 422


# --- the therapist -----------------------------------------------------------------------------------------------------------


@blueprint.get("/provider/gift-cards")
@access("provider")
def desk() -> ResponseReturnValue:
    """Whether one sells cards, and what was sold."""
    provider_id = own_provider()
    return redirect(url_for("apply.begin")) if provider_id is None else _desk(provider_id)


@blueprint.post("/provider/gift-cards")
@access("provider")
def sell() -> ResponseReturnValue:
    """Sell cards of one's own, or no more."""
    sells = request.form.get("sells") == "yes"
    words = _("Gift cards are on your public page.") if sells else _("No more are sold. Those that were stay good.")
    return do_and_say(url_for(".desk"), lambda: sell_cards(own_provider() or 0, viewer().actor, clock.now(), sells=sells), words)


@blueprint.post("/provider/gift-cards/<public_id>/payment")
@access("provider")
def pay(public_id: str) -> ResponseReturnValue:
    """The buyer paid: the code is shown this once, to be written on a card."""
    how, provider_id = request.form.get("how", ""), own_provider() or 0
    if how not in HOW:
        flash(_("Say how it was paid."), "warning")
        return redirect(url_for(".desk"))
    try:
        kept, code = record_gift_sale(public_id, provider_id, how, viewer().actor, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for(".desk"))
    return _desk(provider_id, sold=kept, code=pretty(code))


@blueprint.post("/provider/gift-cards/<public_id>/given-back")
@access("provider")
def given_back(public_id: str) -> ResponseReturnValue:
    """What was left was given back to the buyer."""
    provider_id = own_provider() or 0
    deed = partial(record_given_back, public_id, provider_id, viewer().actor, clock.now())
    return do_and_say(url_for(".desk"), deed, _("Recorded."))


@blueprint.post("/provider/gift-cards/cash")
@access("provider")
@few_codes
def cash() -> ResponseReturnValue:
    """The small rest was given in cash."""
    typed = request.form.get("code", "")[:LONGEST_TYPED]
    words = _("Recorded. Nothing is left on that card.")
    return do_and_say(url_for(".desk"), lambda: pay_rest(typed, own_provider() or 0, viewer().actor, clock.now()), words)


# --- the staff ---------------------------------------------------------------------------------------------------------------


@blueprint.get("/admin/gift-cards")
@access("admin")
def watch() -> str:
    """What may be sold, and all cards."""
    return _watch({}, "")


@blueprint.post("/admin/gift-cards")
@access("admin")
def say() -> ResponseReturnValue:
    """Say what may be sold, with a reason."""
    try:
        policy, reason = read_policy(policy_of_form(request.form))
    except (Malformed, Refusal) as refusal:
        return _watch(placed_faults(refusal.faults, NAMES), refusal.sentence), 422
    allow_cards(policy, reason, viewer().actor, clock.now())
    flash(_("Saved."), "good")
    return redirect(url_for(".watch"))


@blueprint.post("/admin/gift-cards/<public_id>/void")
@access("admin")
def void(public_id: str) -> ResponseReturnValue:
    """A card was stolen: what is left moves to a new code."""
    words = _("Replaced. The letter with the new code is on its way.")
    return _with_reason(lambda reason: void_card(public_id, reason, viewer().actor, clock.now()), words)


@blueprint.post("/admin/gift-cards/<public_id>/refund")
@access("admin")
def refund(public_id: str) -> ResponseReturnValue:
    """What is left goes back to whoever bought the card."""
    shown = request.form.get("expected_left_cents", "")
    expected = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 9 else None
    words = _("Ordered. Whoever bought it hears of it, and so does the therapist.")
    return _with_reason(lambda reason: refund_card(public_id, reason, viewer().actor, clock.now(), expected_left_cents=expected), words)


def _with_reason(deed: Callable[[str], object], words: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        flash(_("Say why."), "warning")
        return redirect(url_for(".watch"))
    return do_and_say(url_for(".watch"), partial(deed, reason), words)


# --- all ---------------------------------------------------------------------------------------------------------------------


def _shop(slug: str, typed: Mapping[str, str], faults: Faults, sentence: str) -> str:
    facts, policy = sold_here(slug)
    if not policy.allowed:
        raise NotFound("not_found", "There are no gift cards here.")
    today = local_day(to_minute(clock.now()))
    return render_template(
        "giftcards/shop.html", provider=facts, policy=policy, typed=typed, faults=faults, sentence=sentence, today=today,
        law=law_at(clock.now()), cards_on=find_port() is not None,
    )  # fmt: skip


def _index(found: Kept | None, sentence: str) -> str:
    session, now = db.session(), clock.now()
    client = viewer().role == "client"
    shown = None if found is None else balance_answer(found, moves_of(session, [found.card.id])[found.card.id], now)
    rows = held_cards(session, own_person()) if client else []
    person = session.get_one(Person, own_person()) if client else None
    mine = held_answers((Kept(one, provider, person) for one, provider in rows), now) if person is not None else []
    bought = list_cards(session, person_id=own_person()) if client else []
    return render_template("giftcards/index.html", shown=shown, sentence=sentence, mine=mine, bought=bought, law=law_at(now))


def _desk(provider_id: int, sold: Kept | None = None, code: str = "") -> str:
    session = db.session()
    rows = list_cards(session, provider_id=provider_id)
    ids = [kept.card.id for kept in rows]
    owed = {one.card_id: one for one in refunds_of(session, ids) if one.refund_id is None and one.given_back_at is None}
    return render_template(
        "giftcards/desk.html", allowed=find_policy(session).allowed, sells=sells_cards(session, provider_id),
        slug=session.get_one(Provider, provider_id).slug, rows=rows, sold=sold, code=code, law=law_at(clock.now()), owed=owed,
        papers={paper.card_id: paper for paper in papers_of(session, ids)},
    )  # fmt: skip


def _watch(faults: Faults, sentence: str) -> str:
    session = db.session()
    return render_template(
        "giftcards/admin.html", policy=find_policy(session), said=list_policies(session), rows=list_cards(session, **own_side()),
        faults=faults, sentence=sentence, typed=request.form,
    )  # fmt: skip
