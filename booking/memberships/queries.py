"""Memberships, read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from booking.ledger.queries import get_sold
from booking.memberships.models import Membership, MembershipMonth, MembershipPlan
from booking.memberships.rules.months import ACTIVE, END_DAYS, ENDED, JOINING, REMIND_DAYS, SUSPENDED, due_on
from booking.memberships.rules.plans import Said, month_worth
from booking.packages.models import Package
from booking.packages.queries import are_allowed
from booking.packages.rules import ORDERED, WITHDRAWN
from booking.payments.models import SavedCard
from booking.quotes.catalogue import taxes
from booking.quotes.rules.taxes import tax_row
from marketplace.accounts.models import Account, Person
from marketplace.kernel.errors import NotFound
from providers.profiles.queries import get_facts
from providers.registry.models import Provider
from providers.registry.rules import LISTED

TAX_PLACE = "new_york_city"
# A charge that is later than this is for a person to look at.
LATE_DAYS = 3


def list_plans(session: Session, provider_id: int) -> Sequence[MembershipPlan]:
    """What a provider offers now."""
    mine = select(MembershipPlan).where(MembershipPlan.provider_id == provider_id, MembershipPlan.closed_at.is_(None))
    return session.scalars(mine.order_by(MembershipPlan.service_code, MembershipPlan.minutes, MembershipPlan.id)).all()


def get_plan(session: Session, public_id: str, provider_id: int | None = None) -> MembershipPlan:
    """One plan that can be joined, of one provider where that is said. Raises NotFound."""
    wanted = select(MembershipPlan).where(MembershipPlan.public_id == public_id, MembershipPlan.closed_at.is_(None))
    found = session.scalar(wanted if provider_id is None else wanted.where(MembershipPlan.provider_id == provider_id))
    if found is None:
        raise NotFound("not_found", "There is no such membership here.")
    return found


def offers_membership(session: Session, slug: str) -> bool:
    """Whether a provider has a plan that can be joined now."""
    theirs = select(MembershipPlan.id).join(Provider, Provider.id == MembershipPlan.provider_id).where(Provider.slug == slug)
    return are_allowed(session) and session.scalar(theirs.where(MembershipPlan.closed_at.is_(None)).limit(1)) is not None


def count_members(session: Session, lines: Collection[str]) -> Mapping[str, int]:
    """How many have each line of plans now, whatever version."""
    counted = select(MembershipPlan.line, func.count()).join(Membership, Membership.plan_id == MembershipPlan.id)
    rows = session.execute(counted.where(MembershipPlan.line.in_(lines), Membership.state != ENDED).group_by(MembershipPlan.line))
    return {row[0]: row[1] for row in rows}


def find_said(session: Session, plan: MembershipPlan, on: date) -> Said | None:
    """What a month of a plan is worth that is charged on a day; None while its therapist or that visit cannot be booked."""
    facts = get_facts(session, plan.provider_id)
    service = facts.service(plan.service_code)
    single = None if service is None else service.prices.get(plan.minutes)
    if facts.state != LISTED or service is None or single is None:
        return None
    row = tax_row(taxes(), TAX_PLACE, facts.profession, on)
    points = row.basis_points if row is not None and "service" in row.covers else 0
    return Said(facts.name, service.name, plan.minutes, month_worth(plan.visits, plan.each_cents, single, points), plan.stays_months)


@dataclass(frozen=True)
class Kept:
    """A membership with its plan and its two sides."""

    membership: Membership
    plan: MembershipPlan
    provider: Provider
    person: Person


def _kept(session: Session, found: Membership) -> Kept:
    provider, person = session.get_one(Provider, found.provider_id), session.get_one(Person, found.person_id)
    return Kept(found, session.get_one(MembershipPlan, found.plan_id), provider, person)


def list_memberships(session: Session, *, person_id: int | None = None, provider_id: int | None = None) -> list[Kept]:
    """Memberships of a client or with a provider, the newest first; whoever began to join and did not pay never was a member."""
    wanted = (
        select(Membership, MembershipPlan, Provider, Person)
        .join(MembershipPlan, MembershipPlan.id == Membership.plan_id)
        .join(Provider, Provider.id == Membership.provider_id)
        .join(Person, Person.id == Membership.person_id)
        .where(or_(Membership.ended_by.is_(None), Membership.ended_by != "dropped"))
    )
    if person_id is not None:
        wanted = wanted.where(Membership.person_id == person_id)
    if provider_id is not None:
        wanted = wanted.where(Membership.provider_id == provider_id)
    return [Kept(*row) for row in session.execute(wanted.order_by(Membership.id.desc()))]


def get_kept(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None, lock: bool = False) -> Kept:
    """One membership of a client, with a provider, or (both None) for the staff. Raises NotFound for everybody else's."""
    missing = "There is no such membership here."
    found, provider, person = get_sold(session, Membership, public_id, missing, person_id=person_id, provider_id=provider_id, lock=lock)
    return Kept(found, session.get_one(MembershipPlan, found.plan_id), provider, person)


def find_live(session: Session, person_id: int, provider_id: int) -> Membership | None:
    """A client's membership with a provider that has not ended."""
    mine = select(Membership).where(Membership.person_id == person_id, Membership.provider_id == provider_id)
    return session.scalar(mine.where(Membership.state != ENDED))


def members_of_line(session: Session, line: str) -> Sequence[Membership]:
    """Everybody who has a plan of this line now, whatever version, locked."""
    wanted = select(Membership).join(MembershipPlan, MembershipPlan.id == Membership.plan_id).where(MembershipPlan.line == line)
    return session.scalars(wanted.where(Membership.state != ENDED).order_by(Membership.id).with_for_update(of=Membership)).all()


