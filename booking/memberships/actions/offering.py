"""What a therapist offers as a membership; other terms are another version, told to members before they count."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from booking.memberships.changes.charging import today_of
from booking.memberships.changes.letters import CHANGED, day_of, write_to_member
from booking.memberships.models import Membership, MembershipPlan
from booking.memberships.queries import get_kept, get_plan, members_of_line
from booking.memberships.rules.months import changes_with, due_on
from booking.memberships.rules.plans import Plan, check_plan
from booking.packages.queries import are_allowed
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.profiles.queries import get_facts
from providers.registry.changes import lock_provider

OFF = "Visits are not sold in advance on this site."
OTHER_VISIT = "Members keep their service and length. Offer another membership for another visit."


def offer_plan(provider_id: int, plan: Plan, actor: str, now: datetime) -> MembershipPlan:
    """Offer a membership. Raises Refused `packages_off`, or `invalid` with the fields at fault."""
    with transaction() as session:
        lock_provider(session, provider_id)
        name = _checked(session, provider_id, plan)
        return _make(session, _row(provider_id, plan, name, now), actor, now)


def change_plan(provider_id: int, public_id: str, plan: Plan, actor: str, now: datetime) -> MembershipPlan:
    """Offer it otherwise. Members are told now; for each it counts from the first month that is due 30 days later or more.

    Raises NotFound, Refused `packages_off` or `invalid`.
    """
    with transaction() as session:
        lock_provider(session, provider_id)
        old = get_plan(session, public_id, provider_id)
        if (plan.service_code, plan.minutes) != (old.service_code, old.minutes):
            raise Refused("invalid", OTHER_VISIT, faults=[FieldFault("minutes", OTHER_VISIT)])
        name = _checked(session, provider_id, plan)
        old.closed_at = now
        made = _make(session, _row(provider_id, plan, name, now, line=old.line, version=old.version + 1), actor, now)
        for member in members_of_line(session, old.line):
            _tell(session, member, made, now)
        return made


def close_plan(provider_id: int, public_id: str, actor: str, now: datetime) -> None:
    """Nobody joins any more; members keep what they have. Raises NotFound."""
    with transaction() as session:
        get_plan(session, public_id, provider_id).closed_at = now
        audit.record(session, audit.Deed(now, actor, "membership.closed", "membership_plan", public_id))


def _checked(session: Session, provider_id: int, plan: Plan) -> str:
    """The service's name, where the plan may be offered."""
    if not are_allowed(session):
        raise Refused("packages_off", OFF)
    service = get_facts(session, provider_id).service(plan.service_code)
    usual = service is not None and not service.is_call and not service.first_visit_only
    check_plan(plan, service.prices.get(plan.minutes) if service is not None and usual else None)
    return "" if service is None else service.name


def _make(session: Session, made: MembershipPlan, actor: str, now: datetime) -> MembershipPlan:
    session.add(made)
    session.flush()
    audit.record(session, audit.Deed(now, actor, "membership.offered", "membership_plan", made.public_id, asdict(made.plan)))
    return made


def _row(provider_id: int, plan: Plan, name: str, now: datetime, **version: object) -> MembershipPlan:
    return MembershipPlan(
        provider_id=provider_id, service_code=plan.service_code, service_name=name, minutes=plan.minutes, visits=plan.visits,
        each_cents=plan.each_cents, stays_months=plan.stays_months, most_members=plan.most_members, made_at=now, **version,
    )  # fmt: skip


def _tell(session: Session, member: Membership, made: MembershipPlan, now: datetime) -> None:
    number = changes_with(member.anchor_on, member.next_number, today_of(now))
    member.next_plan_id, member.next_plan_on = made.id, due_on(member.anchor_on, number)
    kept = get_kept(session, member.public_id)
    then = {"price_cents": made.visits * made.each_cents, "then_visits": made.visits, "then_stays": made.stays_months}
    before = {"before_cents": kept.plan.visits * kept.plan.each_cents}
    write_to_member(session, kept, CHANGED, str(made.version), now, on=day_of(member.next_plan_on), **then, **before)
