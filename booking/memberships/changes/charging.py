"""A month is ordered, and what becomes of its payment: the visits it pays for are a package that is issued with it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.memberships.changes.letters import (
    DECLINED,
    JOINED,
    PAID,
    PROVIDER_JOINED,
    day_of,
    write_to_member,
    write_to_therapist,
)
from booking.memberships.changes.letters import SUSPENDED as SUSPENDED_LETTER
from booking.memberships.models import Membership, MembershipMonth
from booking.memberships.queries import Kept, card_of, find_month_paid_with, get_kept, months_of
from booking.memberships.rules.months import ACTIVE, ENDED, JOINING, SUSPENDED, after_decline, due_on
from booking.memberships.rules.plans import Said
from booking.packages.changes import Issue, ask_for_order, issue_order, let_go_of_order
from booking.packages.models import Package
from booking.packages.queries import get_kept as get_package
from booking.packages.queries import papers_of
from booking.packages.rules import ORDERED
from booking.payments.models import Payment
from booking.payments.rules.keeping import KEPT
from booking.payments.rules.named import Card
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from marketplace import audit
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.changes import lock_provider

STRIPE = "stripe"
NO_CARD = "card_removed"


def lock_membership(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None) -> Kept:
    """A membership as it is now, locked after its provider as everything about money is. Raises NotFound for everybody else's."""
    lock_provider(session, get_kept(session, public_id, person_id=person_id, provider_id=provider_id).membership.provider_id)
    return get_kept(session, public_id, lock=True)


def move_on(membership: Membership, next_number: int) -> None:
    """Which month comes next, and when."""
    membership.next_number, membership.next_on = next_number, due_on(membership.anchor_on, next_number)


def order_month(session: Session, kept: Kept, number: int, said: Said, by: str, now: datetime) -> MembershipMonth:
    """Write a month down with the visits it gives; they can be used once it is paid. The database lets it be written once."""
    one, plan = kept.membership, kept.plan
    wanted = Issue(one.provider_id, one.person_id, plan.service_code, said.service_name, plan.minutes, said.worth, plan.stays_months)
    package = issue_order(session, wanted, now).package
    month = MembershipMonth(
        membership_id=one.id, number=number, due_on=due_on(one.anchor_on, number), plan_id=plan.id, package_id=package.id, ordered_at=now
    )
    session.add(month)
    move_on(one, number + 1)
    session.flush()
    details = {"number": number, "cents": said.worth.total_cents, "package": package.public_id}
    audit.record(session, audit.Deed(now, by, "membership.month_ordered", "membership", one.public_id, details))
    return month


def ask_card(session: Session, kept: Kept, package: Package, by: str, now: datetime, *, off_session: bool) -> Payment | None:
    """Write down that the member's card is to be asked for a month; None where its owner has removed it."""
    card = card_of(session, kept.membership)
    if card.state != KEPT or card.payment_method is None:
        return None
    order = get_package(session, package.public_id, lock=True)
    return ask_for_order(session, order, Card(card.payment_method, card.customer), by, now, off_session=off_session)


def ask_while_away(session: Session, kept: Kept, month: MembershipMonth, by: str, now: datetime) -> str | None:
    """Ask the card for a month while its owner is away; gives the payment to settle. A card that is gone is as one that was declined."""
    month.retry_on = None
    payment = ask_card(session, kept, session.get_one(Package, month.package_id), by, now, off_session=True)
    if payment is None:
        note_declined(session, kept, month, NO_CARD, now)
        return None
    return payment.public_id


def follow_membership(session: Session, payment: Payment, now: datetime) -> None:
    """A card was asked for a month: it is paid, or it is asked again by the schedule. A payment of something else is passed over.

    Whoever registers this does so after packages, whose visits are usable by then.
    """
    found = find_month_paid_with(session, payment.id) if payment.state in {CAPTURED, FAILED, CANCELLED} else None
    if found is None:
        return
    month, package, public_id = found
    kept = get_kept(session, public_id, lock=True)
    if payment.state == CAPTURED and package.paid_at is not None and month.paid_at is None:
        _note_paid(session, kept, month, package, now)
    elif payment.state != CAPTURED and package.state == ORDERED and month.failed_id != payment.id:
        month.failed_id = payment.id
        if payment.off_session:
            note_declined(session, kept, month, payment.failure_code or "declined", now)


def _note_paid(session: Session, kept: Kept, month: MembershipMonth, package: Package, now: datetime) -> None:
    one, joining = kept.membership, kept.membership.state == JOINING
    month.paid_at, month.retry_on = now, None
    if one.state in {JOINING, SUSPENDED}:
        one.state = ACTIVE
    facts = {"cents": package.worth.total_cents, "number": papers_of(session, package.id)[0].name, "last_on": day_of(package.last_on)}
    audit.record(session, audit.Deed(now, STRIPE, "membership.month_paid", "membership", one.public_id, {"number": month.number}))
    if joining:
        write_to_member(session, kept, JOINED, "", now, terms=one.terms, **facts)
        write_to_therapist(session, kept, PROVIDER_JOINED, now, cents=package.worth.total_cents)
    else:
        write_to_member(session, kept, PAID, str(month.number), now, **facts)


def note_declined(session: Session, kept: Kept, month: MembershipMonth, code: str, now: datetime) -> None:
    """The card was asked while its owner was away and nothing came of it: they hear of it, it is asked again, or all stands still."""
    one = kept.membership
    month.tries, month.failure_code = month.tries + 1, code[:64]
    after = after_decline(month.due_on, month.tries, local_day(to_minute(now)))
    month.retry_on = after.retry_on
    details = {"number": month.number, "tries": month.tries, "code": code}
    audit.record(session, audit.Deed(now, STRIPE, "membership.declined", "membership", one.public_id, details))
    cents = session.get_one(Package, month.package_id).worth.total_cents
    facts = {"cents": cents, "code": code, "ends_on": day_of(after.ends_on), "retry_on": day_of(after.retry_on)}
    if after.retry_on is None:
        one.state = SUSPENDED
        write_to_member(session, kept, SUSPENDED_LETTER, str(month.number), now, **facts)
    else:
        write_to_member(session, kept, DECLINED, f"{month.number}:{month.tries}", now, **facts)
    session.flush()


def end(session: Session, kept: Kept, by: str, actor: str, now: datetime) -> None:
    """Nothing is charged any more; a month that is not paid is let go of. What was paid stays as long as was agreed."""
    one = kept.membership
    one.state, one.ended_by, one.ended_at, one.next_plan_id, one.next_plan_on = ENDED, by, now, None, None
    for month, package in _unpaid(session, one.id):
        month.retry_on = None
        let_go_of_order(session, get_package(session, package.public_id, lock=True), actor, now)
    audit.record(session, audit.Deed(now, actor, "membership.ended", "membership", one.public_id, {"by": by}))
    session.flush()


def _unpaid(session: Session, membership_id: int) -> list[tuple[MembershipMonth, Package]]:
    return [(month, package) for month, package in months_of(session, membership_id) if package.state == ORDERED]


def today_of(now: datetime) -> date:
    """The New York day of an instant."""
    return local_day(to_minute(now))
