"""What is said about memberships, on pages and in JSON, and how they are told: the same values for both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.memberships.actions.joining import Wish
from booking.memberships.actions.keeping import pay_owed, save_card
from booking.memberships.changes.charging import today_of
from booking.memberships.models import MembershipPlan
from booking.memberships.queries import Kept, card_of, find_owed, find_said, get_kept, months_of
from booking.memberships.rules.months import CLIENT_ENDS, PROVIDER_ENDS, due_on
from booking.memberships.rules.plans import CONSENT_VERSION, Plan, Said, terms
from booking.payments.actions.keep import Keeping, settle_card
from booking.payments.actions.settle import Settled, settle_payment
from booking.payments.forms import find_port
from booking.payments.queries import find_kept_card, get_card
from booking.payments.rules.keeping import KEPT, ON_PAGE
from booking.payments.rules.states import ACTION
from booking.payments.stripe_port.values import Unknown
from marketplace.db import db
from marketplace.kernel.errors import PaymentNeeded, Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text, number_or_text

MOST_CENTS = 10_000_000


def ends_as() -> str:
    """Whose end it is when the viewer ends a membership."""
    return CLIENT_ENDS if viewer().role == "client" else PROVIDER_ENDS


def read_plan(body: Mapping[str, Any]) -> Plan:
    """The body of `POST /provider/membership-plans`."""
    fields = Fields(body)
    plan = Plan(
        fields.text("service", longest=40),
        fields.integer("minutes", least=1, most=480),
        fields.integer("visits", least=1, most=1000),
        fields.integer("price_cents", least=0, most=MOST_CENTS),
        fields.integer("stays_months", least=1, most=1000),
        fields.integer("most_members", None, least=1, most=100_000),
    )
    fields.finish()
    return plan


def typed_plan(form: Mapping[str, str]) -> dict[str, Any]:
    """What somebody typed, for the same reader."""
    service, _, minutes = form.get("what", "").partition(":")
    return {
        "service": service,
        "minutes": number_or_text(minutes),
        "visits": number_or_text(form.get("visits", "")),
        "price_cents": cents_or_text(form.get("price", "")),
        "stays_months": number_or_text(form.get("stays_months", "")),
        "most_members": number_or_text(form.get("most_members", "")),
    }


def read_join(body: Mapping[str, Any]) -> Wish:
    """The body of `POST /memberships`."""
    fields = Fields(body)
    wish = Wish(
        fields.text("plan", longest=24),
        fields.text("card", longest=64),
        fields.integer("expected_cents", least=0, most=MOST_CENTS),
        fields.boolean("agreed"),
    )
    fields.finish()
    return wish


def read_pause(body: Mapping[str, Any]) -> int:
    """The body of `POST /memberships/{id}/pause`: how many months."""
    fields = Fields(body)
    months = fields.integer("months", least=0, most=1000)
    fields.finish()
    return int(months)


def read_card(body: Mapping[str, Any]) -> str:
    """The body of `PUT /memberships/{id}/card`: one of the client's saved cards."""
    fields = Fields(body)
    name = fields.text("card", longest=64)
    fields.finish()
    return str(name)


def usable_card(name: str, now: datetime) -> str:
    """The viewer's saved card of that name; a card as the card company's own form named it is saved first.

    Raises Refused `cards_off` or `card_needed`, PaymentNeeded `action_required` or `payment_failed`.
    """
    take_cards()
    if not name.startswith("pm_") or find_kept_card(db.session(), viewer().person_id or 0, name) is not None:
        return name
    kept, keeping = keep_card(name, now)
    if keeping is not None and keeping.state == ACTION:
        raise PaymentNeeded("action_required", "Your bank wants you to confirm this.", details={"client_secret": keeping.client_secret})
    if keeping is None or keeping.state != KEPT:
        raise PaymentNeeded("payment_failed", "The card could not be saved. Try another one.")
    return kept


def keep_card(payment_method: str, now: datetime) -> tuple[str, Keeping | None]:
    """Save a card of the viewer's, or begin to on Stripe's own page; None where Stripe does not answer and a job goes on."""
    take_cards()
    card = save_card(viewer().person_id or 0, payment_method, viewer().actor, now)
    return card, settle_kept(card, now)


def settle_kept(card: str, now: datetime) -> Keeping | None:
    """How the saving of a card goes on; None where Stripe does not answer."""
    port = find_port()
    if port is None:
        return None
    try:
        return settle_card(port, card, now)
    except Unknown:
        db.session.rollback()
        return None


def begin_card(now: datetime) -> str | None:
    """The address of Stripe's page on which the viewer gives a card to be saved; None where Stripe does not answer."""
    _, keeping = keep_card(ON_PAGE, now)
    return None if keeping is None else keeping.action_url


