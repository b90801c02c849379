"""Buying a package: ordered by the client, paid to the therapist or by card, or let go of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.packages.changes import activate, check_several, lock_package, write_to_client, write_to_provider
from booking.packages.models import Package, PackageOffer
from booking.packages.queries import Kept, are_allowed, get_kept, get_offer, lapsed_orders
from booking.packages.rules import ORDERED, WITHDRAWN, Offer, check_offer
from booking.payments.changes.ordering import DEPOSIT, Wish, order_payment, order_release
from booking.payments.models import Payment
from booking.payments.queries import get_payment
from booking.payments.rules.keeping import ON_PAGE
from booking.payments.rules.states import CANCELLED, CAPTURED, FAILED
from booking.quotes.catalogue import taxes
from booking.quotes.rules.taxes import tax_row
from marketplace import audit
from marketplace.db import db, transaction, wait_turn
from marketplace.jobs import one_by_one
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import share_half_up
from marketplace.kernel.walltime import local_day, to_minute
from providers.profiles.queries import get_facts
from providers.registry.rules import LISTED

JOB = "job:packages"
TAX_PLACE = "new_york_city"


@dataclass(frozen=True)
class Card:
    """A card of the client's, with its owner's name at Stripe where it was kept."""

    payment_method: str
    customer: str | None = None


def order_package(offer_id: str, person_id: int, actor: str, now: datetime) -> Kept:
    """Order what a provider offers; it can be used once it is paid. Everything that is agreed is kept from here on.

    Raises NotFound, Refused `packages_off`, `not_bookable`, `plan_needed`, or `invalid` where the single price has fallen below the offer.
    """
    with transaction() as session:
        offer = get_offer(session, offer_id)
        if not are_allowed(session):
            raise Refused("packages_off", "Packages are not sold on this site.")
        check_several(session, offer.provider_id, person_id, offer.service_code)
        wait_turn(session, f"package orders of {person_id}")
        package = _agreed(session, offer, person_id, now)
        session.add(package)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "package.ordered", "package", package.public_id, {"offer": offer_id}))
        kept = get_kept(session, package.public_id)
        write_to_provider(session, kept, "package_ordered", now, client=kept.person.name, cents=package.worth.total_cents)
        return kept


def _agreed(session: Session, offer: PackageOffer, person_id: int, now: datetime) -> Package:
    facts = get_facts(session, offer.provider_id)
    service = facts.service(offer.service_code)
    single = None if service is None else service.prices.get(offer.minutes)
    if facts.state != LISTED or service is None or single is None:
        raise Refused("not_bookable", "This provider cannot be booked at present.")
    check_offer(Offer(offer.service_code, offer.minutes, offer.visits, offer.visits * offer.each_cents, offer.valid_months), single)
    row = tax_row(taxes(), TAX_PLACE, facts.profession, local_day(to_minute(now)))
    rate = row.basis_points if row is not None and "service" in row.covers else 0
    return Package(
        offer_id=offer.id, provider_id=offer.provider_id, person_id=person_id, service_code=offer.service_code, service_name=service.name,
        minutes=offer.minutes, visits=offer.visits, each_cents=offer.each_cents, each_tax_cents=share_half_up(offer.each_cents, rate),
        single_cents=single, single_tax_cents=share_half_up(single, rate), valid_months=offer.valid_months, ordered_at=now,
    )  # fmt: skip


def withdraw_order(public_id: str, person_id: int | None, actor: str, now: datetime) -> Kept:
    """Let go of an order that is not paid. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_package(session, public_id, person_id=person_id)
        if kept.package.state != ORDERED:
            raise Conflict("wrong_state", "Only an order that is not paid can be withdrawn.")
        kept.package.state, kept.package.closed_at = WITHDRAWN, now
        _release(session, kept.package, actor, now)
        audit.record(session, audit.Deed(now, actor, "package.order_withdrawn", "package", public_id))
        return kept


def _release(session: Session, package: Package, actor: str, now: datetime) -> None:
    if package.payment_id is None:
        return
    payment = get_payment(session, session.get_one(Payment, package.payment_id).public_id, lock=True)
    if payment.state not in (CAPTURED, CANCELLED, FAILED):
        order_release(session, payment, actor, now)


def record_sale(public_id: str, provider_id: int | None, how: str, actor: str, now: datetime) -> Kept:
    """The client paid the therapist for a package. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_package(session, public_id, provider_id=provider_id)
        if kept.package.state != ORDERED or kept.package.payment_id is not None:
            raise Conflict("wrong_state", "This package is paid already, or a card is being asked for it.")
        activate(session, kept, how, actor, now)
        return kept


def order_card(public_id: str, person_id: int, card: Card, actor: str, now: datetime) -> str:
    """Write down that a card is to be asked for a package; gives the payment's id, to be settled. After one that failed comes another.

    Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        kept = lock_package(session, public_id, person_id=person_id)
        package = kept.package
        if package.state != ORDERED:
            raise Conflict("wrong_state", "This package is paid already.")
        before = None if package.payment_id is None else session.get_one(Payment, package.payment_id)
        if before is not None and before.state not in (FAILED, CANCELLED):
            return before.public_id
        number = 1 if before is None else int(before.cause.rpartition(":")[2]) + 1
        payment = order_payment(session, _wish(kept, card, number, actor), now)
        package.payment_id = payment.id
        return payment.public_id


def _wish(kept: Kept, card: Card, number: int, actor: str) -> Wish:
    package = kept.package
    return Wish(
        cause=f"package:{package.public_id}:{number}", purpose=DEPOSIT, label=f"{package.visits} visits with {kept.provider.name}"[:120],
        person_id=package.person_id, provider_id=package.provider_id, amount_cents=package.worth.total_cents,
        payment_method=card.payment_method, customer=card.customer, capture_later=card.payment_method == ON_PAGE, off_session=False,
        by=actor,
    )  # fmt: skip


def lapse_orders(now: datetime) -> int:
    """Let go of orders that nobody paid for in time; counts them."""
    return one_by_one("lapse packages", lapsed_orders(db.session(), now), lambda public_id: _lapse(public_id, now))


def _lapse(public_id: str, now: datetime) -> bool:
    with transaction() as session:
        kept = lock_package(session, public_id)
        if kept.package.state != ORDERED or kept.package.payment_id is not None:
            return False
        kept.package.state, kept.package.closed_at = WITHDRAWN, now
        audit.record(session, audit.Deed(now, JOB, "package.order_lapsed", "package", public_id))
        write_to_client(session, kept, "package_lapsed", now)
        return True
