"""Buying a package: ordered by the client, paid to the therapist or by card, or let go of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.packages.changes import (
    activate,
    ask_for_order,
    check_several,
    let_go_of_order,
    lock_package,
    write_to_client,
    write_to_provider,
)
from booking.packages.models import Package, PackageOffer
from booking.packages.queries import Kept, are_allowed, get_kept, get_offer, lapsed_orders
from booking.packages.rules import ORDERED, WITHDRAWN, Offer, check_offer
from booking.payments.rules.named import Card
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
        if kept.package.offer_id is None:
            raise Conflict("wrong_state", "This is a month of your membership. Pause or end the membership instead.")
        let_go_of_order(session, kept, actor, now)
        audit.record(session, audit.Deed(now, actor, "package.order_withdrawn", "package", public_id))
        return kept


def record_sale(public_id: str, provider_id: int | None, how: str, actor: str, now: datetime) -> Kept:
    """The client paid the therapist for a package. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_package(session, public_id, provider_id=provider_id)
        if kept.package.state != ORDERED or kept.package.payment_id is not None or kept.package.offer_id is None:
            raise Conflict("wrong_state", "This package is paid already, or a card is being asked for it.")
        activate(session, kept, how, actor, now)
        return kept


def order_card(public_id: str, person_id: int, card: Card, actor: str, now: datetime) -> str:
    """Write down that a card is to be asked for a package; gives the payment's id, to be settled. After one that failed comes another.

    Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        kept = lock_package(session, public_id, person_id=person_id)
        if kept.package.state != ORDERED:
            raise Conflict("wrong_state", "This package is paid already.")
        return ask_for_order(session, kept, card, actor, now).public_id


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