def is_own_card(public_id: str) -> bool:
    """Whether a card that is being saved is the viewer's. Raises NotFound."""
    return get_card(db.session(), public_id).person_id == viewer().person_id


def take_cards() -> None:
    """Nobody joins where cards are off. Raises Refused `cards_off`."""
    if find_port() is None:
        raise Refused("cards_off", "Cards are not taken here, so nobody can be a member.")


def bring_on(payment: str, now: datetime) -> Settled | None:
    """Ask Stripe for what was just ordered; None where it does not answer, or cards are off: then a job goes on."""
    port = find_port()
    if port is None:
        return None
    try:
        return settle_payment(port, payment, now)
    except Unknown:
        db.session.rollback()
        return None


def pay_now(public_id: str, now: datetime) -> Settled | None:
    """Pay the viewer's open month. Raises NotFound, Conflict `wrong_state`, Refused `card_needed` or `cards_off`."""
    get_kept(db.session(), public_id, person_id=viewer().person_id or 0)
    take_cards()
    return bring_on(pay_owed(public_id, viewer().person_id or 0, viewer().actor, now), now)


def plan_answer(plan: MembershipPlan, members: int) -> dict[str, Any]:
    """A plan as JSON, for who offers it."""
    return {**_plain(plan), "most_members": plan.most_members, "members": members}


def _plain(plan: MembershipPlan) -> dict[str, Any]:
    return {
        "id": plan.public_id, "version": plan.version, "service": plan.service_code, "service_name": plan.service_name,
        "minutes": plan.minutes, "visits": plan.visits, "each_cents": plan.each_cents, "price_cents": plan.visits * plan.each_cents,
        "stays_months": plan.stays_months, "currency": "USD",
    }  # fmt: skip


def terms_today(said: Said, now: datetime) -> tuple[str, ...]:
    """The terms to which whoever joins now agrees."""
    today = today_of(now)
    return terms(said, today, due_on(today, 1))


def offered_answer(plan: MembershipPlan, now: datetime) -> dict[str, Any] | None:
    """A plan as JSON, for who may join: what a month costs today and the terms; None while it cannot be booked."""
    said = find_said(db.session(), plan, today_of(now))
    if said is None:
        return None
    worth = said.worth
    return {
        **_plain(plan), "each_cents": worth.each_cents, "price_cents": worth.visits * worth.each_cents,
        "tax_cents": worth.visits * worth.each_tax_cents, "total_cents": worth.total_cents, "single_cents": worth.single_cents,
        "terms": list(terms_today(said, now)), "terms_version": CONSENT_VERSION,
    }  # fmt: skip


def membership_answer(kept: Kept, *, whole: bool = False) -> dict[str, Any]:
    """A membership as JSON; `whole` with its terms and its months."""
    one, session = kept.membership, db.session()
    owed = find_owed(session, one.id)
    change = None if one.next_plan_id is None else session.get_one(MembershipPlan, one.next_plan_id)
    answer: dict[str, Any] = {
        "id": one.public_id, "state": one.state, "provider": {"slug": kept.provider.slug, "name": kept.provider.name},
        "plan": _plain(kept.plan), "joined_on": one.anchor_on.isoformat(),
        "next_on": one.next_on.isoformat() if one.ended_at is None else None, "paused": one.paused_on is not None and one.ended_at is None,
        "owed_cents": 0 if owed is None else owed[1].worth.total_cents, "action_required": needs_bank(owed and owed[0].failure_code),
        "change": None if change is None or one.next_plan_on is None else {"on": one.next_plan_on.isoformat(), **_plain(change)},
        "ended_by": one.ended_by, "ended_at": None if one.ended_at is None else rfc3339(one.ended_at), "currency": "USD",
    }  # fmt: skip
    if viewer().role == "client":
        card = card_of(session, one)
        answer["card"] = {"id": card.public_id, "brand": card.brand, "last_four": card.last_four}
    else:
        answer["client"] = {"name": kept.person.name}
    if whole:
        answer |= {"terms": one.terms.split("\n"), "terms_version": one.consent_version, "months": _months(kept)}
    return answer


def needs_bank(code: str | None) -> bool:
    """Whether the client's bank wants them to confirm a payment."""
    return code == "authentication_required"


def _months(kept: Kept) -> list[dict[str, Any]]:
    return [
        {
            "number": month.number, "due_on": month.due_on.isoformat(), "package": package.public_id, "state": package.state,
            "visits": package.visits, "left": package.visits - package.used if package.state == "active" else 0,
            "total_cents": package.worth.total_cents, "paid_at": None if month.paid_at is None else rfc3339(month.paid_at),
            "last_on": None if package.last_on is None else package.last_on.isoformat(),
            "retry_on": None if month.retry_on is None else month.retry_on.isoformat(),
        }
        for month, package in months_of(db.session(), kept.membership.id)
    ]  # fmt: skip
