"""What booking and ending visits do with the platform's fee, inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.fees.models import VisitFee
from booking.fees.queries import find_agreement, find_visit_fee
from booking.fees.rules import fee_of_booking, taken
from booking.ledger.changes import Whose, post
from marketplace.kernel.walltime import local_day, to_minute


@dataclass(frozen=True)
class Billed:
    """A visit as the fee sees it: its row and public id, its sides, its price."""

    appointment_id: int
    public_id: str
    provider_id: int
    person_id: int
    price_cents: int


def agree_fee(session: Session, visit: Billed, now: datetime, *, first: bool) -> None:
    """Keep what the agreement of today takes of a visit that is being booked."""
    agreement = find_agreement(session, local_day(to_minute(now)))
    cents = 0 if agreement is None else fee_of_booking(agreement.agreement, visit.price_cents, first=first)
    if agreement is not None and cents:
        session.add(VisitFee(appointment_id=visit.appointment_id, agreement_id=agreement.id, cents=cents, first=first, agreed_at=now))


def take_fee(session: Session, visit: Billed, by: str, now: datetime) -> None:
    """The visit was had, or its client is at fault: the agreed fee is owed, once. Else nothing is ever taken."""
    agreed = find_visit_fee(session, visit.appointment_id)
    if agreed is not None:
        post(session, taken(visit.public_id, agreed.cents), Whose(visit.appointment_id, visit.provider_id, visit.person_id), by, now)
