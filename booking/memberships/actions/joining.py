"""A client becomes a member: clear terms, an express yes, the first month charged to a saved card while they are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.memberships.changes.charging import ask_card, end, order_month, today_of
from booking.memberships.models import Membership, MembershipPlan
from booking.memberships.queries import count_members, find_live, find_said, get_kept, get_plan
from booking.memberships.rules.months import DROPPED, JOINING, due_on
from booking.memberships.rules.plans import CONSENT_VERSION, Said, agreed_words, terms
from booking.packages.changes import check_several
from booking.packages.models import Package
from booking.packages.queries import are_allowed
from booking.payments.queries import find_kept_card
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused, Stale
from marketplace.kernel.money import format_usd
from providers.registry.changes import lock_provider


@dataclass(frozen=True)
class Wish:
    """What a client agrees to: a plan, a kept card (our name of it), what a month costs as it was shown, and their yes to the terms."""

    plan: str
    card: str
    expected_cents: int
    agreed: bool


@dataclass(frozen=True)
class Joined:
    """The membership, by public id, and the payment of its first month, to be settled."""

    membership: str
    payment: str


def join(wish: Wish, person_id: int, actor: str, now: datetime) -> Joined:
    """Become a member; it counts once the first month is paid. What was begun before and not paid is let go of.

    Raises NotFound, Refused `consent_needed`, `packages_off`, `not_bookable`, `card_needed`, `plan_needed`, Conflict `already_member`
    or `members_full`, Stale `terms_changed` with the new figure.
    """
    if not wish.agreed:
        raise Refused("consent_needed", "Say that you agree to the terms; your card is charged each month by itself.")
    with transaction() as session:
        plan = get_plan(session, wish.plan)
        lock_provider(session, plan.provider_id)
        said = _said(session, get_plan(session, wish.plan), wish, now)
        check_several(session, plan.provider_id, person_id, plan.service_code)
        _make_room(session, plan, person_id, actor, now)
        card = find_kept_card(session, person_id, wish.card)
        if card is None:
            raise Refused("card_needed", "Choose one of your saved cards.")
        today = today_of(now)
        one = Membership(
            plan_id=plan.id, provider_id=plan.provider_id, person_id=person_id, card_id=card.id, anchor_on=today, next_on=due_on(today, 1),
            consent_version=CONSENT_VERSION, terms=agreed_words(terms(said, today, due_on(today, 1))), agreed_by=actor, agreed_at=now,
        )  # fmt: skip
        session.add(one)
        session.flush()
        details = {"plan": plan.public_id, "version": plan.version, "consent": CONSENT_VERSION, "card": card.public_id}
        audit.record(session, audit.Deed(now, actor, "membership.agreed", "membership", one.public_id, details))
        kept = get_kept(session, one.public_id)
        month = order_month(session, kept, 0, said, actor, now)
        payment = ask_card(session, kept, session.get_one(Package, month.package_id), actor, now, off_session=False)
        if payment is None:
            raise Refused("card_needed", "Choose one of your saved cards.")
        return Joined(one.public_id, payment.public_id)


def _said(session: Session, plan: MembershipPlan, wish: Wish, now: datetime) -> Said:
    if not are_allowed(session):
        raise Refused("packages_off", "Visits are not sold in advance on this site.")
    said = find_said(session, plan, today_of(now))
    if said is None:
        raise Refused("not_bookable", "This provider cannot be booked at present.")
    cents = said.worth.total_cents
    if cents != wish.expected_cents:
        raise Stale("terms_changed", f"A month costs {format_usd(cents)} now. Look again.", details={"total_cents": cents})
    return said


def _make_room(session: Session, plan: MembershipPlan, person_id: int, actor: str, now: datetime) -> None:
    before = find_live(session, person_id, plan.provider_id)
    if before is not None and before.state != JOINING:
        raise Conflict("already_member", "You have a membership with this therapist already.")
    if before is not None:
        end(session, get_kept(session, before.public_id, lock=True), DROPPED, actor, now)
    if plan.most_members is not None and count_members(session, [plan.line]).get(plan.line, 0) >= plan.most_members:
        raise Conflict("members_full", "All memberships of this kind are taken at present.")