def months_of(session: Session, membership_id: int) -> list[tuple[MembershipMonth, Package]]:
    """The months of a membership, the newest first, each with its visits."""
    wanted = select(MembershipMonth, Package).join(Package, Package.id == MembershipMonth.package_id)
    rows = session.execute(wanted.where(MembershipMonth.membership_id == membership_id).order_by(MembershipMonth.number.desc()))
    return [(row[0], row[1]) for row in rows]


def find_owed(session: Session, membership_id: int) -> tuple[MembershipMonth, Package] | None:
    """The month that is to be paid, if one is."""
    wanted = select(MembershipMonth, Package).join(Package, Package.id == MembershipMonth.package_id)
    row = session.execute(wanted.where(MembershipMonth.membership_id == membership_id, Package.state == ORDERED)).one_or_none()
    return None if row is None else (row[0], row[1])


def last_number(session: Session, membership_id: int) -> int:
    """The last month that was charged, or was to be; -1 where there was none."""
    last = session.scalar(select(func.max(MembershipMonth.number)).where(MembershipMonth.membership_id == membership_id))
    return -1 if last is None else last


def find_month_paid_with(session: Session, payment_id: int) -> tuple[MembershipMonth, Package, str] | None:
    """The month whose visits a payment is for, with its membership's public id."""
    wanted = (
        select(MembershipMonth, Package, Membership.public_id)
        .join(Package, Package.id == MembershipMonth.package_id)
        .join(Membership, Membership.id == MembershipMonth.membership_id)
    )
    row = session.execute(wanted.where(Package.payment_id == payment_id)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def is_of_membership(session: Session, package: str) -> bool:
    """Whether a package, by public id, is a month of a membership."""
    wanted = select(MembershipMonth.id).join(Package, Package.id == MembershipMonth.package_id)
    return session.scalar(wanted.where(Package.public_id == package)) is not None


def uses_card(session: Session, card_id: int) -> bool:
    """Whether a membership is charged to a card."""
    return session.scalar(select(Membership.id).where(Membership.card_id == card_id, Membership.state != ENDED).limit(1)) is not None


def can_end(session: Session, person: Person) -> bool:
    """Whether a member can sign in, and so pause or end what is charged to them."""
    off = select(Account.id).where(Account.id == person.account_id, Account.active.is_(False))
    return session.scalar(off) is None


def card_of(session: Session, membership: Membership) -> SavedCard:
    """The card a membership is charged to, kept or not."""
    return session.get_one(SavedCard, membership.card_id)


# --- what happens by itself --------------------------------------------------------------------------------------------------


def due_members(session: Session, today: date) -> Sequence[str]:
    """Memberships of which a month is due."""
    wanted = select(Membership.public_id).where(Membership.state == ACTIVE, Membership.next_on <= today)
    return session.scalars(wanted.order_by(Membership.id)).all()


def retried_members(session: Session, today: date) -> Sequence[str]:
    """Memberships whose card is to be asked again."""
    wanted = select(Membership.public_id).join(MembershipMonth, MembershipMonth.membership_id == Membership.id)
    due = wanted.where(Membership.state == ACTIVE, MembershipMonth.retry_on <= today, MembershipMonth.paid_at.is_(None))
    return session.scalars(due.order_by(Membership.id)).all()


def reminded_members(session: Session, today: date) -> Sequence[str]:
    """Memberships that are charged within the days of a reminder."""
    soon = (Membership.next_on > today, Membership.next_on <= today + timedelta(days=REMIND_DAYS))
    return session.scalars(select(Membership.public_id).where(Membership.state == ACTIVE, *soon).order_by(Membership.id)).all()


def unpaid_members(session: Session, today: date) -> Sequence[str]:
    """Memberships that stand still so long that they end, and such as were never paid for."""
    wanted = select(Membership.public_id).join(MembershipMonth, MembershipMonth.membership_id == Membership.id)
    owed = wanted.join(Package, Package.id == MembershipMonth.package_id).where(Package.state == ORDERED)
    over = owed.where(
        or_(
            (Membership.state != ENDED) & (MembershipMonth.due_on <= today - timedelta(days=END_DAYS)),
            (Membership.state == JOINING) & (MembershipMonth.due_on < today),
        )
    )
    return session.scalars(over.order_by(Membership.id)).all()


# --- what must hold ----------------------------------------------------------------------------------------------------------


def membership_findings(session: Session, today: date) -> Iterator[str]:
    """Months that are not as their visits say, days that are not counted from the anchor, and charges that are late."""
    rows = session.execute(select(MembershipMonth, Package, Membership).join(Package).join(Membership).order_by(MembershipMonth.id))
    for month, package, membership in rows:
        if (month.paid_at is None) != (package.paid_at is None):
            yield f"month {month.number} of membership {membership.public_id} and its visits do not agree whether it is paid"
        if (package.person_id, package.provider_id) != (membership.person_id, membership.provider_id):
            yield f"month {month.number} of membership {membership.public_id} is somebody else's"
        if membership.state == ENDED and package.state == ORDERED:
            yield f"membership {membership.public_id} has ended and month {month.number} is still to be paid"
        if package.state == WITHDRAWN and membership.state in {JOINING, SUSPENDED}:
            yield f"membership {membership.public_id} waits for month {month.number}, which was let go of"
    for one in session.scalars(select(Membership).where(Membership.state != ENDED).order_by(Membership.id)):
        if one.next_on != due_on(one.anchor_on, one.next_number):
            yield f"membership {one.public_id} is charged next on {one.next_on}, not on the day of month {one.next_number}"
        if one.state == ACTIVE and one.next_on < today - timedelta(days=LATE_DAYS):
            yield f"membership {one.public_id} was to be charged on {one.next_on} and was not"
