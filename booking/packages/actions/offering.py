"""Whether packages are sold here at all, and what a provider offers."""

from __future__ import annotations

from datetime import datetime

from booking.packages.models import PackageOffer, PackagePolicy
from booking.packages.queries import are_allowed, get_offer
from booking.packages.rules import Offer, check_offer
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from providers.profiles.queries import get_facts

OFF = "Packages are not sold on this site."


def allow_packages(allowed: bool, reason: str, actor: str, now: datetime) -> PackagePolicy:  # noqa: FBT001 (what is said is the value itself)
    """Say whether packages may be offered and sold. What was bought stays good either way."""
    with transaction() as session:
        said = PackagePolicy(allowed=allowed, reason=reason, by=actor, at=now)
        session.add(said)
        session.flush()
        audit.record(
            session, audit.Deed(now, actor, "packages.allowed", "package_policy", str(said.id), {"allowed": allowed, "reason": reason})
        )
        return said


def offer_package(provider_id: int, offer: Offer, actor: str, now: datetime) -> PackageOffer:
    """Offer so many visits for one price. Raises Refused `packages_off`, or `invalid` with the fields at fault."""
    with transaction() as session:
        if not are_allowed(session):
            raise Refused("packages_off", OFF)
        service = get_facts(session, provider_id).service(offer.service_code)
        check_offer(offer, None if service is None else service.prices.get(offer.minutes))
        made = PackageOffer(
            provider_id=provider_id, service_code=offer.service_code, minutes=offer.minutes, visits=offer.visits,
            each_cents=offer.each_cents, valid_months=offer.valid_months, made_at=now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "package.offered", "package_offer", made.public_id, vars(offer)))
        return made


def withdraw_offer(provider_id: int, public_id: str, actor: str, now: datetime) -> None:
    """Offer it no more; what was bought of it stays good. Raises NotFound."""
    with transaction() as session:
        get_offer(session, public_id, provider_id).withdrawn_at = now
        audit.record(session, audit.Deed(now, actor, "package.withdrawn", "package_offer", public_id))
