"""Visits and packages: a hold is priced with the package it will use, and the visit uses one of it until it is over."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, Hold
from booking.memberships.queries import is_of_membership
from booking.packages.changes import reserve
from booking.packages.queries import Fitting, find_fitting
from booking.quotes.catalogue import taxes
from booking.quotes.rules.packages import Covering, cover, find_covering
from booking.quotes.rules.taxes import tax_row
from marketplace.kernel.walltime import local_day, to_minute
from providers.services.rules.calls import PHONE, noun

TAX_PLACE = "new_york_city"


def cover_hold(session: Session, hold: Hold, profession: str, now: datetime) -> None:
    """Price a new hold with the client's package, where one fits it and has a visit left that no other hold of theirs will take."""
    day = local_day(to_minute(hold.starts_at))
    wanted = Fitting(hold.provider_id, hold.person_id, hold.service_code, hold.minutes, day)
    found = None if hold.setting == PHONE else find_fitting(session, wanted, local_day(to_minute(now)), _promised(session, hold, now))
    if found is None:
        return
    covering = Covering(found.public_id, found.visits, found.each_cents, is_of_membership(session, found.public_id))
    row = tax_row(taxes(), TAX_PLACE, profession, day)
    hold.quote = cover(hold.quote, covering, row, now, noun(hold.setting))
    hold.terms = hold.quote["terms"]


def _promised(session: Session, hold: Hold, now: datetime) -> Counter[str]:
    """How many visits of which packages this client's other live holds will use."""
    mine = select(Hold.quote).where(
        Hold.person_id == hold.person_id, Hold.provider_id == hold.provider_id, Hold.state == "live", Hold.expires_at > now
    )
    named = (find_covering(quote) for quote in session.scalars(mine))
    return Counter(package for package in named if package is not None)


def use_package(session: Session, visit: Appointment, now: datetime) -> None:
    """A visit that was priced with a package takes one of it, in the booking's own transaction. Raises Conflict `package_used_up`."""
    package = find_covering(visit.quote)
    if package is not None:
        session.flush()
        reserve(session, package, visit.id, visit.public_id, visit.reference, now)
