"""Packages, read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry, get_sold
from booking.ledger.rules.entries import PREPAID, PREPAID_IN_HAND
from booking.packages.models import Package, PackageOffer, PackagePaper, PackagePolicy, PackageUse
from booking.packages.rules import ACTIVE, ORDER_LIVES, ORDERED, RESERVED, RETURNED, SPENT, WARN_DAYS, liability
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider

MISSING = "There is no such package here."


def are_allowed(session: Session) -> bool:
    """Whether packages may be offered and sold here; no, until somebody says so."""
    return session.scalar(select(PackagePolicy.allowed).order_by(PackagePolicy.id.desc()).limit(1)) or False


def list_policies(session: Session) -> Sequence[PackagePolicy]:
    """What was said about packages, the newest first."""
    return session.scalars(select(PackagePolicy).order_by(PackagePolicy.id.desc())).all()


def list_offers(session: Session, provider_id: int) -> Sequence[PackageOffer]:
    """What a provider offers now."""
    mine = select(PackageOffer).where(PackageOffer.provider_id == provider_id, PackageOffer.withdrawn_at.is_(None))
    return session.scalars(mine.order_by(PackageOffer.service_code, PackageOffer.minutes, PackageOffer.visits, PackageOffer.id)).all()


def offers_openly(session: Session, slug: str) -> bool:
    """Whether a provider has an offer that can be bought now."""
    theirs = select(PackageOffer.id).join(Provider, Provider.id == PackageOffer.provider_id).where(Provider.slug == slug)
    return are_allowed(session) and session.scalar(theirs.where(PackageOffer.withdrawn_at.is_(None)).limit(1)) is not None


def get_offer(session: Session, public_id: str, provider_id: int | None = None) -> PackageOffer:
    """One offer that stands, of one provider where that is said. Raises NotFound."""
    wanted = select(PackageOffer).where(PackageOffer.public_id == public_id, PackageOffer.withdrawn_at.is_(None))
    found = session.scalar(wanted if provider_id is None else wanted.where(PackageOffer.provider_id == provider_id))
    if found is None:
        raise NotFound("not_found", "There is no such offer here.")
    return found


@dataclass(frozen=True)
class Kept:
    """A package with its two sides."""

    package: Package
    provider: Provider
    person: Person

    @property
    def left(self) -> int:
        """Visits that may still be booked of it, while it is active."""
        return self.package.visits - self.package.used if self.package.state == ACTIVE else 0


def list_packages(session: Session, *, person_id: int | None = None, provider_id: int | None = None) -> list[Kept]:
    """Packages of a client or of a provider, the newest first; an order that was withdrawn is nobody's any more."""
    wanted = (
        select(Package, Provider, Person).join(Provider, Provider.id == Package.provider_id).join(Person, Person.id == Package.person_id)
    )
    wanted = wanted.where(Package.state != "withdrawn")
    if person_id is not None:
        wanted = wanted.where(Package.person_id == person_id)
    if provider_id is not None:
        wanted = wanted.where(Package.provider_id == provider_id)
    return [Kept(*row) for row in session.execute(wanted.order_by(Package.id.desc()))]


def get_kept(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None, lock: bool = False) -> Kept:
    """One package of a client, of a provider, or (both None) for the staff. Raises NotFound for everybody else's."""
    return Kept(*get_sold(session, Package, public_id, MISSING, person_id=person_id, provider_id=provider_id, lock=lock))


def find_paid_with(session: Session, payment_id: int) -> str | None:
    """The package, by public id, that a payment is for."""
    return session.scalar(select(Package.public_id).where(Package.payment_id == payment_id))


def uses_of(session: Session, package_id: int) -> Sequence[PackageUse]:
    """Which visits used a package, in the order in which they were booked; those that gave it back too."""
    return session.scalars(select(PackageUse).where(PackageUse.package_id == package_id).order_by(PackageUse.id)).all()


def find_use(session: Session, appointment_id: int) -> tuple[PackageUse, Package] | None:
    """The package that a visit still counts in, its row locked."""
    use = session.scalar(select(PackageUse).where(PackageUse.appointment_id == appointment_id, PackageUse.state != RETURNED))
    if use is None:
        return None
    locked = select(Package).where(Package.id == use.package_id).with_for_update().execution_options(populate_existing=True)
    return use, session.scalars(locked).one()


def count_uses(session: Session, package_id: int, state: str) -> int:
    """How many visits of a package stand so."""
    return session.scalar(select(func.count()).where(PackageUse.package_id == package_id, PackageUse.state == state)) or 0


@dataclass(frozen=True)
class Fitting:
    """A visit that a package may be for: with whom, for whom, which, and on which New York day."""

    provider_id: int
    person_id: int
    service_code: str
    minutes: int
    on: date


