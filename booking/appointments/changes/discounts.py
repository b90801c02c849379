"""Codes of what is booked: all are counted before anything is written down, in one order; what came to nothing is given back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, Hold
from booking.appointments.rules.states import CANCELLED, EXPIRED
from booking.coupons.changes import return_use, take_use
from booking.coupons.models import Coupon, CouponUse
from booking.coupons.rules import find_coupon


def take_codes(session: Session, holds: Sequence[Hold], email: str, now: datetime) -> None:
    """Use the code of each of these holds. Two checkouts with the same codes count them in one order. Raises Conflict `coupon_gone`."""
    named = [(find_coupon(hold.quote), hold.id) for hold in holds]
    for coupon, hold_id in sorted((coupon, hold_id) for coupon, hold_id in named if coupon is not None):
        take_use(session, coupon, hold_id, email, now)


def give_code_back(session: Session, visit: Appointment, now: datetime) -> None:
    """A visit ended: where its client owes nothing for it, its code may be used again."""
    if find_coupon(visit.quote) is not None and visit.fee_cents == 0:
        return_use(session, visit.hold_id, now)


def code_findings(session: Session) -> Iterator[str]:
    """For `flask check`: codes whose count is not that of their uses, and uses that were kept though nothing came of the visit."""
    live = func.count(CouponUse.id).filter(CouponUse.returned_at.is_(None))
    counted = select(Coupon.public_id, Coupon.uses, live).outerjoin(CouponUse, CouponUse.coupon_id == Coupon.id).group_by(Coupon.id)
    for public_id, uses, kept in session.execute(counted.having(Coupon.uses != live)):
        yield f"discount code {public_id}: {uses} uses are counted, {kept} are kept"
    free = Appointment.status.in_((CANCELLED, EXPIRED)), Appointment.fee_cents == 0, Appointment.waived_cents == 0
    ended = select(Appointment.reference).join(CouponUse, CouponUse.hold_id == Appointment.hold_id)
    for reference in session.scalars(ended.where(CouponUse.returned_at.is_(None), *free)):
        yield f"appointment {reference}: its discount code was not given back"
