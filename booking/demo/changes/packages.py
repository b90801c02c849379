"""A package that is sold, one that is offered, and what the platform takes: shown once each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.demo.rules.chance import Chance
from booking.demo.rules.desks import Desk
from booking.fees.models import FeeAgreement
from booking.packages.changes import RECEIPT, issue_paper, write_entries
from booking.packages.models import Package, PackageOffer, PackagePolicy
from booking.packages.queries import get_kept
from booking.packages.rules import ACTIVE, last_day, sold
from booking.quotes.catalogue import taxes
from booking.quotes.rules.taxes import tax_row
from marketplace.kernel.money import share_half_up
from marketplace.kernel.walltime import local_day, to_minute

BY = "demo"
VISITS, MONTHS, FEE_CENTS, AGO, OFF_PERCENT = 5, 6, 1_500, timedelta(days=60), 10


def add_packages(session: Session, desk: Desk, person_id: int, chance: Chance, now: datetime) -> None:
    """The therapist who is named offers five of their longest visits a tenth cheaper, and the client who is named has bought them."""
    then = now - AGO
    session.add(PackagePolicy(allowed=True, reason="Sample data.", by=BY, at=then))
    session.add(
        FeeAgreement(
            public_id=_name(chance), kind="first_booking", starts_on=local_day(to_minute(then)), cents=FEE_CENTS, percent=0,
            reason="Sample data.", made_by=BY, made_at=then,
        )
    )  # fmt: skip
    service = next(one for one in desk.facts.services if one.prices and not one.is_call and not one.first_visit_only)
    minutes, single = max(service.prices.items())
    each = share_half_up(single, (100 - OFF_PERCENT) * 100)
    offer = PackageOffer(
        public_id=_name(chance), provider_id=desk.facts.id, service_code=service.code, minutes=minutes, visits=VISITS, each_cents=each,
        valid_months=MONTHS, made_at=then,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    paid_on = local_day(to_minute(then))
    row = tax_row(taxes(), "new_york_city", desk.facts.profession, paid_on)
    rate = row.basis_points if row is not None else 0
    package = Package(
        public_id=_name(chance), offer_id=offer.id, provider_id=desk.facts.id, person_id=person_id, service_code=service.code,
        service_name=service.name, minutes=minutes, visits=VISITS, each_cents=each, each_tax_cents=share_half_up(each, rate),
        single_cents=single, single_tax_cents=share_half_up(single, rate), valid_months=MONTHS, state=ACTIVE, how="terminal",
        ordered_at=then, paid_at=then, last_on=last_day(paid_on, MONTHS),
    )  # fmt: skip
    session.add(package)
    session.flush()
    write_entries(session, package, sold(package.public_id, "terminal", package.worth.total_cents), BY, then)
    issue_paper(session, get_kept(session, package.public_id), RECEIPT, package.worth.total_cents, then)


def _name(chance: Chance) -> str:
    return chance.randbytes(12).hex()