def find_fitting(session: Session, visit: Fitting, today: date, promised: Mapping[str, int]) -> Package | None:
    """The package that a visit would use: of those with a visit left the one that ends first.

    `promised` counts by public id what times that are being held will take.
    """
    wanted = select(Package).where(
        Package.person_id == visit.person_id, Package.provider_id == visit.provider_id, Package.service_code == visit.service_code,
        Package.minutes == visit.minutes, Package.state == ACTIVE, Package.last_on >= max(visit.on, today), Package.used < Package.visits,
    )  # fmt: skip
    rows = session.scalars(wanted.order_by(Package.last_on, Package.id).execution_options(populate_existing=True))
    return next((one for one in rows if one.visits - one.used > promised.get(one.public_id, 0)), None)


def papers_of(session: Session, package_id: int) -> Sequence[PackagePaper]:
    """The receipt of a package, and the note about what went back."""
    return session.scalars(select(PackagePaper).where(PackagePaper.package_id == package_id).order_by(PackagePaper.id)).all()


# --- what happens by itself --------------------------------------------------------------------------------------------------


def lapsed_orders(session: Session, now: datetime) -> Sequence[str]:
    """Orders that nobody paid for in time, and that no card is being asked for."""
    wanted = select(Package.public_id).where(
        Package.state == ORDERED, Package.ordered_at <= now - ORDER_LIVES, Package.payment_id.is_(None), Package.offer_id.is_not(None)
    )
    return session.scalars(wanted.order_by(Package.id)).all()


def over_packages(session: Session, today: date) -> Sequence[str]:
    """Active packages whose last day is over and of which no booked visit is still to come."""
    coming = exists().where(PackageUse.package_id == Package.id, PackageUse.state == RESERVED)
    wanted = select(Package.public_id).where(Package.state == ACTIVE, Package.last_on < today, ~coming)
    return session.scalars(wanted.order_by(Package.id)).all()


def ending_packages(session: Session, today: date) -> Sequence[str]:
    """Active packages with visits left that end within the longest warning."""
    wanted = select(Package.public_id).where(
        Package.state == ACTIVE, Package.used < Package.visits, Package.last_on >= today,
        Package.last_on <= today + timedelta(days=max(WARN_DAYS)),
    )  # fmt: skip
    return session.scalars(wanted.order_by(Package.id)).all()


# --- what must hold ----------------------------------------------------------------------------------------------------------


def package_findings(session: Session) -> Iterator[str]:
    """Packages whose count is not their visits', and prepaid money that is not what the visits to come were paid with."""
    counted = select(PackageUse.package_id, func.count().label("used")).where(PackageUse.state != RETURNED)
    uses = counted.group_by(PackageUse.package_id).subquery()
    rows = select(Package.public_id, Package.used, func.coalesce(uses.c.used, 0).label("uses")).outerjoin(
        uses, uses.c.package_id == Package.id
    )
    for row in session.execute(rows.where(Package.used != func.coalesce(uses.c.used, 0)).order_by(Package.id)):
        yield f"package {row.public_id} says that {row.used} visits used it, {row.uses} do"
    owed, kept = owed_visits(session), prepaid_money(session)
    for sides in sorted(owed.keys() | kept.keys()):
        if owed.get(sides, 0) != kept.get(sides, 0):
            owes = f"owe visits for {owed.get(sides, 0)} cents, the ledger says {kept.get(sides, 0)}"
            yield f"packages of provider {sides[0]} and person {sides[1]} {owes}"


def owed_visits(session: Session) -> Mapping[tuple[int, int], int]:
    """What was paid for the visits that active packages still owe, by provider and person."""
    done = (
        select(PackageUse.package_id, func.count().label("spent"))
        .where(PackageUse.state == SPENT)
        .group_by(PackageUse.package_id)
        .subquery()
    )
    rows = select(Package, func.coalesce(done.c.spent, 0)).outerjoin(done, done.c.package_id == Package.id).where(Package.state == ACTIVE)
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    for package, spent in session.execute(rows):
        found[package.provider_id, package.person_id] += (package.visits - spent) * package.worth.share_cents
    return found


def prepaid_money(session: Session) -> Mapping[tuple[int, int], int]:
    """What the ledger says is owed in visits, by provider and person."""
    accounts: Collection[str] = (PREPAID, PREPAID_IN_HAND)
    touching = select(LedgerEntry).where(LedgerEntry.debit.in_(accounts) | LedgerEntry.credit.in_(accounts))
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in session.scalars(touching):
        found[row.provider_id or 0, row.person_id or 0] += liability((as_entry(row),))
    return {sides: cents for sides, cents in found.items() if cents}
